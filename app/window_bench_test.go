package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"notso/app/webtest"
	"notso/engine/scripted"
)

// measureJS gives the page what the benchmarks read. frames() counts, for each
// frame until stop() is called, the ms that the main thread works on it: from
// the beginning of its callbacks to the first task after it was drawn.
const measureJS = `
	window.drawn = () => new Promise((done) => requestAnimationFrame(() => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => done(performance.now());
		port2.postMessage(0);
	}));
	window.frames = () => {
		const work = [];
		let running = true;
		const frame = () => {
			if (!running) return;
			requestAnimationFrame(frame);
			const began = performance.now();
			const { port1, port2 } = new MessageChannel();
			port1.onmessage = () => work.push(performance.now() - began);
			port2.postMessage(0);
		};
		requestAnimationFrame(frame);
		window.stop = () => { running = false; return work.sort((a, b) => a - b); };
	};
	window.scroller = () => document.querySelector('.scroller');
	null`

// framesOf reports the frames that were counted.
func framesOf(b *testing.B, p *webtest.Page) {
	b.Helper()
	work := webtest.Get[[]float64](p, `stop()`)
	if len(work) == 0 {
		b.Fatal("no frame was drawn")
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(work[len(work)/2], "ms/frame-median")
	b.ReportMetric(work[len(work)*99/100], "ms/frame-p99")
	b.ReportMetric(work[len(work)-1], "ms/frame-most")
	b.ReportMetric(float64(len(work)), "frames")
}

// BenchmarkWindowOpen is the time from a click on a chat until its end is drawn.
func BenchmarkWindowOpen(b *testing.B) {
	browser := webtest.NewBrowser(b)
	app, p := benchWindow(b, browser)
	first := 0.0
	empty := app.longChat(2)
	end := 2
	for _, n := range []int{100, 10_000, 100_000} {
		id := app.longChat(n)
		end += n
		p.Server.Emit("refresh", refreshEvent{What: "sidebar"})
		p.Until(fmt.Sprintf(`document.querySelector('#chat-%d .open') && document.querySelector('#chat-%d .open')`, id, empty))
		b.Run(fmt.Sprintf("%d turns", n), func(b *testing.B) {
			total, times := 0.0, 0
			for b.Loop() {
				total += opened(p, id, end)
				opened(p, empty, 2)
				times++
			}
			each := total / float64(times)
			if first == 0 {
				first = each
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(each, "ms")
			b.ReportMetric(each/first, "x-of-100")
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

// BenchmarkWindowScroll goes up through a chat of 10,000 turns by 120 px a frame,
// and down again.
func BenchmarkWindowScroll(b *testing.B) {
	browser := webtest.NewBrowser(b)
	app, p := benchWindow(b, browser)
	id := app.longChat(10_000)
	p.Server.Emit("refresh", refreshEvent{What: "sidebar"})
	p.Until(fmt.Sprintf(`document.querySelector('#chat-%d .open')`, id))
	opened(p, id, 10_000)
	for _, direction := range []struct {
		name string
		by   int
	}{{"up", -120}, {"down", 120}} {
		b.Run(direction.name, func(b *testing.B) {
			for b.Loop() {
				p.Do(webtest.Script(fmt.Sprintf(`{
					frames();
					window.walked = 0;
					const step = () => { scroller().scrollTop += %d; if (++walked < 400) requestAnimationFrame(step); };
					requestAnimationFrame(step);
				}`, direction.by)))
				p.Until(`walked === 400`)
			}
			framesOf(b, p)
			b.ReportMetric(webtest.Get[float64](p, `document.querySelectorAll('#turns > .turn').length`), "turns-on-page")
		})
	}
}

// BenchmarkWindowStream writes a reply of 20,000 tokens, 20 of them a frame.
func BenchmarkWindowStream(b *testing.B) {
	browser := webtest.NewBrowser(b)
	const bytes = 80_000
	for _, text := range []struct{ name, part string }{
		{"mixed", "## A heading\n\nSome **bold** words and `code`.\n\n1. first\n2. second\n\n```go\nfunc add(a, b int) int {\n\treturn a + b\n}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nA paragraph that goes on.\n\n"},
		{"one code block", "x := f(1) // two\n"},
		{"one list", "- an item of **some** length\n"},
		{"one table", "| an item | of **some** length |\n"},
		{"one paragraph", "A sentence of *some* length. "},
	} {
		b.Run(text.name, func(b *testing.B) {
			whole := strings.Repeat(text.part, bytes/len(text.part))
			switch text.name {
			case "one code block":
				whole = "```go\n" + whole
			case "one table":
				whole = "| a | b |\n|---|---|\n" + whole
			}
			for b.Loop() {
				streamed(b, browser, whole)
			}
		})
	}
}

// streamed shows text as a reply and checks that it is all there.
func streamed(b *testing.B, browser *webtest.Browser, text string) {
	c := &canned{page: cannedPage(cannedStreaming()), nextTurn: 100}
	p := browser.Open(b, webtest.NewServer(b, c.handler()))
	defer p.Close()
	p.Do(webtest.Script(measureJS))
	p.Do(webtest.Script(`frames()`))
	before := p.Metrics()
	s := newBench(b, scripted.Options{}).words.Stream(1)
	seq, biggest := 3, 0
	for i := 0; i < len(text); i += 80 {
		seq++
		event := replyEvent{Chat: 1, Turn: 6, Seq: seq, Parts: []replyPart{changed("text", "", s.Write(text[i:min(i+80, len(text))]))}}
		biggest = max(biggest, len(encode(event)))
		p.Server.Emit("reply", event)
		if seq%8 == 0 { // as fast as the page draws, in step with it
			p.Until(fmt.Sprintf(`Number(document.querySelector('#turn-6').dataset.seq) > %d`, seq-8))
		}
	}
	p.Until(fmt.Sprintf(`document.querySelector('#turn-6[data-seq="%d"]')`, seq))
	framesOf(b, p)
	after := p.Metrics()
	for _, part := range []string{"ScriptDuration", "RecalcStyleDuration", "LayoutDuration"} {
		b.ReportMetric(1000*(after[part]-before[part])/float64(seq-3), "ms-"+strings.TrimSuffix(part, "Duration")+"/event")
	}
	b.ReportMetric(float64(biggest), "bytes/event-most")
	b.ReportMetric(webtest.Get[float64](p, `performance.memory.usedJSHeapSize / 2**20`), "MB-script")
	var want strings.Builder
	for _, block := range s.Blocks() {
		want.WriteString(string(block))
	}
	p.Do(webtest.Script(fmt.Sprintf(`window.want = document.createElement('div'); want.innerHTML = %s`, encode(want.String()))))
	if !webtest.Get[bool](p, `[...document.querySelectorAll('#turn-6 [data-part=text] > .block')].map((el) => el.textContent).join('') === want.textContent`) {
		b.Error("the page does not show what was written")
	}
}

// benchWindow shows an app in a browser.
func benchWindow(b *testing.B, browser *webtest.Browser) (*bench, *webtest.Page) {
	app := newBench(b, scripted.Options{})
	server := webtest.NewServer(b, app.Handler())
	app.onEach = func(e event) { server.Emit(e.name, e.data) }
	app.Startup()
	p := browser.Open(b, server)
	p.Do(webtest.Script(measureJS))
	return app, p
}

// BenchmarkSearch looks for a word in chats with so many turns together.
func BenchmarkSearch(b *testing.B) {
	first := 0.0
	for _, n := range []int{100, 10_000, 100_000} {
		app := newBench(b, scripted.Options{})
		for range n / 100 {
			app.longChat(100)
		}
		b.Run(fmt.Sprintf("%d turns", n), func(b *testing.B) {
			began, times := time.Now(), 0
			for b.Loop() {
				if found, err := app.store.Search(b.Context(), "paragr"); err != nil || len(found) == 0 {
					b.Fatal(len(found), err)
				}
				times++
			}
			each := ms(time.Since(began)) / float64(times)
			if first == 0 {
				first = each
			}
			b.ReportMetric(each, "ms")
			b.ReportMetric(each/first, "x-of-100")
		})
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
