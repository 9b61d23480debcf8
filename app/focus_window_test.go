package app

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// gesture is a key, or keys, as a person presses them.
type gesture struct {
	name      string
	keys      string
	modifiers []chromedp.Modifier
}

// gestures are what a random walk chooses from; what leads far comes often.
func gestures() []gesture {
	list := []gesture{
		{"Ctrl+K", "k", []chromedp.Modifier{ctrl}}, {"Ctrl+N", "n", []chromedp.Modifier{ctrl}}, {"Ctrl+F", "f", []chromedp.Modifier{ctrl}},
		{"Ctrl+L", "l", []chromedp.Modifier{ctrl}}, {"Ctrl+,", ",", []chromedp.Modifier{ctrl}}, {"Ctrl+B", "b", []chromedp.Modifier{ctrl}},
		{"Ctrl+Shift+F", "F", []chromedp.Modifier{ctrl, shift}}, {"Shift+Tab", kb.Tab, []chromedp.Modifier{shift}}, {"Shift+F10", kb.F10, []chromedp.Modifier{shift}},
		{"Ctrl+A", "a", []chromedp.Modifier{ctrl}}, {"Space", " ", nil}, {"F2", kb.F2, nil}, {"Home", kb.Home, nil}, {"End", kb.End, nil},
		{"Hello", "Hello", nil}, {"/clear", "/clear\r", nil}, {"/reset", "/reset\r", nil}, {"/help", "/help\r", nil}, {"/branch", "/branch\r", nil},
	}
	for name, key := range map[string]string{"Tab": kb.Tab, "Enter": "\r", "Escape": kb.Escape, "Delete": kb.Delete, "Up": kb.ArrowUp, "Down": kb.ArrowDown, "Left": kb.ArrowLeft, "Right": kb.ArrowRight} {
		for range 3 {
			list = append(list, gesture{name, key, nil})
		}
	}
	for _, key := range "eropfxsmt1j" {
		list = append(list, gesture{string(key), string(key), nil})
	}
	slices.SortStableFunc(list, func(a, b gesture) int { return strings.Compare(a.name, b.name) }) // a seed means one walk
	return list
}

// watchFocus counts the requests that are under way.
const watchFocus = `window.under = 0;
	document.addEventListener('htmx:before:request', () => { under += 1; });
	document.addEventListener('htmx:finally:request', () => { under -= 1; });`

// focusKept tells whether what has the focus can be seen and reached.
const focusKept = `(() => {
	const el = document.activeElement;
	return under <= 0 && el && el !== document.body && !el.closest('[inert]') && el.checkVisibility({ visibilityProperty: true });
})()`

// TestFocusIsNeverLost presses keys at random, against the app itself: whatever
// they do, something that can be seen has the focus afterwards.
func TestFocusIsNeverLost(t *testing.T) {
	browser := webtest.NewBrowser(t)
	list := gestures()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			b := newBench(t, scripted.Options{Delay: time.Millisecond})
			for i := range 6 {
				b.keep(i, fmt.Sprintf("Chat %d", i), "Hello", "Hi", "And?", "So.")
			}
			server := webtest.NewServer(t, b.Handler())
			b.onEach = func(e event) { server.Emit(e.name, e.data) }
			b.Startup()
			p := browser.Open(t, server)
			for _, part := range []string{"422", "409", "404"} {
				p.Allow(part)
			}
			p.Do(webtest.Script(watchFocus))
			openChat(p, 3)
			p.Until(`document.activeElement.id === 'message'`)
			random := rand.New(rand.NewPCG(seed, 7))
			var walk []string
			for range 120 {
				g := list[random.IntN(len(list))]
				walk = append(walk, g.name)
				had := webtest.Get[string](p, `document.activeElement.outerHTML.slice(0, 160)`)
				p.Press(g.keys, g.modifiers...)
				kept := false
				for end := time.Now().Add(patience); !kept && time.Now().Before(end); {
					kept = webtest.Get[bool](p, focusKept)
				}
				if !kept {
					if dir := os.Getenv("UITEST_OUT"); dir != "" {
						p.Screenshot(filepath.Join(dir, "focus.png"))
					}
					t.Fatalf("the focus was on %s\nand is on %s\n(%v requests under way) after %s", had, webtest.Get[string](p, `document.activeElement?.outerHTML.slice(0, 160)`), webtest.Get[int](p, `under`), strings.Join(walk, " "))
				}
			}
			p.Close()
		})
	}
}

// TestFocusGoesToTheNeighbour names where it goes.
func TestFocusGoesToTheNeighbour(t *testing.T) {
	browser := webtest.NewBrowser(t)
	for _, test := range []struct {
		name, from, does, want string
	}{
		{"a button that goes", `document.querySelector('#turn-4 [data-copy]')`, `document.activeElement.remove()`, `#turn-4 [data-edit], #turn-4 .retry`},
		{"the last button of a row", `[...document.querySelectorAll('#turn-4 .actions button')].at(-1)`, `document.activeElement.remove()`, `#turn-4 .actions button`},
		{"a turn drawn anew", `document.querySelector('#turn-2')`, `document.activeElement.outerHTML += ''`, `#turn-2`},
		{"a button in a turn drawn anew", `document.querySelector('#turn-2 [data-pin]')`, `{ const turn = document.querySelector('#turn-2'); turn.outerHTML += ''; }`, `#turn-2 [data-pin]`},
		{"a turn that goes", `document.querySelector('#turn-2')`, `document.activeElement.remove()`, `#turn-3`},
		{"the last turn", `document.querySelector('#turn-4')`, `document.activeElement.remove()`, `#turn-3`},
		{"all turns", `document.querySelector('#turn-4')`, `document.querySelector('#turns').replaceChildren()`, `.scroller, #message`},
		{"a button that is hidden", `document.querySelector('#turn-4 [data-copy]')`, `document.activeElement.hidden = true`, `#turn-4 [data-edit], #turn-4 .retry`},
		{"a button that can no longer be pressed", `document.querySelector('#turn-4 [data-copy]')`, `document.activeElement.disabled = true`, `#turn-4 [data-edit], #turn-4 .retry`},
		{"a row of the list", `document.querySelector('#chat-2 .open')`, `document.querySelector('#chat-2').remove()`, `#chat-3 .open`},
		{"the conversation", `document.querySelector('#turn-4')`, `document.querySelector('#conversation').outerHTML += ''`, `#turn-4`},
		{"what a dialog was opened from", `document.querySelector('#chat-3 .open')`, `document.querySelector('#chat-3 .open').focus(); document.dispatchEvent(new Event('do:import'))`, `dialog.import *`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, p := openCanned(t, browser, cannedPage(cannedTalk()))
			p.Allow("Applying inline style") // of the composer, which a test draws anew
			p.Do(webtest.Script(test.from + `.focus()`))
			p.Do(webtest.Script(test.does))
			p.Until(`document.activeElement.matches('` + test.want + `')`)
			p.Close()
		})
	}
}

// TestWhatIsTypedReachesTheMessageBox types where nothing takes letters, and
// where something does.
func TestWhatIsTypedReachesTheMessageBox(t *testing.T) {
	_, p := openCanned(t, webtest.NewBrowser(t), cannedPage(cannedTalk()))
	p.Allow("405")                                     // the test's page finds nothing
	p.Until(`document.activeElement.id === 'message'`) // from the beginning
	for _, test := range []struct {
		name, click, focus string
		keys, message      string
	}{
		{name: "a click beside everything", click: "#turns", keys: "Hé", message: "Hé"},
		{name: "a click into a text", click: "#turn-2 .prose[data-part=text]", keys: "rex", message: "rex"},
		{name: "a row of the list", focus: "#chat-2 .open", keys: "go", message: "go"},
		{name: "another field", focus: "#search", keys: "Go"},
		{name: "a theme", focus: "[name=theme]:checked", keys: "go", message: "go"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p.Do(webtest.Script(`message.value = ''; document.activeElement.blur()`))
			if test.click != "" {
				p.Click(test.click)
			} else {
				p.Do(webtest.Script(`document.querySelector('` + test.focus + `').focus()`))
			}
			p.Press(test.keys)
			if got := webtest.Get[string](p, `message.value`); got != test.message {
				t.Errorf("the message is %q, want %q", got, test.message)
			}
		})
	}
	p.Do(webtest.Script(`message.value = ''; message.focus()`))
	p.Press(kb.ArrowUp) // to the last turn, where some letters are orders
	p.Press("k")
	if got := webtest.Get[string](p, `message.value + document.activeElement.id`); got != "turn-3" {
		t.Errorf("after an order to a turn, there is %q", got)
	}
}
