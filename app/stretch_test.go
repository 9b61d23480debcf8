package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/webtest"
	"notso/engine/scripted"
)

// longChat stores a chat of n turns, numbered from 1 like their ids, and returns
// its id. Some are long, so that their heights differ.
func (b *bench) longChat(n int) int64 {
	b.t.Helper()
	now := time.Now()
	turns := make([]chat.Turn, n)
	for i := range turns {
		turns[i] = chat.Turn{ID: int64(i + 1), Parent: int64(i), Role: chat.User, State: chat.Done, Created: now, Text: fmt.Sprintf("This is turn %d.", i+1)}
		if i%2 == 1 {
			turns[i].Role = chat.Assistant
			turns[i].Text += strings.Repeat("\n\nOne more paragraph.", i*7%23)
		}
	}
	c, err := b.store.AddChat(b.t.Context(), chat.Chat{Title: "Long", Head: int64(n), Created: now, Updated: now}, turns)
	if err != nil {
		b.t.Fatal(err)
	}
	return c.ID
}

func TestStretchesByRoute(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.longChat(100)
	b.longChat(3) // 101 to 103
	earlier, later := `data-more="before"`, `data-more="after"`
	for _, test := range []struct {
		name, path  string
		status      int
		first, last int // turns
		has         []string
		hasNo       []string
	}{
		{"a chat opens at its end", "/chats/1", 200, 61, 100, []string{earlier}, []string{later}},
		{"the turns before", "/chats/1/turns?before=61", 200, 21, 60, []string{earlier}, []string{later}},
		{"the first turns", "/chats/1/turns?before=21", 200, 1, 20, nil, []string{earlier, later}},
		{"none before the first", "/chats/1/turns?before=1", 200, 0, 0, nil, []string{earlier, later}},
		{"the beginning", "/chats/1/turns?after=0", 200, 1, 40, []string{later}, []string{earlier}},
		{"the turns after", "/chats/1/turns?after=40", 200, 41, 80, []string{later}, []string{earlier}},
		{"the last turns", "/chats/1/turns?after=80", 200, 81, 100, nil, []string{earlier, later}},
		{"the end again", "/chats/1/turns", 200, 61, 100, []string{earlier}, []string{later}},
		{"around a turn", "/chats/1?turn=50", 200, 31, 70, []string{earlier, later, `data-at="turn-50"`}, nil},
		{"a short chat", "/chats/2", 200, 101, 103, nil, []string{earlier, later}},
		{"a turn of another chat", "/chats/1?turn=102", 404, 0, 0, nil, nil},
		{"before one of another chat", "/chats/1/turns?before=102", 404, 0, 0, nil, nil},
		{"of no chat", "/chats/9/turns", 404, 0, 0, nil, nil},
	} {
		got := b.request("GET", test.path, "")
		body := got.Body.String()
		if got.Code != test.status {
			t.Errorf("%s: %d", test.name, got.Code)
			continue
		}
		for turn := 1; turn <= 103; turn++ {
			want := turn >= test.first && turn <= test.last && test.first > 0
			if strings.Contains(body, fmt.Sprintf(`id="turn-%d"`, turn)) != want {
				t.Errorf("%s: turn %d is there: %v, want %v", test.name, turn, !want, want)
			}
		}
		for _, want := range test.has {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %s", test.name, want)
			}
		}
		for _, not := range test.hasNo {
			if strings.Contains(body, not) {
				t.Errorf("%s: there is %s", test.name, not)
			}
		}
	}
}

func TestTurnsBeforeOneThatIsLongerThanAStretch(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.keep(0, "Long", "Hello", strings.Repeat("A word. ", stretchBytes/8), "And?", strings.Repeat("More. ", stretchBytes))
	for _, test := range []struct {
		path    string
		has, no string
	}{
		{"/chats/1", `id="turn-4"`, `id="turn-3"`},
		{"/chats/1/turns?before=4", `id="turn-3"`, `id="turn-1"`},
		{"/chats/1/turns?before=2", `id="turn-1"`, `id="turn-2"`},
	} {
		if body := b.request("GET", test.path, "").Body.String(); !strings.Contains(body, test.has) || strings.Contains(body, test.no) {
			t.Errorf("%s: has %s: %v, has %s: %v", test.path, test.has, strings.Contains(body, test.has), test.no, strings.Contains(body, test.no))
		}
	}
}

func TestTurnOfAnotherBranchBringsTheChatThere(t *testing.T) {
	b := newBench(t, scripted.Options{})
	first := b.say(0, "Hello")
	again, err := b.Regenerate(t.Context(), first.ID, TalkOptions{})
	if err == nil {
		_, err = b.Await(t.Context(), again)
	}
	if err != nil {
		t.Fatal(err)
	}
	body := b.request("GET", fmt.Sprintf("/chats/%d?turn=%d", first.Chat, first.ID), "").Body.String()
	if !strings.Contains(body, fmt.Sprintf(`id="turn-%d"`, first.ID)) || strings.Contains(body, fmt.Sprintf(`id="turn-%d"`, again.ID)) {
		t.Errorf("the window shows\n%s", body)
	}
}

// TestStretch scrolls through a long chat.
func TestStretch(t *testing.T) {
	browser := webtest.NewBrowser(t)
	b, p := openWindow(t, browser, scripted.Options{})
	b.longChat(1000)
	p.Server.Emit("refresh", refreshEvent{What: "sidebar"})
	p.Until(`document.querySelector('#chat-1 .open')`)
	p.Do(webtest.Script(`document.querySelector('#chat-1 .open').click();
		window.scroller = () => document.querySelector('.scroller');
		window.ids = () => [...document.querySelectorAll('#turns > .turn')].map((el) => Number(el.id.slice(5)));
		window.left = () => scroller().scrollHeight - scroller().clientHeight - scroller().scrollTop;`))
	p.Until(`ids().at(-1) === 1000 && left() < 5`)
	unbroken := func(when string) {
		t.Helper()
		if !webtest.Get[bool](p, `ids().every((id, i, all) => i === 0 || id === all[i - 1] + 1)`) {
			t.Errorf("%s the page shows %s", when, webtest.Get[string](p, `ids().join(' ')`))
		}
	}
	unbroken("at the end")

	// What is in sight does not move while turns come above it and go below it.
	for _, id := range []int{930, 900, 850, 800} {
		p.Do(webtest.Script(`window.walk = setInterval(() => { scroller().scrollTop -= 200; }, 4)`))
		p.Until(fmt.Sprintf(`ids()[0] < %d`, id))
		p.Do(webtest.Script(`clearInterval(walk)`))
		p.Do(webtest.Script(`window.seen = document.elementFromPoint(640, 430).closest('.turn'); window.was = seen?.getBoundingClientRect().top`))
		p.Until(`!document.querySelector('[data-more=before]') || document.querySelector('[data-more=before]').getBoundingClientRect().bottom < -1.4 * scroller().clientHeight`)
		if moved := webtest.Get[float64](p, `seen ? seen.getBoundingClientRect().top - was : 0`); moved > 1 || moved < -1 {
			t.Errorf("what was in sight moved by %v px", moved)
		}
	}
	unbroken("further up")
	if n := webtest.Get[int](p, `ids().length`); n > 170 {
		t.Errorf("the page holds %d turns", n)
	}
	if webtest.Get[int](p, `ids().at(-1)`) == 1000 {
		t.Error("the end is still on the page")
	}
	p.Until(`!jump.hidden`)

	// And down again.
	p.Do(webtest.Script(`window.walk = setInterval(() => { scroller().scrollTop += 400; }, 4)`))
	p.Until(`ids().at(-1) === 1000`)
	p.Do(webtest.Script(`clearInterval(walk)`))
	unbroken("down again")

	p.Do(webtest.Script(`scroller().focus()`))
	p.Press("\u0306") // Home
	p.Until(`ids()[0] === 1 && scroller().scrollTop === 0`)
	p.Press("\u0305") // End
	p.Until(`ids().at(-1) === 1000 && left() < 5 && jump.hidden`)
	p.Press("\u0306")
	p.Until(`ids()[0] === 1`)
	p.Click("#jump")
	p.Until(`ids().at(-1) === 1000 && left() < 5`)

	// A message that is sent from far up leads to the end.
	p.Press("\u0306")
	p.Until(`ids()[0] === 1`)
	p.Type("#message", "Hello\r")
	p.Until(`ids().includes(1002) && !ids().includes(1) && left() < 5 && document.querySelector('#turn-1002[data-state=done]')`)
	unbroken("after sending")

	p.Do(webtest.Script(`import('/assets/js/htmx.js').then((htmx) => htmx.default.ajax('GET', '/chats/1?turn=500', {source: '#chat-1 .open', target: '#conversation', swap: 'outerHTML'}))`))
	p.Until(`ids().includes(500) && !ids().includes(1000) && Math.abs(document.querySelector('#turn-500').getBoundingClientRect().top - scroller().getBoundingClientRect().top) < 2`)
	p.Until(`document.activeElement.id === 'turn-500'`)
	p.CheckAccessibility("around a turn")
}
