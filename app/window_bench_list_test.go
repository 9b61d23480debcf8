package app

import (
	"fmt"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/webtest"
	"notso/engine/scripted"
)

// benchChats scrolls the list of chats to its end by 300 px a frame, then lets
// an old chat get a new turn, by which it goes to the top.
func benchChats(b *testing.B, browser *webtest.Browser, t *table) {
	for _, n := range []int{100, 5000} {
		app, p := benchWindow(b, browser, scripted.Options{})
		first := app.manyChats(n)
		p.Server.Emit("refresh", refreshEvent{What: "sidebar"})
		p.Until(fmt.Sprintf(`document.querySelector('#chat-%d')`, first+int64(n)-1))
		step := fmt.Sprintf("%d chats", n)
		b.Run(step, func(b *testing.B) {
			p.Do(webtest.Script(`{
				frames();
				window.ended = false;
				const list = document.getElementById('chats');
				const step = () => {
					list.scrollTop += 300;
					if (list.scrollTop + list.clientHeight < list.scrollHeight - 1 || list.querySelector('.further')) requestAnimationFrame(step);
					else window.ended = true;
				};
				requestAnimationFrame(step);
			}`))
			p.UntilTrue("the list is at its end", func() bool { return webtest.Get[bool](p, `ended`) })
			if !webtest.Get[bool](p, fmt.Sprintf(`document.querySelector('#chat-%d').ariaPosInSet === '%d'`, first, n)) {
				b.Fatalf("the list does not end with the last of %d chats", n)
			}
			t.add(b, "list of chats at its end, rows on the page", "flat", step, webtest.Get[float64](p, `document.querySelectorAll('.chat').length`))
			all := framesOf(b, p)
			t.add(b, "list of chats scrolled, ms a frame", "≤ 16", step, median(all))
			t.add(b, "list of chats, ms of 95 frames in 100", "≤ 16", step, at(.95, all))

			var moved []float64
			for i := 0; b.Loop(); i++ {
				id := first + int64(i%n)
				p.Do(webtest.Script(`frames()`))
				turn := app.say(id, "One more")
				p.Until(fmt.Sprintf(`document.querySelector('#recent .chat')?.id === 'chat-%d' && document.querySelectorAll('#chat-%[1]d').length === 1`, id))
				app.until("the reply is whole", func() bool {
					t, err := app.store.Turn(b.Context(), turn.ID)
					return err == nil && t.State != chat.Running
				})
				p.Do(webtest.Script(`new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))`))
				moved = append(moved, at(1, framesOf(b, p)))
			}
			t.add(b, "a chat goes to the top, ms of the longest frame", "≤ 16", step, median(moved))
		})
		p.Close()
	}
}

// manyChats stores n chats, a quarter of an hour apart, and returns the first one's id.
func (b *bench) manyChats(n int) (first int64) {
	b.t.Helper()
	for i := range n {
		at := time.Now().Add(-time.Duration(n-i) * 15 * time.Minute)
		turn := chat.Turn{ID: 1, Role: chat.User, State: chat.Done, Created: at, Text: "Hello"}
		c, err := b.store.AddChat(b.t.Context(), chat.Chat{Title: fmt.Sprintf("Chat %d about something", i), Head: 1, Created: at, Updated: at}, []chat.Turn{turn})
		if err != nil {
			b.t.Fatal(err)
		}
		if first == 0 {
			first = c.ID
		}
	}
	return first
}
