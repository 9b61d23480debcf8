package uitest

import (
	"os"
	"path/filepath"
	"testing"
)

// What the headless browser cannot tell: whether the web view knows the popovers
// and highlights that the list and the search need, and whether a file's bytes
// reach the app.
func TestListFindAndImportInTheRealWindow(t *testing.T) {
	w := start(t, t.TempDir(), "NOTSO_MODEL=/nowhere.gguf")
	do := func(script string, args ...any) {
		t.Helper()
		if err := w.js(script, nil, args...); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(what, condition string) {
		t.Helper()
		eventually(t, what, func() bool {
			var yes bool
			return w.js("return Boolean("+condition+")", &yes) == nil && yes
		})
	}
	w.say("/quote ")
	w.reply("done")

	do(`document.dispatchEvent(new Event('do:find'))`)
	holds("the find bar has the focus", `document.activeElement.id === 'find-text'`)
	do(`const box = document.getElementById('find-text'); box.value = 'light'; box.dispatchEvent(new Event('input', { bubbles: true }))`)
	holds("what was found is marked", `CSS.highlights.get('found').size > 3 && CSS.highlights.get('meant').size === 1 && /^[1-9]\d* of [1-9]\d*$/.test(document.querySelector('#find .count').textContent)`)
	holds("the one meant is in sight", `(() => {
		const { top, bottom } = [...CSS.highlights.get('meant')][0].getBoundingClientRect()
		return document.querySelector('#find').getBoundingClientRect().bottom <= top && bottom <= document.querySelector('#composer').getBoundingClientRect().top
	})()`)
	do(`document.querySelector('#find [data-close]').click()`)
	holds("the marks go with the bar", `CSS.highlights.get('found').size === 0 && document.querySelector('#find').hidden`)

	do(`document.querySelector('.chat .open').dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, button: 2, clientX: 90, clientY: 260 }))`)
	holds("a chat has its menu", `document.querySelector('.popup:popover-open') && document.activeElement.matches('.popup [role=menuitem]')`)
	w.picture()
	do(`document.querySelector('.popup [hx-post*="/chats/pin"]').click()`)
	holds("the chat is pinned", `document.querySelector('#pinned .chat') && !document.querySelector('.popup:popover-open')`)

	text, err := os.ReadFile(filepath.Join(bench.root, "app", "imports", "testdata", "chatgpt.json"))
	if err != nil {
		t.Fatal(err)
	}
	do(`const file = new File([arguments[0]], 'conversations.json'); import('/assets/js/imports.js').then((imports) => imports.upload([file]))`, string(text))
	holds("the preview tells what would come", `document.querySelector('dialog.import[open] .coming')?.textContent === '2 chats with 4 messages'`)
	do(`document.querySelector('.import .main').click()`)
	holds("the chats are in the list", `!document.querySelector('dialog') && document.querySelectorAll('#chats .chat').length === 3`)
	do(`document.querySelector('.toast .undo').click()`)
	holds("they are gone again", `document.querySelectorAll('#chats .chat').length === 1`)
}

// WebKit let the row grow with the text, and never shrink again.
func TestTheBarIsAsHighAsBeforeAfterAZoom(t *testing.T) {
	w := start(t, t.TempDir(), "NOTSO_MODEL=/nowhere.gguf")
	height := func() (px float64) {
		if err := w.js("return document.querySelector('.heading').getBoundingClientRect().height", &px); err != nil {
			t.Fatal(err)
		}
		return px
	}
	zoom := func(step int) {
		t.Helper()
		w.do("window.before = innerWidth; window.go.app.Window.Zoom(arguments[0])", step)
		eventually(t, "the window has another width", func() bool {
			var other bool
			return w.js("return innerWidth !== window.before", &other) == nil && other
		})
	}
	usual := height()
	zoom(1)
	zoom(1)
	zoom(1)
	zoom(0)
	if got := height(); got != usual {
		t.Errorf("the bar is %v px high, %v before", got, usual)
	}
}
