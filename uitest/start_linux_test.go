package uitest

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkWindow measures from the start of the process to a page that is
// loaded and whose composer takes text.
func BenchmarkWindow(b *testing.B) {
	var total time.Duration
	for b.Loop() {
		w := start(b, b.TempDir())
		var usable float64 // ms since 1970
		if err := w.js("return performance.timeOrigin + performance.getEntriesByType('navigation')[0].loadEventEnd", &usable); err != nil {
			b.Fatal(err)
		}
		total += time.UnixMicro(int64(usable * 1000)).Sub(started(b, w.pid()))
		w.quit()
	}
	b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "ms/usable")
}

// started is when the process began, to a hundredth of a second.
func started(b *testing.B, pid int) time.Time {
	b.Helper()
	const perSecond = 100 // ticks of /proc, on every Linux
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := bytes.Cut(stat, []byte(") "))
	ticks, err := strconv.ParseInt(strings.Fields(string(rest))[19], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	var seconds float64
	if _, err := fmt.Sscan(string(uptime), &seconds); err != nil {
		b.Fatal(err)
	}
	age := time.Duration(seconds*float64(time.Second)) - time.Duration(ticks)*time.Second/perSecond
	return now.Add(-age)
}

func TestMenuBarComesWhenItIsAskedFor(t *testing.T) {
	w := start(t, t.TempDir())
	height := func() (px int) {
		t.Helper()
		if err := w.js("return innerHeight", &px); err != nil {
			t.Fatal(err)
		}
		return px
	}
	hidden := height()
	window := bench.screen.window(t, "NotSo SmolLM3")
	press := func(until func() bool, keys ...string) { // again where the window was not listening yet
		t.Helper()
		for range 3 {
			for _, key := range keys {
				if out, err := bench.screen.xdotool("key", "--window", window, key); err != nil {
					t.Fatalf("xdotool key %s: %v %s", key, err, out)
				}
			}
			if poll(20*time.Second, until) {
				return
			}
		}
		t.Fatalf("%v were pressed in vain: the page is %d px high, and was %d", keys, height(), hidden)
	}
	if out, err := bench.screen.xdotool("windowfocus", "--sync", window); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	press(func() bool { return height() < hidden }, "F10")
	w.picture()
	press(func() bool { return height() == hidden }, "Escape", "Escape")
}

func TestZoomIsRemembered(t *testing.T) {
	home := t.TempDir()
	w := start(t, home)
	width := func() (px int) {
		t.Helper()
		if err := w.js("return innerWidth", &px); err != nil {
			t.Fatal(err)
		}
		return px
	}
	usual := width()
	if err := w.js("window.go.app.Window.Zoom(1)", nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the contents are larger", func() bool { return width() < usual })
	larger := width()
	w.quit()

	w = start(t, home)
	eventually(t, "they are as large after a restart", func() bool { return width() == larger })
	if err := w.js("window.go.app.Window.Zoom(0)", nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "they have the usual size again", func() bool { return width() == usual })
}
