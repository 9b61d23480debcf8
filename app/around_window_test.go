package app

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	alt   = chromedp.Modifier(1)
	ctrl  = chromedp.Modifier(2)
	shift = chromedp.Modifier(8)
)

// keep stores a chat with its turns, the user's first, as of some days ago.
func (b *bench) keep(days int, title string, texts ...string) chat.Chat {
	b.t.Helper()
	at := time.Now().AddDate(0, 0, -days)
	var turns []chat.Turn
	for i, text := range texts {
		role := chat.User
		if i%2 == 1 {
			role = chat.Assistant
		}
		turns = append(turns, chat.Turn{ID: int64(i + 1), Parent: int64(i), Role: role, Text: text, State: chat.Done, Created: at})
	}
	c, err := b.store.AddChat(b.t.Context(), chat.Chat{Title: title, Named: true, Head: int64(len(texts)), Created: at, Updated: at}, turns)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// TestAround runs what stands around the conversation, against the app itself.
func TestAround(t *testing.T) {
	browser := webtest.NewBrowser(t)
	for _, test := range []struct {
		name string
		fill func(b *bench)
		run  func(t *testing.T, b *bench, p *webtest.Page)
	}{
		{"a search is typed, walked and opened by keyboard", fillForSearch, testSearchByKeyboard},
		{"a search finds nothing, and says so", fillForSearch, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#search", `"*^ zzz`)
			p.Until(`document.querySelector('#results .count').textContent.startsWith('Nothing found')`)
			p.CheckAccessibility("nothing found")
		}},
		{"/search shows what it finds in the sidebar", fillForSearch, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "/search kitchen\r")
			p.Until(`document.querySelectorAll('#results .found').length === 2 && document.activeElement.id === 'search' && search.value === 'kitchen'`)
		}},
		{"what is found is text, whatever it says", fillForSearch, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#search", "onerror")
			p.Until(`document.querySelector('#results .hit mark')`)
			if webtest.Get[bool](p, `document.querySelector('#results img, #results b') !== null || document.title === 'owned'`) {
				t.Error("a search hit became markup")
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, scripted.Options{})
			test.fill(b)
			server := webtest.NewServer(t, b.Handler())
			b.onEach = func(e event) { server.Emit(e.name, e.data) }
			b.Startup()
			p := browser.Open(t, server)
			test.run(t, b, p)
			p.Close()
		})
	}
}

func fillForSearch(b *bench) {
	b.keep(0, "Sourdough", "How long should the dough rest in a cold kitchen?", "Twelve hours.")
	b.keep(1, "Kitchen lights", "Which lamp is warm?", "The one at 2700 K; the crème of lamps.")
	b.keep(40, `<b>Markup</b>`, `<img src=x onerror="document.title='owned'">`, "No.")
}

func testSearchByKeyboard(t *testing.T, b *bench, p *webtest.Page) {
	p.Press("F", ctrl, shift)
	p.Until(`document.activeElement.id === 'search'`)
	p.Press("kitchen")
	p.Until(`document.querySelectorAll('#results .found').length === 2 && document.querySelector('#results .count').textContent === '2 chats'`)
	wantText(t, p, "#results .found:first-child .title", "Kitchen lights")
	wantText(t, p, "#results .found:first-child mark", "Kitchen")
	if webtest.Get[bool](p, `document.querySelector('#chats').checkVisibility()`) {
		t.Error("the list shows beside what was found")
	}
	lookAt(t, p, "search")
	p.Do(webtest.Script(`search.focus()`))
	p.Press(kb.ArrowDown)
	p.Press(kb.ArrowDown)
	p.Press(kb.ArrowDown)
	p.Until(`document.activeElement.matches('.hit')`)
	p.Press("\r")
	p.Until(`document.querySelector('#conversation[data-chat="1"] #turn-1')`)
	p.Press("F", ctrl, shift)
	p.Press("creme")
	p.Until(`document.querySelector('#results .hit mark')?.textContent === 'crème'`)
	p.Press("\r")
	p.Until(`document.querySelector('#conversation[data-chat="2"]')`)
	p.Press("F", ctrl, shift)
	p.Press(kb.Escape)
	p.Until(`search.value === '' && document.querySelector('#results').hidden && document.querySelector('#chats').checkVisibility()`)
	p.Press(kb.Escape)
	p.Until(`document.activeElement.id === 'message'`)
}

// lookAt checks and, where asked to, draws what the window shows: light and
// dark, wide and narrow.
func lookAt(t *testing.T, p *webtest.Page, name string) {
	t.Helper()
	for _, width := range []int64{1280, 360} {
		p.Resize(width, 800)
		p.Do(webtest.Script(fmt.Sprintf(`document.querySelector('.window').dataset.drawer = %d < 768 ? 'open' : 'closed'`, width)))
		for _, theme := range []string{"light", "dark"} {
			p.Do(webtest.Script(`document.documentElement.dataset.theme = "` + theme + `"`))
			p.CheckAccessibility(fmt.Sprintf("%s, %s, %d px", name, theme, width))
			if wide := webtest.Get[int](p, `document.documentElement.scrollWidth`); wide > int(width) {
				t.Errorf("%s: at %d px the page is %d px wide", name, width, wide)
			}
			if *picturesDir != "" {
				p.Screenshot(filepath.Join(*picturesDir, fmt.Sprintf("%s-%s-%d.png", name, theme, width)))
			}
		}
	}
	p.Resize(1280, 860)
}
