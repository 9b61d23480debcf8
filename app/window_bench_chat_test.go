package app

import (
	"fmt"
	"testing"
	"time"

	"notso/app/webtest"
	"notso/engine/scripted"
)

// sizes are the lengths of the chats, in turns.
var sizes = []int{100, 10_000, 100_000}

func turnsStep(n int) string { return fmt.Sprintf("%d turns", n) }

// benchOpen is the time from a click on a chat until its end is drawn, and what
// the page then holds.
func benchOpen(b *testing.B, browser *webtest.Browser, t *table) {
	app, p := benchWindow(b, browser, scripted.Options{})
	empty := app.longChat(2)
	end := 2
	for _, n := range sizes {
		id := app.longChat(n)
		end += n
		p.Server.Emit("refresh", refreshEvent{What: "sidebar"})
		p.Until(fmt.Sprintf(`document.querySelector('#chat-%d .open') && document.querySelector('#chat-%d .open')`, id, empty))
		opened(p, id, end) // once for what a first time costs, such as fonts
		opened(p, empty, 2)
		b.Run(turnsStep(n), func(b *testing.B) {
			var times []float64
			for b.Loop() {
				times = append(times, opened(p, id, end))
				opened(p, empty, 2)
			}
			t.add(b, "open a chat, ms", "≤ 150", turnsStep(n), median(times))
			opened(p, id, end)
			p.CollectGarbage()
			m := p.Metrics()
			t.add(b, "open chat, MB of script", "flat", turnsStep(n), m["JSHeapUsedSize"]/(1<<20))
			t.add(b, "open chat, nodes", "flat", turnsStep(n), m["Nodes"])
		})
	}
}

// opened clicks on a chat and returns the ms until its last turn is drawn.
func opened(p *webtest.Page, id int64, last int) float64 {
	return webtest.Get[float64](p, fmt.Sprintf(`new Promise((done) => {
		const began = performance.now();
		document.querySelector('#chat-%d .open').click();
		const look = () => document.querySelector('#turn-%d') ? drawn().then((now) => done(now - began)) : setTimeout(look);
		look();
	})`, id, last))
}

// benchScroll goes up through a chat by 120 px a frame, and down again.
func benchScroll(b *testing.B, browser *webtest.Browser, t *table) {
	const steps = 400
	app, p := benchWindow(b, browser, scripted.Options{})
	end := 0
	for _, n := range sizes {
		id := app.longChat(n)
		end += n
		p.Server.Emit("refresh", refreshEvent{What: "sidebar"})
		p.Until(fmt.Sprintf(`document.querySelector('#chat-%d .open')`, id))
		opened(p, id, end)
		b.Run(turnsStep(n), func(b *testing.B) {
			var all []float64
			for b.Loop() {
				for _, by := range []int{-120, 120} {
					p.Do(webtest.Script(fmt.Sprintf(`{
						frames();
						window.walked = 0;
						const step = () => { scroller().scrollTop += %d; if (++walked < %d) requestAnimationFrame(step); };
						requestAnimationFrame(step);
					}`, by, steps)))
					p.Until(fmt.Sprintf(`walked === %d`, steps))
					all = append(all, framesOf(b, p)...)
				}
			}
			t.add(b, "scroll, ms a frame", "≤ 16", turnsStep(n), median(all))
			t.add(b, "scroll, ms of 95 frames in 100", "≤ 16", turnsStep(n), at(.95, all))
			t.add(b, "scroll, turns on the page", "≤ 120 and a page", turnsStep(n), webtest.Get[float64](p, `document.querySelectorAll('#turns > .turn').length`))
		})
	}
}

// benchSearch looks for a word and for an emoji in chats with so many turns
// together.
func benchSearch(b *testing.B, t *table) {
	for _, n := range sizes {
		app := newBench(b, scripted.Options{})
		for range n / 100 {
			app.longChat(100)
		}
		app.say(0, "A smile 🙂 at the end")
		app.until("the reply is whole", func() bool { return app.running(int64(n/100+1)) == nil })
		for name, query := range map[string]string{"search for a word, ms": "paragr", "search for an emoji, ms": "🙂"} {
			b.Run(turnsStep(n), func(b *testing.B) {
				var times []float64
				for b.Loop() {
					began := time.Now()
					if found, err := app.store.Search(b.Context(), query); err != nil || len(found) == 0 {
						b.Fatal(len(found), err)
					}
					times = append(times, ms(time.Since(began)))
				}
				t.add(b, name, "≤ 50", turnsStep(n), median(times))
			})
		}
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
