package app

import (
	"testing"
	"time"

	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp/kb"
)

// TestTalkIsMendedByKeyboardAlone edits a turn, goes back to its old version,
// gives the chat a name, goes from a search to what it found, keeps one of several
// replies and changes a message that waits. The pointer is never used, and the
// focus is moved by keys alone.
func TestTalkIsMendedByKeyboardAlone(t *testing.T) {
	b, p := openWindow(t, webtest.NewBrowser(t), scripted.Options{Delay: 2 * time.Millisecond})
	b.keep(1, "Kitchen", "How warm is a cold kitchen?", "Twelve degrees.")
	focus := func(condition string) {
		t.Helper()
		p.Until(`document.activeElement.matches('` + condition + `')`)
	}
	tab := func(condition string) { // there, however many keys it takes
		t.Helper()
		for range 60 {
			if webtest.Get[bool](p, `document.activeElement.matches('`+condition+`')`) {
				return
			}
			p.Press(kb.Tab)
		}
		t.Fatalf("60 tabs do not lead to %s", condition)
	}

	p.Press("l", ctrl)
	p.Press("Hello\r")
	p.Until(`document.querySelector('[data-role=assistant][data-state=done]') && document.querySelector('#conversation').dataset.chat === '2'`)

	// Edit a turn: a version of it, with a reply of its own.
	p.Press(kb.ArrowUp)
	p.Press(kb.ArrowUp)
	focus("[data-role=user]")
	p.Press("e")
	focus("[name=edited]")
	p.Press(", again\r")
	p.Until(`document.querySelector('[data-role=user] .place')?.textContent === '2 / 2' && document.querySelector('[data-role=assistant][data-state=done]')`)

	// Switch the branch, there and back.
	p.Press("l", ctrl)
	p.Press(kb.ArrowUp)
	p.Press(kb.ArrowUp)
	focus("[data-role=user]")
	p.Press(kb.ArrowLeft)
	p.Until(`document.querySelector('[data-role=user] [data-part=text]').textContent === 'Hello' && document.activeElement.matches('[data-role=user]') && document.querySelector('[data-version=next]')._htmx`)
	p.Press(kb.ArrowRight)
	p.Until(`document.querySelector('[data-role=user] [data-part=text]').textContent === 'Hello, again' && document.activeElement.matches('[data-role=user]')`)

	// Rename the chat in the list.
	p.Press("F", ctrl, shift)
	focus("#search")
	tab("#chat-2 .open")
	p.Press(kb.F2)
	focus(".rename input")
	p.Press("Named by hand\r")
	p.Until(`document.querySelector('#chat-2 .title').textContent === 'Named by hand' && document.querySelector('h1').textContent === 'Named by hand'`)
	focus("#chat-2 .open")

	// From a search to the turn that it found.
	p.Press("F", ctrl, shift)
	p.Press("warm")
	p.Until(`document.querySelector('#results .hit mark')`)
	p.Press(kb.ArrowDown)
	p.Press(kb.ArrowDown)
	focus(".hit")
	p.Press("\r")
	p.Until(`document.querySelector('#conversation[data-chat="1"]')`)
	focus("[data-role=user]")
	p.Press("F", ctrl, shift)
	p.Press(kb.Escape)
	p.Press(kb.Escape)
	focus("#message")

	// Three replies, of which the second stays.
	p.Press("/candidates 3\r")
	p.Until(`message.value === ''`)
	p.Press("Three times\r")
	p.Until(`document.querySelectorAll('.candidates > .turn[data-state=done]').length === 3`)
	p.Press("2", 1) // Alt
	p.Until(`!document.querySelector('.candidates') && document.querySelector('.turn:last-of-type .place').textContent === '2 / 3'`)
	p.Until(`document.activeElement !== document.body`)
	p.Press("l", ctrl)
	p.Press("/candidates 1\r")
	p.Until(`message.value === ''`)
}

// TestQueueIsMendedByKeyboardAlone changes a message while it waits.
func TestQueueIsMendedByKeyboardAlone(t *testing.T) {
	_, p := openWindow(t, webtest.NewBrowser(t), scripted.Options{Delay: 20 * time.Millisecond, Fault: untilStopped()})
	p.Press("l", ctrl)
	p.Press("One\r")
	p.Until(`document.querySelector('[data-state=running] .block') && message.value === ''`)
	p.Press("Two\r")
	p.Until(`document.querySelector('.queued .text')?.textContent === 'Two' && document.activeElement.id === 'message'`)
	for i := 0; !webtest.Get[bool](p, `document.activeElement.matches('.queued [data-edit]')`); i++ {
		if i > 20 {
			t.Fatal("Shift and Tab do not lead to the message that waits")
		}
		p.Press(kb.Tab, shift)
	}
	p.Press("\r")
	p.Until(`document.activeElement.matches('[name=queued]')`)
	p.Press(" and a half\r")
	p.Until(`document.querySelector('.queued .text')?.textContent === 'Two and a half' && document.activeElement.closest('.queued')`)
	p.Press(kb.Escape)
	p.Until(`document.querySelector('[data-state=stopped]')`)
}
