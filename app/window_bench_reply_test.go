package app

import (
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/markdown"
	"notso/app/webtest"
	"notso/engine/scripted"
)

// A reply of 20,000 tokens of four bytes each.
const (
	replyBytes = 80_000
	eventBytes = 80 // of 20 tokens, as 600 tokens a second would make
)

// A fast model on a good machine: an event of 4 tokens each time that a running
// reply is shown (batchEvery), 120 tokens a second.
const (
	fastBytes = 16
	fastEnd   = 4_000 // bytes at the end of a reply that are written so, after the rest came quickly
)

// kindsOfText are what models write at length, each in replyBytes.
func kindsOfText() []struct{ name, text string } {
	of := func(head, part string) string { return head + strings.Repeat(part, replyBytes/len(part)) }
	return []struct{ name, text string }{
		{"mixed text", of("", "## A heading\n\nSome **bold** words and `code`.\n\n1. first\n2. second\n\n```go\nfunc add(a, b int) int {\n\treturn a + b\n}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nA paragraph that goes on.\n\n")},
		{"one code block", of("```go\n", "x := f(1) // two\n")},
		{"one list", of("", "- an item of **some** length\n")},
		{"one table", of("| a | b |\n|---|---|\n", "| an item | of **some** length |\n")},
		{"one paragraph", of("", "A sentence of *some* length. ")},
		{"formulas", of("```mermaid\ngraph TD\n  A --> B\n```\n\n", "Of $x_i^2$ we know more than of the words around it, since\n\n$$\n\\frac{a}{b} + \\sqrt{c}\n$$\n\nholds for every one of them, and that is all there is to say about it.\n\n")},
	}
}

// benchReply is the work of the main thread a frame while a reply is written: one
// event a frame, in its first fifth and in its last, and at its end with the
// events of a fast model.
func benchReply(b *testing.B, browser *webtest.Browser, t *table) {
	for _, kind := range kindsOfText() {
		b.Run(kind.name, func(b *testing.B) {
			var work []float64
			for b.Loop() {
				work = streamed(b, browser, kind.text)
			}
			fifth := len(work) / 5
			name := "reply of 20,000 tokens, " + kind.name + ", ms a frame"
			t.add(b, name, "≤ 16", "first fifth", median(work[:fifth]))
			t.add(b, name, "≤ 16", "95 of 100", at(.95, work))
			t.add(b, name, "≤ 16", "last fifth", median(work[len(work)-fifth:]))
		})
		b.Run(kind.name+" of a fast model", func(b *testing.B) {
			var work []float64
			var longest float64
			for b.Loop() {
				work, longest = streamedFast(b, browser, kind.text)
			}
			name := "the end of it at 120 tokens/s, " + kind.name + ", ms a frame"
			t.add(b, name, "≤ 16", "95 of 100", at(.95, work))
			t.add(b, name, "≤ 16", "99 of 100", at(.99, work))
			t.add(b, name, "≤ 16", "longest", longest)
		})
	}
}

// streamed shows text as a reply, checks that it is all there and returns the ms
// of each frame.
func streamed(b *testing.B, browser *webtest.Browser, text string) []float64 {
	w := newWriting(b, browser)
	defer w.page.Close()
	w.page.Do(webtest.Script(`frames('reply:written')`))
	before := w.page.Metrics()
	for bit := range bits(text, eventBytes) {
		w.emit(bit)
		w.untilDrawn()
	}
	work := framesOf(b, w.page)
	after := w.page.Metrics()
	for _, part := range []string{"ScriptDuration", "RecalcStyleDuration", "LayoutDuration"} {
		b.ReportMetric(1000*(after[part]-before[part])/float64(w.seq-3), "ms-"+strings.TrimSuffix(part, "Duration")+"/event")
	}
	b.ReportMetric(float64(w.biggest), "bytes/event-most")
	requireShown(b, w.page, w.stream.Blocks())
	return work
}

// streamedFast shows text as a reply, the end of it as a fast model writes. It
// returns the ms of each frame in which some of that end came, and of the longest
// of all frames meanwhile.
func streamedFast(b *testing.B, browser *webtest.Browser, text string) (work []float64, longest float64) {
	w := newWriting(b, browser)
	defer w.page.Close()
	for bit := range bits(text[:len(text)-fastEnd], 50*eventBytes) {
		w.emit(bit)
		w.untilDrawn()
	}
	w.page.Until(`!document.querySelector('#turn-6 .math:not(:has(.katex)), #turn-6 figure[data-diagram]:not(:has(.drawing))')`)
	w.page.Until(farStandsStill) // a group a frame; the quick start is none of a fast model's
	w.page.Do(webtest.Script(`frames('reply:written')`))
	clock := time.NewTicker(batchEvery)
	defer clock.Stop()
	for bit := range bits(text[len(text)-fastEnd:], fastBytes) {
		<-clock.C
		w.emit(bit)
	}
	w.untilDrawn()
	work = framesOf(b, w.page)
	requireShown(b, w.page, w.stream.Blocks())
	return work, webtest.Get[float64](w.page, `longest`)
}

// writing is a page on which a reply is written.
type writing struct {
	page    *webtest.Page
	stream  *markdown.Stream
	seq     int
	biggest int // bytes of an event
}

func newWriting(tb testing.TB, browser *webtest.Browser) *writing {
	c := &canned{page: cannedPage(cannedStreaming()), nextTurn: 100}
	p := browser.Open(tb, webtest.NewServer(tb, c.handler()))
	p.Do(webtest.Script(measureJS))
	return &writing{page: p, stream: newBench(tb, scripted.Options{}).words.Stream(1), seq: 3}
}

func (w *writing) emit(bit string) {
	w.seq++
	event := replyEvent{Chat: 1, Turn: 6, Seq: w.seq, Parts: []replyPart{changed("text", "", w.stream.Write(bit))}}
	w.biggest = max(w.biggest, len(encode(event)))
	w.page.Server.Emit("reply", event)
}

// untilDrawn waits until the last event is on the screen.
func (w *writing) untilDrawn() {
	webtest.Get[float64](w.page, fmt.Sprintf(`new Promise((done) => {
		const look = () => (Number(document.querySelector('#turn-6').dataset.seq) === %d ? drawn().then(done) : setTimeout(look));
		look();
	})`, w.seq))
}

// bits cuts text into pieces of size bytes.
func bits(text string, size int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; i < len(text) && yield(text[i:min(i+size, len(text))]); i += size {
		}
	}
}

// benchHour writes as much as a model of 20 tokens a second does in an hour and
// more, reply after reply in one chat, and looks at what stays in memory.
func benchHour(b *testing.B, browser *webtest.Browser, t *table) {
	const replies = 8
	text := ""
	for _, kind := range kindsOfText() {
		text += kind.text[:replyBytes/6] + "\n```\n\n"
	}
	pieces := slices.Collect(bits(text, 4))
	app, p := benchWindow(b, browser, scripted.Options{Script: scripted.Script{Answer: pieces}, ContextLength: 1 << 24})
	for i := range replies {
		id := int64(2*i + 2)
		p.Type("#message", "Write\r")
		p.Until(fmt.Sprintf(`document.querySelector('#turn-%d')`, id))
		app.until("the reply is whole", func() bool {
			turn, err := app.store.Turn(b.Context(), id)
			return err == nil && turn.State == chat.Done
		})
		p.Until(fmt.Sprintf(`document.querySelector('#turn-%d[data-state=done]')`, id))
		step := fmt.Sprintf("reply %d", i+1)
		if i != 2 && i != replies/2 && i != replies-1 { // the first ones fill what the page may hold
			continue
		}
		p.CollectGarbage()
		runtime.GC()
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		m := p.Metrics()
		t.add(b, "an hour of replies, MB of script", "flat", step, m["JSHeapUsedSize"]/(1<<20))
		t.add(b, "an hour of replies, nodes", "flat", step, m["Nodes"])
		t.add(b, "an hour of replies, listeners", "flat", step, m["JSEventListeners"])
		t.add(b, "an hour of replies, MB of the app", "flat", step, float64(mem.HeapAlloc)/(1<<20))
		t.add(b, "an hour of replies, goroutines", "flat", step, float64(runtime.NumGoroutine()))
	}
}
