package app

import (
	"path/filepath"
	"testing"
	"time"

	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestEverydayTasksByKeyboardAlone does what people do most without a pointer:
// start, send, stop, regenerate, find a chat, rename, export, search, change the
// theme, and read the help.
func TestEverydayTasksByKeyboardAlone(t *testing.T) {
	const ctrl, shift = chromedp.Modifier(2), chromedp.Modifier(8)
	b, p := openWindow(t, webtest.NewBrowser(t), scripted.Options{Delay: 30 * time.Millisecond, Fault: untilStopped()})
	exported := filepath.Join(t.TempDir(), "chat.md")
	b.opts.SaveAs = func(_, _ string) (string, error) { return exported, nil }
	choose := func(query, id string) {
		t.Helper()
		p.Press("k", ctrl)
		p.Until(`document.activeElement.id === 'everything-query'`)
		p.Press(query)
		p.Until(`document.querySelector('.everything [aria-selected=true]')?.id === 'every-` + id + `'`)
		p.Press("\r")
		p.Until(`!document.querySelector('dialog.everything') || document.querySelector('#everything-query').value.endsWith(' ')`)
	}

	p.Press("l", ctrl) // to the message box
	p.Until(`document.activeElement.id === 'message'`)
	p.Press("Hello\r")
	p.Until(`document.querySelector('[data-state=running] [data-part=text] .block')`)
	p.Press(kb.Escape)
	p.Until(`document.querySelector('[data-role=assistant][data-state=stopped]') && document.activeElement.id === 'message'`)
	choose("/continue", "command-continue")
	p.Until(`document.querySelector('[data-role=assistant][data-state=done]')`)
	choose("/regenerate", "command-regenerate")
	p.Until(`document.querySelector('[data-role=assistant][data-state=done] .place')?.textContent === '2 / 2' && !document.querySelector('[data-state=running]')`)
	choose("/export", "command-export")
	p.Press("md")
	p.Until(`document.querySelector('.everything [aria-selected=true]')?.dataset.value === '/export md'`)
	p.Press("\r")
	p.Until(`document.querySelector('.toast .text')?.textContent.includes('chat.md')`)

	p.Press("n", ctrl) // a new chat
	p.Until(`document.querySelector('#conversation[data-chat="0"]') && document.activeElement.id === 'message'`)
	choose("hello", "chat-1")
	p.Until(`document.querySelector('#conversation[data-chat="1"]')`)
	p.Press("F", ctrl|shift)
	p.Until(`document.activeElement.matches('input[type=search], .finder input, #search')`)
	p.Press("l", ctrl)
	p.Until(`document.activeElement.id === 'message'`)
	before := webtest.Get[string](p, `document.documentElement.dataset.theme`)
	p.Press("L", ctrl|shift)
	p.Until(`document.documentElement.dataset.theme !== '` + before + `'`)
	p.Press("/title Renamed\r")
	p.Until(`document.querySelector('h1').textContent === 'Renamed'`)
	p.Press("/help\r")
	p.Until(`document.activeElement.id === 'help-title'`)
	p.Press(kb.Escape)
	p.Until(`document.activeElement.id === 'message'`)
}
