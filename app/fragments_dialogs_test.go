package app

import (
	"html/template"
	"net/http"
	"strings"

	"notso/app/chat"
	"notso/app/webtest"
	"notso/app/words"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// dialogStates are the looks of what opens over the conversation, and of what
// stands in its place: the welcome, several replies, what waits.
func dialogStates() []state {
	queued, choosing, files, versions := cannedPage(cannedStreaming()), cannedPage(cannedChoosing()), cannedPage(cannedFiles()), cannedPage(cannedVersions())
	queued.Status = statusView{State: "thinking", Text: "Thinking · 18 tok/s", Fraction: -1}
	queued.Conversation.Queue = queueView{ChatID: 1, Messages: []queuedView{
		{ID: 1, First: true, Text: "And at sunset?"},
		{ID: 2, Last: true, Text: strings.Repeat("Then write it all down as a letter to a child of six, with a drawing. ", 6)},
	}}
	reading := cannedPage(cannedStreaming())
	reading.Conversation.Turns[3] = turnView{ID: 6, State: "running", Seq: 1}
	reading.Status = statusView{State: "reading", Text: "Reading · 62 %", Fraction: .62}
	welcome, getting := cannedPage(cannedEmpty()), cannedPage(cannedEmpty())
	welcome.Sidebar, getting.Sidebar = sidebarView{}, sidebarView{}
	welcome.Conversation.Welcome = &welcomeView{Ask: "smollm3-3b:q4_k_m", GetWhy: "1.92 GB, once. It reasons before it answers, in six languages.", Fit: "Fits into memory, about 12 tok/s on this machine", Starter: "SmolLM2-135M"}
	getting.Conversation.Welcome = &welcomeView{Starter: "SmolLM2-135M", Download: &downloadView{Name: "SmolLM3-Q4_K_M.gguf", State: "running", Text: "812 MB of 1.92 GB · 9.4 MB/s · 2 minutes left", Permille: 423}}

	// click opens what the button brings, and waits for it.
	click := func(button, brings string) func(*canned, *webtest.Page) {
		return func(_ *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('` + button + `').click()`))
			p.Until(`document.querySelector('` + brings + `')`)
		}
	}
	talk := cannedPage(cannedTalk())
	talk.Conversation.Turns[2].CanEdit = true
	return []state{
		{name: "welcome", page: welcome},
		{name: "welcome getting", page: getting},
		{name: "reading", page: reading},
		{name: "queue", page: queued},
		{name: "candidates", page: choosing},
		{name: "versions", page: versions},
		{name: "files", page: files},
		{name: "editing", page: talk, reach: click("#turn-3 [data-edit]", "#turn-3 .editor textarea")},
		{name: "talk menu", page: choosing, reach: click("#talk > summary", "#talk[open]")},
		{name: "turn menu", page: talk, width: 1280, reach: click("#turn-4 [data-more]", ".turnmenu:popover-open")},
		{name: "gauge", page: talk, reach: click(".gauge-box > .explain", "dialog.context[open]")},
		{name: "tokens", page: versions, width: 360, reach: click("#turn-2 [data-tokens]", "dialog.tokens[open]")},
		{name: "instead", page: versions, width: 1280, reach: func(_ *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('#turn-2 [data-tokens]').click()`))
			p.Until(`document.querySelector('dialog.tokens[open]')`)
			p.Do(webtest.Script(`document.querySelectorAll('.stream > .token')[6].dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))`))
			p.Until(`document.querySelector('.choice:popover-open')`)
		}},
		{name: "map", page: versions, reach: func(_ *canned, p *webtest.Page) {
			p.Type("#message", kb.ArrowUp)
			p.Press("m")
			p.Until(`document.querySelector('dialog.map[open]')`)
		}},
		{name: "statistics", page: talk, reach: func(_ *canned, p *webtest.Page) {
			p.Type("#message", kb.ArrowUp)
			p.Press("s")
			p.Until(`document.querySelector('dialog.reader[open]')`)
		}},
		{name: "everything", page: talk, reach: func(_ *canned, p *webtest.Page) {
			p.Press("k", chromedp.Modifier(2))
			p.Until(`document.querySelector('dialog.everything[open]')`)
		}},
		{name: "models", page: talk, reach: click(".heading .model", "#layer[data-open] #models")},
		{name: "anatomy", page: talk, reach: func(_ *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('.heading .model').click()`))
			p.Until(`document.querySelector('#shelf [hx-get$="about"]')`)
			p.Do(webtest.Script(`document.querySelector('#shelf [hx-get$="about"]').click()`))
			p.Until(`document.querySelector('dialog.anatomy[open]')`)
		}},
	}
}

// dialogs answers what those states ask for.
func (c *canned) dialogs(mux *http.ServeMux) {
	for path, shown := range map[string]fragment{
		"/chats/{id}/context": {Name: "context.html", View: cannedContext()},
		"/chats/{id}/map":     {Name: "map.html", View: cannedMap()},
		"/turns/{id}/menu":    {Name: "turn-menu.html", View: turnMenuView{turnView: turnView{ID: 4, CanRetry: true, CanEdit: true, HasTokens: true}, Chat: 1, Leaf: true, Models: []string{"SmolLM2-1.7B-Instruct-Q4_K_M", "Qwen3-4B-Instruct-2507-Q4_K_M"}}},
		"/turns/{id}/edit":    {Name: "turn-edit.html", View: turnEditView{turnView: turnView{ID: 3, User: true, State: "done", CanEdit: true}, Source: "Show me how far light travels in a year, in Go.\nAnd a table of `parsec` and friends."}},
		"/turns/{id}/tokens":  {Name: "tokens.html", View: cannedTokens()},
		"/turns/{id}/choice": {Name: "choice.html", View: insteadView{Turn: 2, Index: 6, Text: "scatters", Chance: "41 %", Others: []otherView{
			{Token: 1, Text: " bends", Chance: "22 %", Width: "22", Can: true}, {Token: 2, Text: " spreads", Chance: "9 %", Width: "9", Can: true}, {Token: 3, Text: " absorbs", Chance: "2 %", Width: "2"}}}},
		"/turns/{id}/facts": {Name: "facts.html", View: factsView{Title: "How this reply came to be", Note: "The same seed, settings and model write the same reply again.", Rows: []factRow{
			{"Written", "Today, 20:16:41"}, {"End", "The model was done"}, {"Reply", "318 tokens"}, {"Prompt", "886 tokens"}, {"Of it kept from before", "812 tokens"},
			{"Speed", "17.9 tokens a second"}, {"Model", "SmolLM3-3B-Q4_K_M"}, {"Seed", "7141931244"}, {"Sampling", "temperature 0.6, top_p 0.95"}}}},
		"/everything":         {Name: "everything.html", View: cannedEverything()},
		"/everything/choices": {Name: "choices.html", View: cannedEverything()},
		"/models":             {Name: "models.html", View: cannedModels()},
		"/models/{key}/about": {Name: "anatomy.html", View: cannedAnatomy()},
	} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			writeFragments(w, words.Words{}, http.StatusOK, shown)
		})
	}
}

func cannedChoosing() conversationView {
	view := cannedTalk()
	texts := []string{
		"<p>Blue light is scattered most, so it reaches you from all over the sky.</p>",
		"<p>Air scatters short waves far more than long ones. What comes to your eye from anywhere but the sun itself is therefore mostly blue.</p><ul><li>Red goes straight on,</li><li>blue is bounced about.</li></ul>",
		"<p>Because of <strong>Rayleigh scattering</strong>.</p>",
	}
	view.Turns = append(view.Turns[:2:2], turnView{ID: 5, User: true, State: "done", When: "20:20", Text: blocksOf("<p>And why is it blue by day?</p>")})
	for i, text := range texts {
		view.Candidates = append(view.Candidates, turnView{ID: int64(6 + i), State: "done", Candidate: i + 1, When: "20:20", Stats: "38 tokens · 9.1 tok/s", Text: blocksOf(text)})
	}
	for n := 1; n <= maxCandidates; n++ {
		view.Talk.Candidates = append(view.Talk.Candidates, candidateChoice{n, n == 3})
	}
	view.Talk.ChatID = 1
	return view
}

func cannedVersions() conversationView {
	view := cannedTalk()
	first, second := &view.Turns[0], &view.Turns[1]
	first.Pinned, first.CanEdit = true, true
	second.Fork = chat.Fork{Place: 2, Count: 3, Previous: 8, Next: 9}
	second.HasTokens, second.CanRetry, second.Edited = true, true, true
	view.Turns[2].Divider = "What is above is no longer in the model’s sight: the context is full."
	first.Unseen, second.Unseen = true, true
	view.Turns[3].FollowUps = []string{"How far is a parsec in light-years?", "And for a child of six?", "Write it as a test"}
	view.Other, view.OtherUse = "This chat was written with SmolLM2-1.7B-Instruct-Q4_K_M.", "2"
	return view
}

func cannedFiles() conversationView {
	view := cannedTalk()
	view.Turns = view.Turns[:2]
	view.Turns[0].Files = []attachmentView{{ID: 1, Name: "minutes-of-the-meeting.pdf", Facts: "84 kB · 3,400 tokens"}, {ID: 2, Name: "ملاحظات.txt", Facts: "1 kB · 310 tokens"}}
	view.Turns[1].Text = []template.HTML{`<p>A formula, <span class="math" data-tex="E=mc^2">E=mc^2</span>, and a plan:</p>`,
		`<ul><li><span class="task" aria-hidden="true">☑</span> Read the minutes</li><li><span class="task" aria-hidden="true">☐</span> Answer the letter</li></ul>`}
	view.Attachments = attachmentsView{ChatID: 1, Files: []attachmentView{{ID: 3, Name: "a-name-so-long-that-no-chip-can-hold-the-whole-of-it-whatever-one-does.csv", Facts: "2.1 MB · 61,000 tokens"}, {ID: 4, Name: "notes.md", Facts: "12 kB · 3,100 tokens"}},
		Warning: "These files and the chat need 64,100 tokens, but the model sees 8,192: the oldest turns will be left out."}
	return view
}

func cannedContext() contextView {
	return contextView{Text: "1,204 of 8,192 tokens", Notes: []string{"When it is full, the oldest turns leave the model’s sight; pinned ones stay."}, Parts: []contextPart{
		{"system", "System prompt", "182", "0", "22.2"}, {"history", "Turns before", "704", "22.2", "85.9"},
		{"reply", "Kept for the reply", "318", "108.1", "38.8"}, {"free", "Free", "6,988", "146.9", "853.1"}}}
}

func cannedMap() mapView {
	return mapView{Forked: true, Segments: []segmentView{{Turn: 1, User: true, Text: "Why is the sky dark at night, if there are stars in every direction?", Shown: true, Next: []segmentView{
		{Turn: 8, Text: "That question is Olbers’ paradox.", More: 4},
		{Turn: 2, Text: "That question is Olbers’ paradox. An endless, eternal, still universe would have a bright night sky", Shown: true, More: 1, Next: []segmentView{
			{Turn: 3, User: true, Text: "Show me how far light travels in a year, in Go.", Shown: true, More: 1},
			{Turn: 10, User: true, Text: "مرحبا بالعالم"}}},
		{Turn: 9, Text: "It is dark because it is night."}}}}}
}

func cannedTokens() tokensView {
	view := tokensView{Turn: 2, Later: 400}
	for i, piece := range strings.SplitAfter("Because air, thin as it is, scatters short waves more than long ones, by the fourth power of their frequency. Blue reaches you from every side.\n", " ") {
		view.Tokens = append(view.Tokens, tokenView{Index: i, Text: strings.ReplaceAll(piece, "\n", "↵"), Label: piece, Level: []int{0, 0, 1, 0, 2, 0, 3, 0, 4}[i%9], Reasoning: i < 3})
	}
	return view
}

func cannedEverything() everythingView {
	return everythingView{Count: "7 choices", Groups: []everythingGroup{
		{ID: "chats", Name: "Chats", Items: []everythingItem{
			{ID: "chat-1", Do: "open", Value: "1", Text: "Why is the sky dark at night?", Note: "Today", Icon: "chat"},
			{ID: "chat-3", Do: "open", Value: "3", Text: "Pneumonoultramicroscopicsilicovolcanoconiosis, explained to a child", Note: "Yesterday", Icon: "chat"},
			{ID: "chat-4", Do: "open", Value: "4", Text: "مرحبا بالعالم، كيف حالك؟", Note: "Yesterday", Icon: "chat"}}},
		{ID: "commands", Name: "Commands", Items: []everythingItem{
			{ID: "command-new", Do: "run", Value: "/new", Text: "Start a new chat", Note: "/new", Icon: "new", Parts: []string{"Ctrl", "N"}},
			{ID: "command-export", Do: "write", Value: "/export ", Text: "Save this chat as a file", Note: "/export", Icon: "export"}}},
		{ID: "settings", Name: "Settings", Items: []everythingItem{
			{ID: "setting-theme", Do: "setting", Value: "theme", Text: "Theme", Note: "Colours as the desktop has them, light, dark, or with the strongest contrast.", Icon: "settings"},
			{ID: "setting-keys", Do: "setting", Value: "keys", Text: "Shortcuts", Icon: "keys", Parts: []string{"Ctrl", ","}}}},
	}}
}

func cannedModels() modelsView {
	return modelsView{
		Downloads: []downloadView{{Name: "SmolLM3-Q8_0.gguf", State: "running", Text: "812 MB of 3.28 GB · 9.4 MB/s · 4 minutes left", Permille: 247}, {Name: "Qwen3-4B-Q4_K_M.gguf", State: "paused", Text: "Paused at 1.1 GB of 2.5 GB", Permille: 440}},
		Shelf: shelfView{Folder: "/home/me/.local/share/notso/models", Explains: true, Items: []itemView{
			{Key: "1", Name: "SmolLM3-Q4_K_M", What: "SmolLM3 3B · Q4_K_M · 1.92 GB", More: "Apache-2.0 · last used: today · 19 tok/s here", State: "used", Own: true, Path: "/home/me/.local/share/notso/models/SmolLM3-Q4_K_M.gguf"},
			{Key: "2", Name: "SmolLM2-1.7B-Instruct-Q4_K_M", What: "SmolLM2 1.7B Instruct · Q4_K_M · 1.06 GB", More: "Apache-2.0", Own: true, Path: "/home/me/.local/share/notso/models/SmolLM2-1.7B-Instruct-Q4_K_M.gguf"},
			{Key: "3", Name: "gemma-3-4b-it", What: "Linked from Ollama", State: "loading", Path: "/usr/share/ollama/.ollama/models/blobs/sha256-aeda25e63ebd698fab8638ffb778e68bed908b960d39d0becc650fa981609d25"},
			{Key: "4", Name: "broken-Q4_K_M", What: "1.2 GB", Problem: "Tensor 17 lies outside the file, so the download was probably cut short.", Own: true, Path: "/home/me/.local/share/notso/models/broken-Q4_K_M.gguf"}}},
		Offers: []offerView{{ID: "smollm3-3b", Name: "SmolLM3 3B", Summary: "Reasons before it answers, in six languages; the model this app is made for.", Facts: "Hugging Face · Apache-2.0 · 3.1 billion weights · 65,536 tokens", Files: []offerFileView{
			{Ask: "smollm3-3b:q4_k_m", Quantisation: "Q4_K_M", Size: "1.92 GB", Fit: "fits into memory, about 12 tok/s", State: "there"},
			{Ask: "smollm3-3b:q6_k", Quantisation: "Q6_K", Size: "2.53 GB", Fit: "fits into memory, about 9 tok/s", FitWhy: "2.5 GB of weights, 0.3 GB of context and 0.3 GB to compute, of 13 GB free"},
			{Ask: "smollm3-3b:q8_0", Quantisation: "Q8_0", Size: "3.28 GB", State: "getting"}}}},
	}
}

func cannedAnatomy() anatomyView {
	return anatomyView{
		Name: "SmolLM3-Q4_K_M", Facts: []factRow{{"Architecture", "smollm3"}, {"Parameters", "3.08 billion"}, {"Size", "1.92 GB"}, {"Context", "65,536 tokens"}, {"Vocabulary", "128,256 tokens, gpt2 (smaug-bpe)"}, {"SHA-256", "8334b850b7bd46238c16b0c550df2138f0889bf433809008cc17a8b05761863e"}},
		Verdict: "Fits into memory, computed on the processor: about 12 tok/s", Need: []factRow{{"Weights", "1.92 GB"}, {"Context", "288 MB"}, {"To compute", "312 MB"}},
		Groups:   []factRow{{"Attention", "Q4_K ×108, Q6_K ×36"}, {"Feed-forward", "Q4_K ×90, Q6_K ×18"}, {"Embedding", "Q6_K ×1"}, {"Norms", "F32 ×73"}},
		Template: []factRow{{"Format", "ChatML"}, {"Tools", "yes"}},
		Warnings: []anatomyWarning{{Text: "The template holds instructions of its own.", Found: []string{"You are a helpful AI assistant named SmolLM, trained by Hugging Face."}}},
		Source:   "{%- if messages[0].role == 'system' -%}\n…",
	}
}
