package app

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/config"
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
	at := b.opts.Now().AddDate(0, 0, -days)
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
		{"the list is grouped, and walked by keyboard", fillForSidebar, testSidebarWalk},
		{"several chats are chosen by keyboard, deleted and brought back", fillForSidebar, testPicksByKeyboard},
		{"several chats are chosen by mouse", fillForSidebar, testPicksByMouse},
		{"a chat is pinned, moved and renamed by its menu", fillForSidebar, testChatMenu},
		{"a folder is made, named, filled by dragging, deleted and brought back", fillForSidebar, testFolders},
		{"chats are exported by their menu", fillForSidebar, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Server.Answer = func(call webtest.Call) (any, error) { return "/home/me/Chats.zip", nil }
			p.Do(webtest.Script(`document.querySelector('#chat-2 .open').focus()`))
			p.Press(" ")
			p.Press(kb.ArrowDown)
			p.Press(" ")
			p.Click(`[data-picked=export]`)
			p.Until(`document.activeElement.matches('.popup [data-format=md]')`)
			p.Press(kb.ArrowDown)
			p.Press("\r")
			p.Until(`document.querySelector('.toast .text')?.textContent === 'Saved as /home/me/Chats.zip'`)
			if calls := p.Server.Calls(); calls[0].Name != "Window.ExportChats" || string(calls[0].Args[0]) != "[2,1]" || string(calls[0].Args[1]) != `"html"` {
				t.Errorf("the page called %+v", calls)
			}
		}},
		{"the sidebar is made wider by keyboard and by mouse, and stays so", fillForSidebar, testSplitter},
		{"a text is found from what is in sight on", func(b *bench) {
			b.keep(0, "Long", "Write a book", strings.Repeat("A chapter names the needle.\n\n", 90), "Thanks", "A needle!")
		}, testFindFromHere},
		{"a text is found in a long chat, whatever the page holds of it", fillLong, testFind},
		{"a chat opens where it was left", fillLong, testScrollIsRemembered},
		{"zoom and unseen replies are told to the app", func(b *bench) { b.keep(0, "A", "x", "y") }, testZoomAndUnseen},
		{"an import is previewed, stored and undone", func(*bench) {}, testImport},
		{"what is imported twice comes once", func(*bench) {}, testImportTwice},
		{"older chats come as they are scrolled to", func(b *bench) { keepMany(b, 350) }, testManyChats},
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
			if (theme == "light") == (width == 1280) { // the states of fragments_around_test.go see the rest
				p.CheckAccessibility(fmt.Sprintf("%s, %s, %d px", name, theme, width))
			}
			if wide := webtest.Get[int](p, `document.documentElement.scrollWidth`); wide > int(width) {
				t.Errorf("%s: at %d px the page is %d px wide", name, width, wide)
			}
			if *picturesDir != "" {
				p.Screenshot(filepath.Join(*picturesDir, fmt.Sprintf("%s-%s-%d.png", name, theme, width)))
			}
		}
	}
	p.Resize(1280, 860)
	p.Until(`document.querySelector('.side').getBoundingClientRect().left === 0`) // it slides in
}

// fillLong keeps a chat of 300 turns; every fiftieth names a needle.
func fillLong(b *bench) {
	texts := make([]string, 300)
	for i := range texts {
		texts[i] = fmt.Sprintf("Turn %d says a few things.", i+1)
		if i%50 == 0 {
			texts[i] += " Here is a **need**le, and a Needle."
		}
	}
	b.keep(0, "Long", texts...)
	b.keep(0, "Short", "Hello", "Hi")
}

func openChat(p *webtest.Page, id int) {
	p.Do(webtest.Script(fmt.Sprintf(`document.querySelector('#chat-%d .open').click()`, id)))
	p.Until(fmt.Sprintf(`document.querySelector('#conversation[data-chat="%d"] .turn')`, id))
}

func testFindFromHere(t *testing.T, b *bench, p *webtest.Page) {
	openChat(p, 1)
	for _, place := range []struct{ where, scroll, want string }{
		{"the beginning", "0", "1 of 91"},
		{"the middle of a long turn", "document.querySelectorAll('#turn-2 p')[44].offsetTop + document.querySelector('#turn-2').offsetTop", ""},
		{"the end", "1e9", ""},
	} {
		p.Do(webtest.Script(`document.querySelector('.scroller').scrollTop = ` + place.scroll))
		was := webtest.Get[float64](p, `document.querySelector('.scroller').scrollTop`)
		p.Press("f", ctrl)
		for end := range len("needle") { // so slowly that each letter is looked for
			p.Do(webtest.Script(fmt.Sprintf(`{ const box = document.getElementById('find-text'); box.value = %q; box.dispatchEvent(new Event('input')); }`, "needle"[:end+1])))
			p.Until(fmt.Sprintf(`[...CSS.highlights.get('meant') ?? []][0]?.toString().toLowerCase() === %q`, "needle"[:end+1]))
		}
		p.Until(`document.querySelector('#find .count').textContent.endsWith(' of 91')`)
		if got := webtest.Get[string](p, `document.querySelector('#find .count').textContent`); place.want != "" && got != place.want {
			t.Errorf("from %s: %s, want %s", place.where, got, place.want)
		}
		if now, high := webtest.Get[float64](p, `document.querySelector('.scroller').scrollTop`), webtest.Get[float64](p, `document.querySelector('.scroller').clientHeight`); now < was-high || now > was+high {
			t.Errorf("from %s: what is found lies %.0f pixels away, in a window of %.0f", place.where, now-was, high)
		}
		p.Press(kb.Escape)
		p.Until(`document.querySelector('#find').hidden`)
	}
}

func testFind(t *testing.T, b *bench, p *webtest.Page) {
	openChat(p, 1)
	p.Press("f", ctrl)
	p.Until(`document.activeElement.id === 'find-text'`)
	p.Press("needle")
	// The source has the one that is not parted by asterisks; the page has both.
	p.Until(`document.querySelector('#find .count').textContent.endsWith(' of 6') && CSS.highlights.get('meant').size === 1`)
	inSight := `(() => { const r = [...CSS.highlights.get('meant')][0].getBoundingClientRect(), s = document.querySelector('.scroller').getBoundingClientRect(); return r.top >= s.top && r.bottom <= s.bottom; })()`
	p.Until(inSight)
	lookAt(t, p, "find")
	p.Do(webtest.Script(`document.querySelector('#find-text').focus()`))
	first := webtest.Get[string](p, `document.querySelector('#find .count').textContent`)
	seen := map[string]bool{first: true}
	for range 5 {
		was := webtest.Get[string](p, `document.querySelector('#find .count').textContent`)
		p.Press("\r")
		p.Until(fmt.Sprintf(`document.querySelector('#find .count').textContent !== %q && CSS.highlights.get('meant').size === 1 && %s && document.activeElement.id === 'find-text'`, was, inSight))
		seen[webtest.Get[string](p, `document.querySelector('#find .count').textContent`)] = true
	}
	if len(seen) != 6 {
		t.Errorf("six steps went to %v", seen)
	}
	p.Press("\r", shift)
	p.Until(`document.querySelector('#find .count').textContent !== '' && CSS.highlights.get('meant').size === 1`)
	p.Press("zzz")
	p.Until(`document.querySelector('#find .count').textContent === 'Not found' && CSS.highlights.get('found').size === 0`)
	p.Press(kb.Escape)
	p.Until(`document.querySelector('#find').hidden && document.activeElement.id === 'message'`)
}

func testScrollIsRemembered(t *testing.T, b *bench, p *webtest.Page) {
	openChat(p, 1)
	p.Do(webtest.Script(`document.querySelector('.scroller').scrollTop -= 900`))
	p.UntilTrue("the place is kept", func() bool { v, err := b.store.View(t.Context(), 1); return err == nil && v.Turn != 0 })
	v, err := b.store.View(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	openChat(p, 2)
	openChat(p, 1)
	top := fmt.Sprintf(`Math.round(document.querySelector('.scroller').getBoundingClientRect().top - document.querySelector('#turn-%d').getBoundingClientRect().top)`, v.Turn)
	p.Until(fmt.Sprintf(`Math.abs(%s - %d) <= 2 && !document.querySelector('#jump').hidden`, top, v.Offset))
	p.Click("#jump")
	p.UntilTrue("the end is nothing to keep", func() bool { v, err := b.store.View(t.Context(), 1); return err == nil && v.Turn == 0 })
	openChat(p, 2)
	openChat(p, 1)
	p.Until(`document.querySelector('#turn-300') && document.querySelector('#jump').hidden`)
}

func testZoomAndUnseen(t *testing.T, b *bench, p *webtest.Page) {
	p.Server.Answer = func(call webtest.Call) (any, error) { return 110, nil }
	p.Press("+", ctrl)
	p.Press("-", ctrl)
	p.Press("0", ctrl)
	p.UntilTrue("the app is asked to zoom by 1, -1 and 0", func() bool {
		var steps []string
		for _, call := range p.Server.Calls() {
			if call.Name == "Window.Zoom" {
				steps = append(steps, string(call.Args[0]))
			}
		}
		return fmt.Sprint(steps) == "[1 -1 0]"
	})
	p.Until(`announcer.textContent === '110 %'`)
	p.Do(webtest.Script(`document.hasFocus = () => false`))
	p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 2, Seq: 9, Final: true})
	p.UntilTrue("the app hears that nobody looked", func() bool {
		for _, call := range p.Server.Calls() {
			if call.Name == "Window.Unseen" && string(call.Args[0]) == "2" {
				return true
			}
		}
		return false
	})
	p.Server.Emit("open", 1)
	p.Until(`document.querySelector('#conversation[data-chat="1"]')`)
}

func TestDesktopIsToldOfALongReplyThatEndedUnseen(t *testing.T) {
	b := newBench(t, scripted.Options{})
	var notices []Notice
	b.opts.Notify = func(n Notice) error { notices = append(notices, n); return nil }
	answer := b.say(0, "Hello")
	if err := b.Unseen(t.Context(), answer.ID); err != nil || len(notices) != 0 {
		t.Errorf("a short reply: %+v, %v", notices, err)
	}
	b.opts.Now = func() time.Time { return time.Now().Add(time.Minute) }
	if err := b.Unseen(t.Context(), answer.ID); err != nil || len(notices) != 1 || notices[0].Chat != answer.Chat || notices[0].Title != "“Hello” has an answer" {
		t.Errorf("a long reply: %+v, %v", notices, err)
	}
	if err := b.opts.Config.Update(func(c *config.Config) { c.Notifications = false }); err != nil {
		t.Fatal(err)
	}
	if err := b.Unseen(t.Context(), answer.ID); err != nil || len(notices) != 1 {
		t.Errorf("who wants no notices: %+v, %v", notices, err)
	}
}
