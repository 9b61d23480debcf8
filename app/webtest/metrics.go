package webtest

import (
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// Metrics are Chromium's counters of the page's main thread, such as
// LayoutDuration, in seconds since it was opened.
func (p *Page) Metrics() map[string]float64 {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, performance.Enable, performance.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}
	got, err := chromedp.Call(p.ctx, performance.GetMetrics, chromedp.Void{})
	if err != nil {
		p.t.Fatal(err)
	}
	all := map[string]float64{}
	for _, m := range got.Metrics {
		all[m.Name] = m.Value
	}
	return all
}

// CollectGarbage lets go of what the page no longer uses, so that Metrics tell
// what it does use.
func (p *Page) CollectGarbage() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, heapprofiler.CollectGarbage, chromedp.Void{}); err != nil {
		p.t.Fatal(err)
	}
}
