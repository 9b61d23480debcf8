package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// openWindow shows the app in a browser, with the real handlers behind it.
func openWindow(t *testing.T, browser *webtest.Browser, script scripted.Options) (*bench, *webtest.Page) {
	t.Helper()
	b := newBench(t, script)
	server := webtest.NewServer(t, b.Handler())
	b.onEach = func(e event) { server.Emit(e.name, e.data) }
	b.Startup()
	return b, browser.Open(t, server)
}

// delay keeps requests whose path ends so on their way until arrive() is called in the
// page, which counts them in arrived.
func delay(p *webtest.Page, path string) {
	p.Do(webtest.Script(fmt.Sprintf(`
		const fetched = window.fetch, late = new Promise((go) => { window.arrive = go; });
		window.arrived = 0;
		window.fetch = async (path, options) => { if (String(path).endsWith(%q)) { await late; window.arrived++; } return fetched(path, options); }`, path)))
}

// TestWindow runs the page against the app itself.
func TestWindow(t *testing.T) {
	browser := webtest.NewBrowser(t)
	streamed, reopened := holdAt(4), holdAt(3)
	for _, test := range []struct {
		name   string
		script scripted.Options
		run    func(t *testing.T, b *bench, p *webtest.Page)
	}{
		{"a first message makes a chat, and its reply is streamed and kept", scripted.Options{Script: scripted.Reasoning(), Fault: streamed.fault}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "What is six times seven?\r")
			p.Until(`document.querySelector('[data-role=assistant][data-state=running] [data-part=reasoning] .block')`)
			streamed.end()
			p.Until(`document.querySelector('[data-role=assistant][data-state=done] [data-part=text]').textContent.includes('Six times seven is 42!')`)
			p.Until(`document.querySelector('[data-role=assistant] .summary').textContent.startsWith('Thought for')`)
			p.Until(`document.querySelector('#chats .open')?.textContent.includes('imes seven')`) // the message, then the title
			p.Until(`document.querySelector('#gauge').textContent.includes('of 8,192 tokens')`)
			if message := webtest.Get[string](p, `message.value`); message != "" {
				t.Errorf("the box still holds %q", message)
			}
		}},
		{"the palette runs a command of the registry", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "/quo\r")
			p.Until(`document.querySelector('[data-role=assistant][data-state=done] [data-part=text]').textContent.includes('In the beginning was the Word')`)
			p.Until(`document.querySelector('h1').textContent.startsWith('John 1')`)
		}},
		{"Escape stops a reply, and Continue goes on", scripted.Options{Delay: 20 * time.Millisecond, Fault: untilStopped()}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('[data-state=running] [data-part=text] .block')`)
			p.Press("\u001b")
			p.Until(`document.querySelector('[data-role=assistant][data-state=stopped] .notice')`)
			p.Click("[data-role=assistant] .worded")
			p.Until(`document.querySelector('[data-role=assistant][data-state=done] [data-part=text]').textContent.includes('from a café.')`)
			turns, err := b.store.Turns(context.Background(), 1)
			if err != nil || turns[1].Text != scripted.Plain().AnswerText() {
				t.Errorf("the stored reply is %q, %v", turns[1].Text, err)
			}
		}},
		{"the theme is set by command and by button, and remembered", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "/theme dark\r")
			p.Until(`document.documentElement.dataset.theme === 'dark'`)
			p.Do(webtest.Script(`document.querySelector('input[name=theme][value=light]').click()`))
			p.UntilTrue("light is remembered", func() bool { return b.opts.Config.Get().Theme == "light" })
		}},
		{"a deleted chat comes back", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			b.say(0, "Keep me")
			p.Until(`document.querySelector('#chat-1 .open')`)
			p.Do(webtest.Script(`document.querySelector('#chat-1 .open').click()`))
			p.Until(`document.querySelector('#turn-2')`)
			p.Do(webtest.Script(`document.querySelector('#chat-1 .open').focus()`))
			p.Press(kb.Delete)
			p.Until(`!document.querySelector('#chat-1') && document.querySelector('#conversation[data-chat="0"]')`)
			p.Click(".toast button:not([aria-label])")
			p.Until(`document.querySelector('#chat-1') && document.querySelector('#turn-2')`)
		}},
		{"/clear empties the chat, and its undo brings it back", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('#turn-2[data-state=done]')`)
			p.Type("#message", "/clear\r")
			p.Until(`!document.querySelector('.turn') && document.querySelector('.toast')`)
			p.Click(".toast button:not([aria-label])")
			p.Until(`document.querySelector('#turn-2')`)
		}},
		{"/reset draws a line, and the chat goes on", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('#turn-2[data-state=done]')`)
			p.Type("#message", "/reset\r")
			p.Until(`document.querySelector('#turns > .divider')`)
			p.Type("#message", "Again\r")
			p.Until(`document.querySelector('#turns > .divider + #turn-3') && document.querySelector('#turn-4[data-state=done]')`)
		}},
		{"a reply is written again", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('#turn-2[data-state=done] .retry')`)
			p.Click("#turn-2 .retry")
			p.Until(`!document.querySelector('#turn-2') && document.querySelector('#turn-3[data-state=done]')`)
		}},
		{"a suggestion fills the box, and nothing is sent", scripted.Options{Script: scripted.Script{Answer: []string{"Rain\n", "Snow in Bergen\n", "Wind"}}}, func(t *testing.T, b *bench, p *webtest.Page) {
			b.aside(b.opts.Config, true)
			p.Type("#message", "Weather?\r")
			p.Until(`document.querySelectorAll('#turn-2 .followups button').length === 3`)
			p.Until(`document.querySelector('h1').textContent === 'Rain' && document.querySelector('#chat-1 .open').textContent.includes('Rain')`)
			p.Click("#turn-2 .followups button:nth-child(2)")
			p.Until(`message.value === 'Snow in Bergen' && document.activeElement.id === 'message' && !document.querySelector('#turn-3')`)
		}},
		{"a draft that arrives after its message is none", scripted.Options{Script: scripted.Script{Answer: []string{"Rain\n", "Snow in Bergen\n", "Wind"}}}, func(t *testing.T, b *bench, p *webtest.Page) {
			b.aside(b.opts.Config, true)
			delay(p, "/draft")
			p.Press("Weather?\r")
			p.Until(`document.querySelector('#turn-2[data-state=done]')`)
			p.Do(webtest.Script(`arrive()`))
			p.Until(`window.arrived`)
			p.Until(`document.querySelectorAll('#turn-2 .followups button').length === 3`)
			b.request("POST", "/chats", "")
			if draft, err := b.store.Draft(t.Context(), 0); draft != "" || err != nil {
				t.Errorf("a new chat begins with %q, %v", draft, err)
			}
		}},
		{"what is typed while a first message is on its way stays", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			delay(p, "/turns")
			p.Press("First\rsecond")
			p.Do(webtest.Script(`arrive()`))
			p.Until(`document.querySelector('#turn-2[data-state=done]')`)
			p.Until(`message.value === 'second'`)
			b.request("POST", "/chats", "")
			if draft, err := b.store.Draft(t.Context(), 0); draft != "" || err != nil {
				t.Errorf("a new chat begins with %q, %v", draft, err)
			}
		}},
		{"Enter while a first message is on its way sends the second", scripted.Options{}, func(t *testing.T, _ *bench, p *webtest.Page) {
			delay(p, "/chats/0/turns")
			p.Press("First\rsecond\r")
			p.Do(webtest.Script(`arrive()`))
			p.Until(`document.querySelector('#turn-3')?.textContent.includes('second') && document.querySelector('#turn-4[data-state=done]') && message.value === ''`)
		}},
		{"a command by its keys leaves alone what is typed", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('#turn-2[data-state=done]') && message.value === ''`)
			p.Press("Hi\r")
			p.Until(`document.querySelector('#turn-4[data-state=done]') && message.value === ''`)
			p.Press("Hi again")
			p.Do(webtest.Script(`document.addEventListener('htmx:finally:request', ({ detail }) => { window.answered ||= detail.ctx.sourceElement.id === 'composer'; })`))
			p.Press("L", chromedp.Modifier(2)|chromedp.Modifier(8))
			p.Until(`window.answered && message.value === 'Hi again'`)
		}},
		{"/help opens the list, and Escape closes it", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "/help\r")
			p.Until(`document.querySelector('#layer[data-open] #help').textContent.includes('/regenerate')`)
			p.Press("\u001b")
			p.Until(`!document.querySelector('#layer[data-open]') && document.activeElement.id === 'message'`)
		}},
		{"an unknown command keeps what was typed", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Allow("422")
			p.Type("#message", "/temp warm\r")
			p.Until(`document.querySelector('#composer-error').textContent.includes('a number from 0') && message.value === '/temp warm'`)
		}},
		{"the thinking switch is the chat's", scripted.Options{Script: scripted.Reasoning()}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Until(`document.querySelector('#thinking [role=switch], #thinking[role=switch]').ariaChecked === 'true'`)
			p.Do(webtest.Script(`document.querySelector('#thinking[role=switch], #thinking [role=switch]').click()`))
			p.Until(`document.querySelector('#thinking [role=switch], #thinking[role=switch]').ariaChecked === 'false'`)
			p.Type("#message", "Six times seven?\r")
			p.Until(`document.querySelector('#turn-2[data-state=done]')`)
			if turn, err := b.store.Turn(context.Background(), 2); err != nil || turn.Reasoning != "" {
				t.Errorf("the reply reasoned: %q, %v", turn.Reasoning, err)
			}
		}},
		{"a chat that is opened while its reply runs shows all of it", scripted.Options{Fault: reopened.fault}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('#turn-2 [data-part=text] .block')`)
			p.Do(webtest.Script(`document.querySelector('[hx-post="/chats"]').click()`))
			p.Until(`document.querySelector('#conversation[data-chat="0"]')`)
			p.Do(webtest.Script(`document.querySelector('#chat-1 .open').click()`))
			p.Until(`document.querySelector('#turn-2[data-state=running] [data-part=text] .block')`)
			reopened.end()
			p.Until(`document.querySelector('#turn-2[data-state=done] [data-part=text]').textContent.includes('from a café.')`)
			if text := webtest.Get[string](p, `document.querySelector('#turn-2 [data-part=text]').textContent`); strings.Count(text, "Hello") != 1 {
				t.Errorf("the reply is shown as %q", text)
			}
		}},
		{"what hostile text says stays text", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", `<img src=x onerror="document.title='owned'"> <b hx-get="/chats" hx-trigger="load">x</b>`+"\r")
			p.Until(`document.querySelector('#turn-2[data-state=done]')`)
			if webtest.Get[bool](p, `document.querySelector('#turn-1 img, #turn-1 b, #chat-1 img') !== null || document.title === 'owned'`) {
				t.Error("the message became markup")
			}
		}},
		{"both themes pass the accessibility check after a real conversation", scripted.Options{Script: scripted.Reasoning()}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "Six times seven?\r")
			p.Until(`document.querySelector('#turn-2[data-state=done]')`)
			for _, theme := range []string{"light", "dark"} {
				p.Do(webtest.Script(`document.querySelector('input[name=theme][value=` + theme + `]').click()`))
				p.Until(`document.documentElement.dataset.theme === '` + theme + `'`)
				p.CheckAccessibility(theme)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, p := openWindow(t, browser, test.script)
			test.run(t, b, p)
			p.Close()
		})
	}
}

func TestWindowThatOpensBeforeTheModelIsThereShowsItThen(t *testing.T) {
	browser := webtest.NewBrowser(t)
	t.Run("told by the app", func(t *testing.T) {
		b := newBench(t, scripted.Options{})
		server := webtest.NewServer(t, b.Handler())
		b.onEach = func(e event) { server.Emit(e.name, e.data) }
		p := browser.Open(t, server)
		if named := webtest.Get[bool](p, `!!document.querySelector('#heading .model')`); named {
			t.Fatal("the page names a model before one is there")
		}
		b.Startup()
		p.Until(`document.querySelector('#heading .model')?.textContent.includes('Built-in')`)
		p.Until(`!document.querySelector('#gauge').hidden`)
	})
	t.Run("loaded while the page was on its way", func(t *testing.T) {
		page := cannedPage(cannedEmpty())
		page.Status = statusView{State: "loading", Text: "Loading the model", Fraction: -1}
		c, p := openCanned(t, browser, page)
		p.UntilTrue("the page asks what has become of it", func() bool { return c.noted("GET /chats/0") })
	})
}
