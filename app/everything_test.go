package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/config"
	"notso/app/webtest"
	"notso/app/words"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestWhatACommandDoesIsToldTheSameEverywhere(t *testing.T) {
	for _, c := range command.All() {
		if got := (words.Words{}).Say("command." + c.Name); got != c.Summary {
			t.Errorf("/%s is %q in the catalogue and %q in the registry", c.Name, got, c.Summary)
		}
	}
}

func TestFuzzyPrefersWordsAndShortTexts(t *testing.T) {
	for _, test := range []struct{ query, better, worse string }{
		{"set", "Settings", "Sunset in Paris"},
		{"dark", "Why is the sky dark?", "Day and rock"},
		{"the", "/theme", "Other things"},
		{"sky", "sky", "Why is the sky dark at night?"},
		{"wtsd", "Why is the sky dark", "zebra"},
	} {
		if a, b := fuzzy(test.query, test.better), fuzzy(test.query, test.worse); a <= b {
			t.Errorf("%q: %q has %d, %q has %d", test.query, test.better, a, test.worse, b)
		}
	}
	for _, test := range []struct {
		query, text string
		fits        bool
	}{
		{"xyz", "Settings", false},
		{"the", "Time to wait, if there is one", true},
		{"the", "Text: how long a reply may be", false},
		{"the", "Threads", false},
		{"nc", "New chat", true},
		{"nc", "Sync", true},
		{"nc", "Nice", false},
		{"temprature", "Temperature", true},
		{"emprature", "Temperature", false},
	} {
		if got := fuzzy(test.query, test.text) > 0; got != test.fits {
			t.Errorf("%q fits %q: %v, want %v", test.query, test.text, got, test.fits)
		}
	}
}

// TestCommandsOfAChat runs what the registry's newer rows do, and takes it back.
func TestCommandsOfAChat(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.opts.Home.Prompts = t.TempDir()
	b.Startup()
	turn := b.say(0, "Hello")
	run := func(line string) Outcome {
		t.Helper()
		call, is, err := b.Parse(line)
		if err != nil || !is {
			t.Fatalf("%s: %v, %v", line, is, err)
		}
		out, err := b.Run(t.Context(), turn.Chat, call, nil)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return out
	}
	state := func() chat.Chat {
		t.Helper()
		c, err := b.store.Chat(t.Context(), turn.Chat)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	precise := 0.2
	if err := b.opts.Config.Update(func(c *config.Config) {
		c.Presets = []config.Preset{{Name: "Precise", Manner: config.Manner{Temperature: &precise}}}
	}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		line  string
		holds func(chat.Chat) bool
	}{
		{"/title A better title", func(c chat.Chat) bool { return c.Title == "A better title" && c.Named }},
		{"/pin", func(c chat.Chat) bool { return c.Pinned }},
		{"/system Be brief.", func(c chat.Chat) bool { return c.Settings.System == "Be brief." }},
		{"/think 512", func(c chat.Chat) bool {
			return c.Settings.Thinking == "on" && budgetFor(c.Settings, b.opts.Config.Get()) == 512
		}},
		{"/think off", func(c chat.Chat) bool { return c.Settings.Thinking == "off" }},
		{"/preset precise", func(c chat.Chat) bool {
			return c.Settings.Preset == "Precise" && *c.Settings.Temperature == 0.2
		}},
		{"/candidates 3", func(c chat.Chat) bool { return c.Settings.Candidates == 3 }},
		{"/alternatives on", func(c chat.Chat) bool { return c.Settings.Choices }},
		{"/alternatives", func(c chat.Chat) bool { return c.Settings.Choices }},
	} {
		out := run(test.line)
		if !test.holds(state()) || out.Text == "" || out.Undo == "" {
			t.Errorf("%s gave %+v and %+v", test.line, out, state())
		}
		if got := b.request("POST", out.Undo, ""); got.Code != 204 || test.holds(state()) {
			t.Errorf("%s taken back: %d, %+v", test.line, got.Code, state())
		}
	}
	for _, line := range []string{"/title", "/system", "/think", "/preset", "/candidates", "/system none"} {
		if out := run(line); out.Text == "" {
			t.Errorf("%s says nothing", line)
		}
	}
	out := run("/summarize")
	if answer, err := b.Await(t.Context(), out.Turns[1]); err != nil || answer.State != chat.Done || !strings.HasPrefix(out.Turns[0].Text, "Sum up") {
		t.Errorf("/summarize gave %+v, %v", out.Turns, err)
	}
	if _, err := b.Run(t.Context(), turn.Chat, command.Call{Name: "continue"}, nil); err == nil {
		t.Error("a reply that is whole goes on")
	}

	if err := os.WriteFile(filepath.Join(b.opts.Home.Prompts, "shout.md"), []byte("# Louder\nSay it in capitals: {{input}} (after {{reply}})"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Run(t.Context(), turn.Chat, command.Call{Name: "shout", Prompt: true}, nil); err == nil {
		t.Error("a prompt about a text was sent without one")
	}
	if usage := b.help().Groups; !strings.Contains(fmt.Sprint(usage), "/shout [text]") {
		t.Errorf("the palette does not say that /shout takes a text: %v", usage)
	}
	out = run("/shout this")
	if got := out.Turns[0].Text; !strings.HasPrefix(got, "Say it in capitals: this (after ") || strings.Contains(got, "{{") {
		t.Errorf("the prompt became %q", got)
	}
	if _, err := b.Await(t.Context(), out.Turns[1]); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(b.opts.Home.Prompts, "paste.md"), []byte("{{clipboard}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Run(t.Context(), turn.Chat, command.Call{Name: "paste", Prompt: true}, nil); err == nil {
		t.Error("a clipboard that is not there was read")
	}
}

// TestEverythingPalette runs Ctrl+K and the keys against the app itself.
func TestEverythingPalette(t *testing.T) {
	browser := webtest.NewBrowser(t)
	b, p := openWindow(t, browser, scripted.Options{})
	b.opts.Home.Prompts = t.TempDir()
	if err := os.WriteFile(filepath.Join(b.opts.Home.Prompts, "haiku.md"), []byte("# As a haiku\nWrite a haiku about {{input}}."), 0o600); err != nil {
		t.Fatal(err)
	}
	first := b.say(0, "Why is the sky dark at night?")
	b.say(0, "Sourdough for a cold kitchen")
	open := func() {
		t.Helper()
		p.Press("k", chromedp.Modifier(2))
		p.Until(`document.querySelector('dialog.everything[open]') && document.activeElement.id === 'everything-query' && document.querySelector('.everything [aria-selected=true]')`)
	}
	ask := func(query, want string) {
		t.Helper()
		p.Press(query)
		p.Until(`document.querySelector('.everything [aria-selected=true]')?.id === ` + "`every-" + want + "`" + ` && document.querySelector('#everything-query').getAttribute('aria-activedescendant') === ` + "`every-" + want + "`")
	}

	p.Type("#message", "not lost")
	open()
	p.CheckAccessibility("everything")
	ask("skydark", "chat-1")
	p.Press("\r")
	p.Until(`document.querySelector('#conversation[data-chat="1"]') && !document.querySelector('dialog')`)
	p.Click("#chat-2 .open")
	p.Until(`document.querySelector('#conversation[data-chat="2"]')`)
	open()
	if got := webtest.Get[string](p, `[...document.querySelectorAll('.everything [data-do=open]')].map(({ id }) => id).join()`); got != "every-chat-1" {
		t.Errorf("offered are the chats %s, want the one before and not the one in sight", got)
	}
	p.Press("\r")
	p.Until(`document.querySelector('#conversation[data-chat="1"]') && !document.querySelector('dialog')`)
	open()
	ask("/branch", "command-branch")
	p.Press("\r")
	p.Until(`document.querySelector('dialog.map[open]').contains(document.activeElement) && document.activeElement.matches('.segment') && !document.querySelector('.everything')`)
	p.Press(kb.Escape)
	open()
	ask("/candidates", "command-candidates")
	p.Press("\r")
	p.Until(`document.querySelector('.everything [data-value="/candidates 4"]')`)
	ask("2", "argument-0")
	p.Press("\r")
	p.Until(`document.querySelector('#candidates-2').checked && !document.querySelector('dialog')`)
	open()
	if got := webtest.Get[string](p, `document.querySelector('.everything [role=option]').id`); got != "every-command-branch" {
		t.Errorf("%s comes first, want what was chosen last", got)
	}
	ask("/theme", "command-theme")
	p.Press("\r")
	p.Until(`document.querySelector('#everything-query').value === '/theme ' && document.querySelector('.everything [data-value="/theme contrast"]')`)
	ask("contr", "argument-0")
	p.Press("\r")
	p.Until(`document.documentElement.dataset.theme === 'contrast' && !document.querySelector('dialog')`)
	open()
	ask("longest reply", "setting-of-max_tokens")
	p.Press("\r")
	p.Until(`document.activeElement.id === 'value-max_tokens'`)
	open()
	ask("haiku", "prompt-haiku")
	p.Press("\r")
	p.Until(`!document.querySelector('#layer[data-open]') && document.activeElement.id === 'message' && message.value.startsWith('/haiku ')`)
	open()
	p.Press("zzzz")
	p.Until(`document.querySelector('.everything .nothing')`)
	p.Press(kb.Escape)
	p.Until(`!document.querySelector('dialog') && document.activeElement.id === 'message'`)

	p.Press(",", chromedp.Modifier(2))
	p.Until(`document.querySelector('#layer[data-open] #settings')`)
	p.Press(",", chromedp.Modifier(2))
	p.Until(`!document.querySelector('#layer[data-open]')`)
	p.Press("?")
	if got := webtest.Get[string](p, `message.value`); !strings.Contains(got, "?") {
		t.Errorf("a question mark in a message opens the help: %q", got)
	}
	p.Do(webtest.Script(`document.querySelector('.scroller').focus()`))
	p.Press("?")
	p.Until(`document.querySelector('#layer[data-open] #help').textContent.includes('Ctrl')`)
	p.CheckAccessibility("help")
	p.Press(kb.Escape)

	// Other keys, and keys that are taken.
	p.Press(",", chromedp.Modifier(2))
	p.Until(`document.querySelector('#shortcut-sidebar [data-choose]')`)
	p.Do(webtest.Script(`document.querySelector('#shortcut-sidebar [data-choose]').focus(); document.activeElement.click()`))
	p.Press("l", chromedp.Modifier(2))
	p.Until(`document.querySelector('#shortcut-sidebar .wrong').textContent === 'Ctrl+L is taken: Go to the message box.'`)
	p.Do(webtest.Script(`document.querySelector('#shortcut-sidebar [data-choose]').focus(); document.activeElement.click()`))
	p.Press("j", chromedp.Modifier(2))
	p.Until(`document.querySelector('#shortcut-sidebar .keys').textContent === 'CtrlJ'`)
	p.Press("j", chromedp.Modifier(2))
	p.Until(`document.querySelector('.window').dataset.sidebar === 'closed'`)
	if got := b.opts.Config.Get().Shortcuts["sidebar"]; got != "Ctrl+J" {
		t.Errorf("the settings hold %q", got)
	}
	if c, err := b.store.Chat(t.Context(), first.Chat); err != nil || c.ID != 1 {
		t.Errorf("the chat is %+v, %v", c, err)
	}
}

func TestAnArgumentIsEnoughToFindItsCommand(t *testing.T) {
	b := newBench(t, scripted.Options{})
	if err := b.opts.Config.Update(func(c *config.Config) { c.Language = "fr" }); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{"dark": "/theme dark", "sombre": "/theme dark", "appear": "/settings appearance", "da": ""} {
		view, err := b.everything(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, group := range view.Groups {
			for _, item := range group.Items {
				if got == "" && strings.HasPrefix(item.ID, "choice-") {
					got = item.Value
				}
			}
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestChatsOfOneTitleAreToldApartByTheirDate(t *testing.T) {
	b := newBench(t, scripted.Options{})
	for i := range chatsMost + 2 { // more than those that an empty query lists
		b.keep(40*i, "Moon and tides", "Hello")
	}
	for _, query := range []string{"", "tides"} {
		view, err := b.everything(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		dates := map[string]bool{}
		for _, item := range view.Groups[0].Items {
			dates[item.Note] = true
		}
		if len(dates) != chatsMost || dates[""] {
			t.Errorf("%q lists %d chats of one title with the dates %v", query, len(view.Groups[0].Items), dates)
		}
	}
}
