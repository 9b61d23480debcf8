package app

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"testing"
	"text/tabwriter"

	"notso/app/webtest"
	"notso/engine/scripted"
)

// BenchmarkWindow measures the window and prints it as one table, with what
// grows with a chat at 100, 10,000 and 100,000 turns. Part of it:
// -bench Window/reply.
func BenchmarkWindow(b *testing.B) {
	browser := webtest.NewBrowser(b)
	t := &table{}
	b.Run("open", func(b *testing.B) { benchOpen(b, browser, t) })
	b.Run("search", func(b *testing.B) { benchSearch(b, t) })
	b.Run("scroll", func(b *testing.B) { benchScroll(b, browser, t) })
	b.Run("chats", func(b *testing.B) { benchChats(b, browser, t) })
	b.Run("reply", func(b *testing.B) { benchReply(b, browser, t) })
	b.Run("hour", func(b *testing.B) { benchHour(b, browser, t) })
	t.print()
}

// table collects what the benchmarks found, a row for each figure.
type table struct{ rows []row }

type row struct {
	figure string    // with its unit
	target string    // what it is held to
	steps  []string  // what the figures were taken at, in growing order
	got    []float64 // one for each step, the last of repeated runs
}

// add notes a figure, in the row of its name.
func (t *table) add(b *testing.B, figure, target, step string, got float64) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(got, "figure")
	at := slices.IndexFunc(t.rows, func(r row) bool { return r.figure == figure })
	if at < 0 {
		t.rows, at = append(t.rows, row{figure: figure, target: target}), len(t.rows)
	}
	r := &t.rows[at]
	if i := slices.Index(r.steps, step); i >= 0 {
		r.got[i] = got
		return
	}
	r.steps, r.got = append(r.steps, step), append(r.got, got)
}

func (t *table) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nfigure\tfirst\t\tlast\tgrowth\ttarget")
	for _, r := range t.rows {
		at, between := r.got, ""
		for i := range at[1:max(1, len(at)-1)] {
			between += fmt.Sprintf("%.1f (%s) ", at[i+1], r.steps[i+1])
		}
		first, last := at[0], at[len(at)-1]
		fmt.Fprintf(w, "%s\t%.1f (%s)\t%s\t%.1f (%s)\t×%.2f\t%s\n", r.figure, first, r.steps[0], between, last, r.steps[len(at)-1], last/cmp.Or(first, 1), r.target)
	}
	w.Flush()
}

// measureJS gives the page what the benchmarks read. frames(event) counts, for
// each frame until stop() is called in which that event came, or for all, the ms
// that the main thread works on it: from the beginning of its callbacks to the
// first task after it was drawn. longest is that of all frames.
const measureJS = `
	window.drawn = () => new Promise((done) => requestAnimationFrame(() => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => done(performance.now());
		port2.postMessage(0);
	}));
	window.frames = (event) => {
		const work = [];
		window.longest = 0;
		let running = true;
		let came = false;
		const note = () => { came = true; };
		if (event) document.addEventListener(event, note);
		const frame = () => {
			if (!running) return;
			requestAnimationFrame(frame);
			const began = performance.now();
			const { port1, port2 } = new MessageChannel();
			port1.onmessage = () => {
				const took = performance.now() - began;
				window.longest = Math.max(window.longest, took);
				if (came || !event) work.push(took);
				came = false;
			};
			port2.postMessage(0);
		};
		requestAnimationFrame(frame);
		window.stop = () => { running = false; document.removeEventListener(event, note); return work; };
	};
	window.scroller = () => document.querySelector('.scroller');
	null`

// framesOf ends the count of frames. It returns the ms of each, in order.
func framesOf(b *testing.B, p *webtest.Page) []float64 {
	b.Helper()
	work := webtest.Get[[]float64](p, `stop()`)
	if len(work) == 0 {
		b.Fatal("no frame was drawn")
	}
	b.ReportMetric(float64(len(work)), "frames")
	return work
}

// at is the value that a share of the values stays below.
func at(share float64, values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func median(values []float64) float64 { return at(.5, values) }

// benchWindow shows an app in a browser.
func benchWindow(b *testing.B, browser *webtest.Browser, script scripted.Options) (*bench, *webtest.Page) {
	app := newBench(b, script)
	server := webtest.NewServer(b, app.Handler())
	app.onEach = func(e event) { server.Emit(e.name, e.data) }
	app.Startup()
	p := browser.Open(b, server)
	p.Do(webtest.Script(measureJS))
	return app, p
}
