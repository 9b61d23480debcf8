package app

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/config"
	"notso/app/store"
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
}

// fillForSidebar keeps chats 1 to 5: two of today, one of yesterday, one of last
// week, one of long ago.
func fillForSidebar(b *bench) {
	for i, days := range []int{400, 5, 1, 0, 0} {
		b.keep(days, fmt.Sprintf("Chat %d", i+1), "Hello", "Hi")
	}
}

// listing is the list as a reader sees it: headings in brackets.
const listing = `[...document.querySelectorAll('#chats .day, #chats .chat > .open .title, #chats summary .title')].filter((e) => e.checkVisibility() && !e.parentElement.matches('.day')).map((e) => e.matches('.day') ? '[' + e.textContent + ']' : e.textContent).join(' ')`

func wantList(p *webtest.Page, want string) {
	p.Until(listing + ` === ` + fmt.Sprintf("%q", want))
}

func testSidebarWalk(t *testing.T, b *bench, p *webtest.Page) {
	long := time.Now().AddDate(0, 0, -400)
	wantList(p, "[Today] Chat 5 Chat 4 [Yesterday] Chat 3 [Last 7 days] Chat 2 ["+long.Format("January 2006")+"] Chat 1")
	p.Do(webtest.Script(`document.querySelector('#chat-5 .open').focus()`))
	for _, step := range []struct{ key, at string }{{kb.ArrowDown, "4"}, {kb.ArrowDown, "3"}, {kb.ArrowUp, "4"}, {kb.End, "1"}, {kb.Home, "5"}} {
		p.Press(step.key)
		p.Until(`document.activeElement.closest('#chat-` + step.at + `') !== null`)
	}
	p.Press(kb.ArrowDown)
	p.Press("\r")
	p.Until(`document.querySelector('#conversation[data-chat="4"]') && document.querySelector('#chat-4 [aria-current=true]') && document.activeElement.id === 'message'`)
	p.Do(webtest.Script(`document.querySelector('#chat-3 .open').focus()`))
	p.Press(kb.Delete)
	wantList(p, "[Today] Chat 5 Chat 4 [Last 7 days] Chat 2 ["+long.Format("January 2006")+"] Chat 1")
	p.Until(`document.activeElement.closest('#chat-2') !== null`) // the row in its place
	lookAt(t, p, "sidebar")
}

func testPicksByKeyboard(t *testing.T, b *bench, p *webtest.Page) {
	p.Do(webtest.Script(`document.querySelector('#chat-5 .open').focus()`))
	p.Press(" ")
	p.Press(kb.ArrowDown, shift)
	p.Press(kb.ArrowDown, shift)
	p.Until(`document.querySelector('#picked:not([hidden]) .count').textContent === '3 chats selected' && document.activeElement.closest('#chat-3') !== null`)
	if webtest.Get[bool](p, `document.querySelector('#conversation').dataset.chat !== '0'`) {
		t.Error("choosing a chat opened it")
	}
	lookAt(t, p, "picked")
	p.Do(webtest.Script(`document.querySelector('#chat-3 .open').focus()`))
	p.Press(kb.Delete)
	p.Until(`document.querySelectorAll('#chats .chat').length === 2 && document.querySelector('.toast .text').textContent === '3 chats deleted.' && document.querySelector('#picked').hidden`)
	p.Click(".toast .undo")
	p.Until(`document.querySelectorAll('#chats .chat').length === 5`)
	p.Do(webtest.Script(`document.querySelector('#chat-5 .open').focus()`))
	p.Press("a", ctrl)
	p.Until(`document.querySelector('#picked .count').textContent === '5 chats selected'`)
	p.Press(kb.Escape)
	p.Until(`document.querySelector('#picked').hidden && !document.querySelector('.pick:checked')`)
}

func testPicksByMouse(t *testing.T, b *bench, p *webtest.Page) {
	click := func(chat int, init string) {
		p.Do(webtest.Script(fmt.Sprintf(`document.querySelector('#chat-%d .open').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, %s: true}))`, chat, init)))
	}
	click(5, "ctrlKey")
	click(2, "shiftKey")
	p.Until(`document.querySelector('#picked .count').textContent === '4 chats selected'`)
	click(4, "ctrlKey")
	p.Until(`document.querySelector('#picked .count').textContent === '3 chats selected'`)
	p.Click(`[data-picked=move]`)
	p.Until(`document.activeElement.matches('.popup [role=menuitem]')`)
	p.Press("N") // from No folder to New folder
	p.Press("\r")
	p.Until(`document.querySelector('.folder .rename input')`)
	p.Press("Work\r")
	p.Until(`document.querySelector('.folder summary .title').textContent === 'Work' && document.querySelector('.folder .number').textContent === '3'`)
}

func testChatMenu(t *testing.T, b *bench, p *webtest.Page) {
	p.Do(webtest.Script(`document.querySelector('#chat-3 .open').focus()`))
	p.Press(kb.F10, shift)
	p.Until(`document.activeElement.matches('.popup [data-do=rename]')`)
	lookAt(t, p, "chat menu")
	p.Do(webtest.Script(`document.querySelector('#chat-3 .open').focus()`))
	p.Press(kb.F10, shift)
	p.Until(`document.activeElement.matches('.popup [data-do=rename]')`)
	p.Press(kb.Escape)
	p.Until(`!document.querySelector('.popup:popover-open') && document.activeElement.closest('#chat-3') !== null`)
	p.Press(kb.F10, shift)
	p.Until(`document.activeElement.matches('.popup [data-do=rename]')`)
	p.Press(kb.ArrowDown)
	p.Press("\r")
	p.Until(`document.querySelector('#pinned #chat-3') && document.querySelector('#chats h2').textContent === 'Pinned'`)
	p.Do(webtest.Script(`document.querySelector('#chat-3 .open').dispatchEvent(new MouseEvent('contextmenu', {bubbles: true, cancelable: true, button: 2, clientX: 90, clientY: 200}))`))
	p.Until(`document.activeElement.matches('.popup [data-do=rename]')`)
	p.Press("\r")
	p.Until(`document.activeElement.matches('#chat-3 .rename input')`)
	p.Press("Better\r")
	p.Until(`document.querySelector('#chat-3 .title').textContent === 'Better'`)
	if c, err := b.store.Chat(t.Context(), 3); err != nil || !c.Pinned || c.Title != "Better" || !c.Named {
		t.Errorf("the chat is %+v, %v", c, err)
	}
}

func testFolders(t *testing.T, b *bench, p *webtest.Page) {
	p.Click(`.top [data-menu]`)
	p.Until(`document.activeElement.matches('.popup [role=menuitem]')`)
	p.Press("\r")
	p.Until(`document.activeElement.matches('.folder .rename input')`)
	p.Press("Recipes\r")
	p.Until(`document.querySelector('#folder-1 .title').textContent === 'Recipes' && document.activeElement.matches('summary')`)
	drag(p, "#chat-4 .open", "#folder-1 summary")
	p.Until(`document.querySelector('#in-1 #chat-4') && document.querySelector('#folder-1 .number').textContent === '1'`)
	if webtest.Get[bool](p, `document.querySelector('#conversation').dataset.chat !== '0'`) {
		t.Error("dragging a chat opened it")
	}
	p.Do(webtest.Script(`document.querySelector('#folder-1 summary').focus()`))
	p.Press(kb.ArrowRight)
	p.Press(kb.ArrowDown)
	p.Until(`document.activeElement.closest('#chat-4') !== null`)
	lookAt(t, p, "folder")
	drag(p, "#chat-4 .open", "#recent .chat .open")
	p.Until(`document.querySelector('#recent #chat-4') && document.querySelector('#folder-1 .number').textContent === '0'`)
	drag(p, "#chat-4 .open", "#folder-1 summary")
	p.Until(`document.querySelector('#in-1 #chat-4')`)
	p.Do(webtest.Script(`document.querySelector('#folder-1 summary').focus()`))
	p.Press(kb.Delete)
	p.Until(`!document.querySelector('.folder') && document.querySelector('#recent #chat-4')`)
	p.Click(".toast .undo")
	p.Until(`document.querySelector('#in-1 #chat-4') && !document.querySelector('#recent #chat-4')`)
}

// drag moves one thing onto another, as a hand does.
func drag(p *webtest.Page, from, to string) {
	p.Do(webtest.Script(fmt.Sprintf(`(() => {
		const middle = (e) => { const r = e.getBoundingClientRect(); return { clientX: r.left + r.width / 2, clientY: r.top + r.height / 2 }; };
		const [a, b] = [document.querySelector(%q), document.querySelector(%q)];
		const send = (type, target, at) => target.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true, button: 0, pointerType: 'mouse', ...at }));
		send('pointerdown', a, middle(a));
		send('pointermove', a, { clientX: middle(a).clientX + 10, clientY: middle(a).clientY });
		send('pointermove', b, middle(b));
		send('pointerup', b, middle(b));
		a.click();
	})()`, from, to)))
}

func testSplitter(t *testing.T, b *bench, p *webtest.Page) {
	width := func() int { return webtest.Get[int](p, `document.querySelector('.side').offsetWidth`) }
	usual := width()
	p.Do(webtest.Script(`document.querySelector('.splitter').focus()`))
	p.Press(kb.ArrowRight)
	p.Until(fmt.Sprintf(`document.querySelector('.side').offsetWidth === %d`, usual+16))
	p.Press(kb.End)
	p.Until(`document.querySelector('.side').offsetWidth === 520 && document.querySelector('.splitter').ariaValueNow === '520'`)
	p.UntilTrue("the width is remembered", func() bool { return b.opts.Config.Get().SidebarWidth == 520 })
	p.CheckAccessibility("wide sidebar")
	p.Do(webtest.Script(`document.querySelector('.splitter').dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))`))
	p.Until(fmt.Sprintf(`document.querySelector('.side').offsetWidth === %d`, usual))
	p.UntilTrue("the usual width is remembered", func() bool { return b.opts.Config.Get().SidebarWidth == 0 })
}

// keepMany keeps n chats of an hour apart.
func keepMany(b *bench, n int) {
	b.t.Helper()
	var chats []store.Incoming
	for i := range n {
		at := time.Now().Add(-time.Duration(i) * time.Hour)
		chats = append(chats, store.Incoming{Chat: chat.Chat{Title: fmt.Sprintf("Chat number %d", i), Named: true, Created: at, Updated: at}})
	}
	if _, err := b.store.AddChats(b.t.Context(), chats); err != nil {
		b.t.Fatal(err)
	}
}

func testManyChats(t *testing.T, b *bench, p *webtest.Page) {
	rows := `document.querySelectorAll('#chats .chat').length`
	if n := webtest.Get[int](p, rows); n != sidebarPage {
		t.Errorf("%d chats are drawn at first, want a page", n)
	}
	p.Do(webtest.Script(`window.list = document.querySelector('#chats'); list.scrollTop = list.scrollHeight`))
	p.Until(rows + ` >= 200`)
	p.Do(webtest.Script(`document.querySelector('#older .chat:nth-of-type(40) .open').click()`))
	p.Until(`document.querySelector('#older [aria-current=true]') && document.querySelector('#conversation').dataset.chat !== '0'`)
	if n := webtest.Get[int](p, rows); n < 200 {
		t.Errorf("opening a chat left %d of them", n)
	}
	// A chat that is written in goes to the top, and is listed once.
	id := webtest.Get[string](p, `document.querySelector('#conversation').dataset.chat`)
	p.Type("#message", "Up you go\r")
	p.Until(`document.querySelectorAll('#chats .chat')[0].dataset.chat === '` + id + `' && document.querySelectorAll('#chat-` + id + `').length === 1`)
	p.Do(webtest.Script(scrollThrough))
	p.Until(`window.done_ && ` + rows + ` === 350 && new Set([...document.querySelectorAll('#chats .chat')].map((e) => e.id)).size === 350`)
}

// scrollThrough goes down the list, a screen a frame, until nothing more comes.
const scrollThrough = `window.frames_ = []; window.done_ = false; window.list = document.querySelector('#chats');
	window.go_ = (last) => requestAnimationFrame((now) => {
		frames_.push(now - last);
		list.scrollTop += list.clientHeight;
		if (document.querySelector('#older .further') || list.scrollTop + list.clientHeight < list.scrollHeight - 2) go_(now); else window.done_ = true;
	});
	go_(performance.now())`

// BenchmarkScrollFiveThousandChats tells how long frames take while the list is
// scrolled a screen a frame: first while its pages come, then with all there.
func BenchmarkScrollFiveThousandChats(b *testing.B) {
	browser := webtest.NewBrowser(b)
	w := newBench(b, scripted.Options{})
	keepMany(w, 5000)
	server := webtest.NewServer(b, w.Handler())
	p := browser.Open(b, server)
	for _, pass := range []string{"coming", "there"} {
		p.Do(webtest.Script(`document.querySelector('#chats').scrollTop = 0`), webtest.Script(scrollThrough))
		p.UntilTrue("all is there", func() bool { return webtest.Get[bool](p, `window.done_`) })
		for _, f := range []struct {
			name string
			at   float64
		}{{"median", .5}, {"p95", .95}, {"longest", 1}} {
			b.ReportMetric(webtest.Get[float64](p, fmt.Sprintf(`(() => { const f = frames_.slice(1).sort((a, b) => a - b); return f[Math.min(f.length - 1, Math.floor(f.length * %v))]; })()`, f.at)), pass+"-"+f.name+"-ms")
		}
	}
	b.ReportMetric(webtest.Get[float64](p, `document.querySelectorAll('#chats .chat').length`), "chats")
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
