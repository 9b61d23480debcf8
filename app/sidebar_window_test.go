package app

import (
	"fmt"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/store"
	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp/kb"
)

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
	long := b.opts.Now().AddDate(0, 0, -400)
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
	p.Until(`document.activeElement.matches('.popup [role=menuitem]') && document.querySelector('.top [data-menu]').title === ''`) // no tip over the menu
	p.Press("\r")
	p.Until(`document.activeElement.matches('.folder .rename input') && document.querySelector('.top [data-menu]').title !== ''`)
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
	at := func(place int) string {
		return fmt.Sprintf(`document.activeElement.closest('.chat')?.ariaPosInSet === '%d'`, place)
	}
	p.Until(`window.done_ && document.querySelector('#older > .chat:last-child').ariaPosInSet === '350'`)
	if n := webtest.Get[int](p, rows); n > 280 {
		t.Errorf("%d rows are on the page, want those far from sight let go", n)
	}

	// Who walks the list comes by every chat, let go or not.
	p.Do(webtest.Script(`document.querySelector('#older > .chat:last-child .open').focus()`))
	for i := range 150 {
		p.Press(kb.ArrowUp)
		p.Until(at(349 - i))
	}
	p.Press(kb.Home)
	p.Until(at(1))
	p.Press(kb.End)
	p.Until(at(350))
	inSight := `(() => { const row = document.activeElement.getBoundingClientRect(), view = list.getBoundingClientRect(); return row.top >= view.top - 1 && row.bottom <= view.bottom + 1; })()`
	p.Until(inSight)
	last := webtest.Get[[]string](p, `[...document.querySelectorAll('#older > .chat')].slice(-2).map((row) => row.dataset.chat)`)
	shows := func(id string) {
		t.Helper()
		p.Until(`document.querySelector('#conversation').dataset.chat === '` + id + `'`)
	}
	p.Press("\r")
	shows(last[1])

	// What is let go keeps its height, and comes back where it was.
	p.Do(webtest.Script(`window.high = list.scrollHeight; window.blank = 0; window.walked = false;
		window.up = () => requestAnimationFrame(() => {
			const { left, top, width, height } = list.getBoundingClientRect();
			if (document.elementFromPoint(left + width / 2, top + height / 2).matches('.gap')) blank += 1;
			list.scrollTop -= 400;
			if (list.scrollTop > 0) up(); else walked = true;
		});
		up()`))
	p.Until(`walked`)
	if by := webtest.Get[float64](p, `list.scrollHeight - high`); by > 1 || by < -1 {
		t.Errorf("the list is %v px higher at its top than it was at its end", by)
	}
	if n := webtest.Get[int](p, `blank`); n > 0 {
		t.Errorf("in %d frames there was a gap in sight", n)
	}

	// The chat before the one that is shown is known, though both are let go.
	p.Until(`!document.querySelector('#sidebar [aria-current=true]')`)
	p.Press(kb.ArrowUp, alt)
	shows(last[0])

	// All are chosen, and stay so while the list is drawn anew.
	p.Do(webtest.Script(`document.querySelector('#recent .open').focus()`))
	p.Press("a", ctrl)
	p.Until(`document.querySelector('#picked .count').textContent === '350 chats selected'`)
	p.Do(webtest.Script(`document.querySelector('#recent > .chat:nth-of-type(5) .pick').click()`))
	p.Until(`document.querySelector('#picked .count').textContent === '349 chats selected'`)
	p.Do(webtest.Script(`document.querySelector('#recent > .chat:nth-of-type(5) .open').focus()`))
	p.Press(kb.F2)
	p.Until(`document.activeElement.matches('.rename input')`)
	p.Press("Another name\r")
	p.Until(`[...document.querySelectorAll('#recent .title')].some((e) => e.textContent === 'Another name') && document.querySelector('#picked .count').textContent === '349 chats selected'`)
	p.Do(webtest.Script(`document.querySelector('#recent .chat:has(> .pick:checked) .open').focus()`))
	p.Press(kb.Delete)
	p.Until(`document.querySelectorAll('#chats .chat').length === 1 && document.activeElement.matches('#chats .open')`)
	p.Click(".toast .undo")
	p.Until(`document.querySelector('#recent').dataset.total === '350'`)
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
