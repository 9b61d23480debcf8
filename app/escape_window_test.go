package app

import (
	"testing"
	"time"

	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp/kb"
)

// TestEscapeClosesTheUppermost opens each thing that can lie over the rest while
// a reply is written. Escape closes it, once, and the reply goes on; a second
// one stops the reply, a third one brings the focus to the message box.
func TestEscapeClosesTheUppermost(t *testing.T) {
	browser := webtest.NewBrowser(t)
	focus := func(p *webtest.Page, selector string) {
		p.Do(webtest.Script(`document.querySelector('` + selector + `').focus()`))
	}
	for _, test := range []struct {
		name   string
		open   func(p *webtest.Page)
		isOpen string
	}{
		{"the palette", func(p *webtest.Page) { p.Type("#message", "/") }, `!document.querySelector('#palette-panel').hidden`},
		{"the palette over everything", func(p *webtest.Page) { p.Press("k", ctrl) }, `document.querySelector('dialog.everything[open]')`},
		{"the settings", func(p *webtest.Page) { p.Press(",", ctrl) }, `document.querySelector('#layer[data-open] #settings')`},
		{"the settings, with a field in use", func(p *webtest.Page) {
			p.Press(",", ctrl)
			p.Until(`document.querySelector('#value-temperature')`)
			focus(p, "#value-temperature")
		}, `document.querySelector('#layer[data-open] #settings')`},
		{"the settings, with the focus in the sidebar", func(p *webtest.Page) {
			p.Press(",", ctrl)
			p.Until(`document.querySelector('#settings')`)
			focus(p, "#search")
			focus(p, ".new")
		}, `document.querySelector('#layer[data-open] #settings')`},
		{"the help", func(p *webtest.Page) { p.Type("#message", "/help\r") }, `document.querySelector('#layer[data-open] #help')`},
		{"the palette over the settings", func(p *webtest.Page) {
			p.Press(",", ctrl)
			p.Until(`document.querySelector('#settings')`)
			p.Press("k", ctrl)
		}, `document.querySelector('dialog.everything[open]')`},
		{"the search in the chat", func(p *webtest.Page) { p.Press("f", ctrl) }, `!document.querySelector('#find').hidden`},
		{"the search in the chat, with the focus in the message box", func(p *webtest.Page) {
			p.Press("f", ctrl)
			p.Until(`document.activeElement.id === 'find-text'`)
			focus(p, "#message")
		}, `!document.querySelector('#find').hidden`},
		{"the menu of formats", func(p *webtest.Page) { p.Click("#heading .menu summary") }, `document.querySelector('#heading .menu[open]')`},
		{"how replies are written", func(p *webtest.Page) { p.Click("#talk summary") }, `document.querySelector('#talk[open]')`},
		{"the menu of a turn", func(p *webtest.Page) { p.Click("#turn-1 .actions [data-more]") }, `document.querySelector('.turnmenu:popover-open')`},
		{"the menu of a chat", func(p *webtest.Page) {
			focus(p, "#chat-1 .open")
			p.Press(kb.F10, shift)
		}, `document.querySelector('.popup:popover-open')`},
		{"the menu of the list", func(p *webtest.Page) { p.Click(".top [data-menu]") }, `document.querySelector('.popup:popover-open')`},
		{"a new name", func(p *webtest.Page) {
			focus(p, "#chat-1 .open")
			p.Press(kb.F2)
		}, `document.querySelector('.rename input')`},
		{"an edited message", func(p *webtest.Page) { p.Click("#turn-1 [data-edit]") }, `document.querySelector('.editor')`},
		{"a queued message that is edited", func(p *webtest.Page) {
			p.Type("#message", "Later\r")
			p.Until(`document.querySelector('.queued [data-edit]')`)
			p.Click(".queued [data-edit]")
		}, `document.querySelector('.queued .editor')`},
		{"chosen chats", func(p *webtest.Page) {
			focus(p, "#chat-1 .open")
			p.Press(" ")
		}, `!document.querySelector('#picked').hidden`},
		{"chosen chats, with the focus in the message box", func(p *webtest.Page) {
			focus(p, "#chat-1 .open")
			p.Press(" ")
			focus(p, "#message")
		}, `!document.querySelector('#picked').hidden`},
		{"a search", func(p *webtest.Page) {
			p.Type("#search", "Hello")
			p.Until(`document.querySelector('#results .open')`)
		}, `!document.querySelector('#results').hidden`},
		{"the gauge", func(p *webtest.Page) { p.Click(".explain") }, `document.querySelector('dialog.context[open]')`},
		{"the drawer", func(p *webtest.Page) {
			p.Resize(360, 700)
			p.Click(".opener")
		}, `document.querySelector('.window').dataset.drawer === 'open'`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, p := openWindow(t, browser, scripted.Options{Delay: 10 * time.Millisecond, Fault: untilStopped()})
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('#turn-2[data-state=running] .block') && document.querySelector('#chat-1 .open') && document.querySelector('#conversation').dataset.chat === '1' && message.value === ''`)
			test.open(p)
			p.Until(test.isOpen)
			p.Press(kb.Escape)
			p.Until(`!(` + test.isOpen + `)`)
			if !webtest.Get[bool](p, `document.querySelector('#turn-2').dataset.state === 'running' && document.activeElement !== document.body`) {
				t.Errorf("the reply is %s, the focus on %s", webtest.Get[string](p, `document.querySelector('#turn-2').dataset.state`), webtest.Get[string](p, `document.activeElement.outerHTML.slice(0, 100)`))
			}
			if webtest.Get[bool](p, `document.querySelector('#layer[data-open]') !== null`) {
				p.Press(kb.Escape)
				p.Until(`!document.querySelector('#layer[data-open]')`)
			}
			if webtest.Get[bool](p, `document.activeElement.id === 'search'`) { // an empty field is left first
				p.Press(kb.Escape)
				p.Until(`document.activeElement.id === 'message'`)
			}
			p.Press(kb.Escape)
			p.Until(`document.querySelector('#turn-2').dataset.state === 'stopped'`)
			p.Press(kb.Escape)
			p.Until(`document.activeElement.id === 'message'`)
			p.Close()
		})
	}
}
