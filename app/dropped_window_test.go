package app

import (
	"fmt"
	"testing"

	"notso/app/webtest"
	"notso/engine/scripted"
)

// dragOver drags what another program has over an element, as the web view tells
// the page of it: by its address, without the file.
func dragOver(p *webtest.Page, selector, address string, types ...string) {
	script := fmt.Sprintf(`(() => { const data = new DataTransfer(); data.setData('text/uri-list', %q); const el = document.querySelector(%q);`, address, selector)
	for _, kind := range types {
		script += fmt.Sprintf(`el.dispatchEvent(new DragEvent(%q, { dataTransfer: data, bubbles: true, cancelable: true }));`, kind)
	}
	p.Do(webtest.Script(script + `})()`))
}

func TestWhatWouldTakeAFileShowsIt(t *testing.T) {
	b, p := openWindow(t, webtest.NewBrowser(t), scripted.Options{})
	notes := newFile(t, "notes.md", "The harbour opens at six.")

	dragOver(p, "#message", "file://"+notes, "dragenter", "dragover")
	p.Until(`document.documentElement.hasAttribute('data-dropping')`)
	dragOver(p, "#side .new", "file://"+notes, "dragenter", "dragover")
	p.Until(`document.querySelector('#side').hasAttribute('data-drop') && !document.documentElement.hasAttribute('data-dropping')`)
	dragOver(p, "#side .new", "", "dragleave")
	p.Until(`!document.querySelector('[data-drop], [data-dropping]')`)

	t.Run("the message takes the file, and not its address", func(t *testing.T) {
		dragOver(p, "#message", "file://"+notes, "dragenter", "dragover", "drop")
		b.Dropped([]string{notes})
		p.Until(`document.querySelector('#attachments .attached .name')?.textContent === 'notes.md'`)
		if text := webtest.Get[string](p, `document.querySelector('#message').value`); text != "" {
			t.Errorf("the message box has %q", text)
		}
	})
	t.Run("a link is words", func(t *testing.T) {
		dragOver(p, "#message", "https://example.org/", "dragenter", "dragover", "drop")
		b.Dropped([]string{""})
		p.Until(`document.querySelector('#message').value === 'https://example.org/'`)
	})
	t.Run("the sidebar says what is no chat", func(t *testing.T) {
		dragOver(p, "#side .new", "file://"+notes, "dragenter", "dragover", "drop")
		b.Dropped([]string{notes})
		p.Until(`document.querySelector('.toast[data-kind=error] .text')`)
	})
	t.Run("the sidebar takes chats", func(t *testing.T) {
		file := newFile(t, "conversations.json", fixture(t, "chatgpt.json"))
		dragOver(p, "#side .new", "file://"+file, "dragenter", "dragover", "drop")
		b.Dropped([]string{file})
		p.Until(`document.querySelector('dialog.import[open] .coming')?.textContent === '2 chats with 4 messages'`)
		p.Press("\u001b")
		p.Until(`!document.querySelector('dialog[open]')`)
	})
	if n := webtest.Get[int](p, `document.querySelectorAll('#attachments .attached').length`); n != 1 {
		t.Errorf("%d files are attached, want 1", n)
	}
}
