package app

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"notso/app/config"
	"notso/app/shortcut"
	"notso/app/webtest"
	"notso/app/words"
)

// canned is a window without an app behind it: the real templates, styles and
// scripts, with answers written by hand.
type canned struct {
	page pageView

	mu       sync.Mutex
	posts    []string // "path form", in order
	nextTurn int64
	refuse   string // answers the next message with this sentence

	hold chan struct{} // messages are answered once it is closed; nil: at once
}

func openCanned(t *testing.T, browser *webtest.Browser, page pageView) (*canned, *webtest.Page) {
	t.Helper()
	c := &canned{page: page, nextTurn: 100}
	return c, browser.Open(t, webtest.NewServer(t, c.handler()))
}

func (c *canned) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", assets(func() words.Words { return words.Words{} }))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "page.html", View: c.page})
	})
	mux.HandleFunc("GET /chats", func(w http.ResponseWriter, r *http.Request) {
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "sidebar.html", View: c.page.Sidebar})
	})
	mux.HandleFunc("GET /chats/{id}", func(w http.ResponseWriter, r *http.Request) {
		c.note(r)
		view := cannedTalk()
		fmt.Sscan(r.PathValue("id"), &view.ChatID)
		if view.ChatID == c.page.Conversation.ChatID {
			writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "conversation.html", View: c.page.Conversation})
			return
		}
		view.Title = "Chat number " + r.PathValue("id")
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "conversation.html", View: view},
			fragment{Name: "sidebar.html", View: cannedSidebar(view.ChatID), OOB: true})
	})
	mux.HandleFunc("GET /welcome", func(w http.ResponseWriter, r *http.Request) {
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "welcome.html", View: c.page.Conversation.Welcome})
	})
	mux.HandleFunc("GET /complete", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /chats/{id}/turns", c.postTurn)
	mux.HandleFunc("POST /chats/{id}/thinking", func(w http.ResponseWriter, r *http.Request) {
		c.note(r)
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "thinking.html", View: thinkingView{Chat: 7, Available: true, On: r.FormValue("on") == "true", Why: "Why"}})
	})
	mux.HandleFunc("POST /chats/delete", func(w http.ResponseWriter, r *http.Request) {
		c.note(r)
		rest := sidebarView{Chats: c.page.Sidebar.Chats[1:]}
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "sidebar.html", View: rest},
			fragment{Name: "toast.html", View: toastView{Text: "Deleted “Chat”.", Undo: "/chats/1/restore", Kind: "info"}, OOB: true})
	})
	mux.HandleFunc("POST /chats/{id}/restore", func(w http.ResponseWriter, r *http.Request) {
		c.note(r)
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "sidebar.html", View: c.page.Sidebar, OOB: true})
	})
	mux.HandleFunc("POST /chats/{id}/title", func(w http.ResponseWriter, r *http.Request) {
		c.note(r)
		view := cannedSidebar(2)
		view.Chats[1].Title = r.FormValue("title")
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "sidebar.html", View: view})
	})
	mux.HandleFunc("GET /turns/{id}", func(w http.ResponseWriter, r *http.Request) {
		var id int64
		fmt.Sscan(r.PathValue("id"), &id)
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "turn.html", View: turnView{ID: id, State: "done", Seq: 1000,
			Reasoning: blocksOf("<p>I was thinking.</p>"), Summary: "Thought for 1 s", Text: blocksOf("<p>The whole reply.</p>"), Stats: "3 tokens", CanRetry: true}})
	})
	mux.HandleFunc("GET /turns/{id}/text", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "**Markdown** of turn %s", r.PathValue("id"))
	})
	c.around(mux)
	c.dialogs(mux)
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		c.note(r)
		w.WriteHeader(http.StatusNoContent)
	})
	return secure(func() words.Words { return words.Words{} }, mux)
}

// postTurn echoes the message and starts a reply that only events will write.
func (c *canned) postTurn(w http.ResponseWriter, r *http.Request) {
	c.note(r)
	if c.hold != nil {
		<-c.hold
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != "" {
		writeFragments(w, words.Words{}, http.StatusUnprocessableEntity, fragment{Name: "error.html", View: c.refuse})
		c.refuse = ""
		return
	}
	text := r.FormValue("text")
	if text == "/help" {
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "help.html", View: cannedHelp(), OOB: true})
		return
	}
	id := c.nextTurn
	c.nextTurn += 2
	writeFragments(w, words.Words{}, http.StatusOK,
		fragment{Name: "turn.html", View: turnView{ID: id, User: true, State: "done", Text: blocksOf("<p>" + template.HTMLEscapeString(text) + "</p>")}},
		fragment{Name: "turn.html", View: turnView{ID: id + 1, State: "running", Summary: "Thinking…"}})
}

func (c *canned) note(r *http.Request) {
	r.ParseForm()
	r.Form.Del("at") // another one each time
	c.mu.Lock()
	defer c.mu.Unlock()
	c.posts = append(c.posts, r.Method+" "+r.URL.Path+" "+r.Form.Encode())
}

// noted tells whether a request with this beginning came.
func (c *canned) noted(beginning string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, post := range c.posts {
		if strings.HasPrefix(post, beginning) {
			return true
		}
	}
	return false
}

// drafts are the texts that the page has saved so far.
func (c *canned) drafts() (texts []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, post := range c.posts {
		if query, is := strings.CutPrefix(post, "POST /draft "); is {
			form, _ := url.ParseQuery(query)
			texts = append(texts, form.Get("text"))
		}
	}
	return texts
}

func blocksOf(blocks ...string) []template.HTML {
	var out []template.HTML
	for _, b := range blocks {
		out = append(out, template.HTML(b))
	}
	return out
}

func cannedPage(conversation conversationView) pageView {
	return pageView{
		Look: cannedLook(), SidebarOpen: true, Sidebar: cannedSidebar(conversation.ChatID), Conversation: conversation,
		Palette: cannedPalette(), Shortcuts: cannedShortcuts(), Status: statusView{State: "ready", Text: "SmolLM3-3B", Fraction: -1},
	}
}

func cannedHelp() helpView {
	return helpView{Groups: cannedPalette(), Folder: "/home/me/.config/notso/prompts", Keys: []keyGroup{{Name: "Everywhere", Keys: cannedShortcuts()}}}
}

func cannedShortcuts() (list []keyView) {
	for _, s := range shortcut.All() {
		list = append(list, keyView{ID: s.ID, Keys: s.Keys, Parts: strings.Split(s.Keys, "+"), Name: s.ID, Command: s.Command, Fixed: s.Fixed})
	}
	return list
}

func cannedLook() lookView {
	c := config.Default()
	c.Theme = config.ThemeLight
	return look(c)
}

func cannedSidebar(current int64) sidebarView {
	titles := []string{
		"Why is the sky dark at night?", "Rename me", "Pneumonoultramicroscopicsilicovolcanoconiosis, explained to a child",
		"مرحبا بالعالم، كيف حالك؟", "Sourdough for a cold kitchen", "SQL window functions", "A letter to my landlord", "Haiku about garbage collection",
	}
	when := []string{"Today", "Today", "Yesterday", "Yesterday", "18 November", "12 November", "3 October", "24 December 2024"}
	days := map[int][2]string{0: {"today", "Today"}, 2: {"yesterday", "Yesterday"}, 4: {"week", "Last 7 days"}, 6: {"2026-10", "October"}, 7: {"2024-12", "December 2024"}}
	var view sidebarView
	for i, title := range titles {
		id := int64(i + 1)
		view.Chats = append(view.Chats, chatItem{ID: id, Title: title, When: when[i], DayID: days[i][0], Day: days[i][1], Current: id == current, Running: i == 4})
	}
	view.Pinned = []chatItem{{ID: 9, Title: "Shopping list", When: "2 May", Pinned: true, Current: current == 9}}
	view.Folders = []folderItem{
		{ID: 1, Name: "Work", Count: 1, Open: true, Older: olderView{Chats: []chatItem{{ID: 10, Title: "Minutes of the meeting", When: "3 May", Folder: 1, Current: current == 10}}}},
		{ID: 2, Name: "Recipes", Count: 0},
	}
	return view
}

func cannedEmpty() conversationView {
	return conversationView{
		Title: "New chat", Model: "SmolLM3-3B Q4_K_M", Greeting: "Good evening",
		Gauge:    gaugeView{Used: 0, Limit: 8192, Percent: 0, Level: "green", Text: "0 of 8,192 tokens"},
		Thinking: thinkingView{Available: true, Why: "Let the model reason before it answers"},
	}
}

func cannedTalk() conversationView {
	view := cannedEmpty()
	view.ChatID, view.Title, view.Greeting = 1, "Why is the sky dark at night?", ""
	view.Gauge = gaugeView{Chat: 1, Used: 1204, Limit: 8192, Percent: 15, Level: "green", Text: "1,204 of 8,192 tokens"}
	view.Thinking.Chat, view.Thinking.On = 1, true
	view.Turns = []turnView{
		{ID: 1, User: true, State: "done", When: "20:14", Text: blocksOf("<p>Why is the sky dark at night, if there are stars in every direction?</p>")},
		{ID: 2, State: "done", When: "20:14", Stats: "212 tokens · 18.2 tok/s · first after 0.4 s", Summary: "Thought for 4 s",
			Reasoning: blocksOf("<p>The user asks about Olbers’ paradox. I should name it, and give the two reasons.</p>"),
			Text: blocksOf("<p>That question is <strong>Olbers’ paradox</strong>. An endless, eternal, still universe would have a bright night sky: every line of sight would end on a star. Two things break it.</p>",
				"<ol><li><strong>The universe has an age.</strong> Light from beyond about 13.8 billion years has not reached us yet.</li><li><strong>Space expands.</strong> Light from far away is stretched out of what eyes can see, into the <a href=\"https://example.org/cmb\">microwave background</a>.</li></ol>",
				"<blockquote><p>Were the succession of stars endless, then the background of the sky would present us an uniform luminosity. <em>Edgar Allan Poe, 1848</em></p></blockquote>")},
		{ID: 3, User: true, State: "done", When: "20:16", Text: blocksOf("<p>Show me how far light travels in a year, in Go.\nAnd a table of <code>parsec</code> and friends.</p>")},
		{ID: 4, State: "done", When: "20:16", Stats: "318 tokens · 17.9 tok/s · first after 0.6 s", CanRetry: true, Text: blocksOf(
			"<p>A light-year is the speed of light times a Julian year:</p>",
			`<figure class="code" data-behaviour="code"><figcaption><span>go</span><button type="button" class="copy">Copy</button></figcaption><pre tabindex="0"><code><span class="hl-keyword">func</span> <span class="hl-function">main</span>() {
	<span class="hl-keyword">const</span> c = <span class="hl-number">299_792_458</span> <span class="hl-comment">// metres a second, exactly</span>
	year := <span class="hl-number">365.25</span> * <span class="hl-number">24</span> * time.Hour
	fmt.<span class="hl-function">Printf</span>(<span class="hl-string">&#34;%.3e m\n&#34;</span>, c*year.<span class="hl-function">Seconds</span>()) <span class="hl-comment">// a line that is far too long to fit into the column, so it has to scroll inside its own box</span>
}</code></pre></figure>`,
			"<div class=\"table\" role=\"group\" tabindex=\"0\"><table><thead><tr><th>Unit</th><th align=\"right\">Metres</th><th>Named for</th></tr></thead><tbody><tr><td>light-year</td><td align=\"right\">9.461e15</td><td>the path of light</td></tr><tr><td>parsec</td><td align=\"right\">3.086e16</td><td>one arcsecond of parallax</td></tr></tbody></table></div>",
			"<h3>One word more</h3>", "<ul><li>Use <code>time.Duration</code> for years only in jest.</li><li>مرحبا بالعالم</li></ul>")},
	}
	return view
}

func cannedStreaming() conversationView {
	view := cannedTalk()
	view.Running = true
	view.Turns = append(view.Turns[:2:2],
		turnView{ID: 5, User: true, State: "done", When: "20:20", Text: blocksOf("<p>And why is it blue by day?</p>")},
		turnView{ID: 6, State: "running", Summary: "Thinking…", Seq: 3, Reasoning: blocksOf("<p>The user wants to know about Rayleigh scattering. Short waves scatter more: the intensity goes with the fourth power of the frequency.</p>", "<p>Why not violet, then? The sun sends less of it, the upper air takes some of it, and eyes are weak there. I should say that, since</p>")})
	return view
}

func cannedEnds() conversationView {
	view := cannedTalk()
	view.Turns = []turnView{
		{ID: 1, User: true, State: "done", When: "20:14", Text: blocksOf("<p>Tell me a long story.</p>")},
		{ID: 2, State: "stopped", When: "20:14", Notice: "You stopped this reply.", Text: blocksOf("<p>Once upon a time there was a</p>")},
		{ID: 3, User: true, State: "done", When: "20:15", Divider: "The model starts afresh here and no longer sees what is above.", Text: blocksOf("<p>Again, please. " + strings.Repeat("Donaudampfschifffahrtsgesellschaft", 6) + "</p>")},
		{ID: 4, State: "failed", When: "20:16", Notice: "The engine stopped working while it wrote. What it had written is kept; it will start again with your next message.", CanContinue: true, CanRetry: true, Text: blocksOf("<p>Once upon a time, and a very good time it was, there was a moocow coming down along the road</p>")},
	}
	view.Gauge.Level, view.Gauge.Percent, view.Gauge.Text = "red", 94, "7,701 of 8,192 tokens"
	view.Thinking = thinkingView{Why: "SmolLM2-135M-Instruct cannot reason before it answers"}
	return view
}

func cannedPalette() []paletteGroup {
	return []paletteGroup{
		{"Chat", []paletteCommand{
			{"new", "/new", "Start a new chat", "new", false}, {"clear", "/clear", "Remove every turn of this chat; can be undone", "clear", false},
			{"reset", "/reset", "Keep the turns, but let the model start afresh", "reset", false}, {"export", "/export [md|html|json|txt]", "Save this chat as a file", "export", true}}},
		{"Model", []paletteCommand{
			{"thinking", "/thinking [on|off]", "Let the model reason before it answers, or not", "thinking", true},
			{"temp", "/temp [0–2]", "Show or set the temperature of this chat", "temp", true}, {"model", "/model [name or path]", "Show the model, or use another one in this chat", "model", true}}},
		{"Utility", []paletteCommand{
			{"quote", "/quote [reference]", "Read a passage, verse by verse; no model needed", "quote", true}, {"status", "/status", "Tell the model, the context in use and the speed", "status", false},
			{"theme", "/theme [system|light|dark]", "Choose light or dark colours", "theme", true}, {"help", "/help", "List these commands", "help", false}}},
		{"Quick actions", []paletteCommand{{"stop", "/stop", "End the reply; what is written stays", "stop", false}, {"regenerate", "/regenerate", "Let the model answer the last message again", "regenerate", false}}},
	}
}

// uncounted is a conversation that no reply has measured.
func uncounted() conversationView {
	view := cannedTalk()
	view.Gauge.Uncounted = true
	return view
}
