package app

import (
	"fmt"
	"strings"
	"testing"

	"notso/app/webtest"
)

// TestALongListLooksLikeAShortOne looks at a list that is drawn in groups while
// it is written.
func TestALongListLooksLikeAShortOne(t *testing.T) {
	browser := webtest.NewBrowser(t)
	for name, item := range map[string]string{
		"bullets":    "- an item of **some** length\n",
		"numbers":    "%d. an item of **some** length\n",
		"paragraphs": "%d. an item of **some** length\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWriting(t, browser)
			p := w.page
			p.Do(webtest.Script(`window.list = () => document.querySelector('#turn-6 [data-part="text"] :is(ul, ol)');
				window.marked = () => { list().firstElementChild.marked = true; return true; }; null`))
			for i := range 100 {
				if strings.Contains(item, "%d") {
					w.emit(fmt.Sprintf(item, i+1))
				} else {
					w.emit(item)
				}
				if i == 20 {
					w.untilDrawn()
					webtest.Get[bool](p, `marked()`)
				}
			}
			w.untilDrawn()
			if got := webtest.Get[bool](p, `list().firstElementChild.marked === true`); !got {
				t.Error("an item that stood was drawn anew")
			}
			if got := webtest.Get[[]int](p, `[list().querySelectorAll('li').length, list().querySelectorAll('.items').length]`); got[0] != 100 || got[1] != 3 {
				t.Errorf("there are %d items, and %d groups of them after the first; want 100, and 3", got[0], got[1])
			}
			// Between all items lies the same.
			if got := webtest.Get[[]float64](p, `(() => {
				const at = [...list().querySelectorAll('li')].map((item) => item.getBoundingClientRect());
				return [...new Set(at.slice(1).map((box, i) => Math.round(10 * (box.top - at[i].bottom))))];
			})()`); len(got) != 1 {
				t.Errorf("between items there are %v tenths of a pixel, want the same everywhere", got)
			}
			if got := webtest.Get[string](p, `getComputedStyle([...list().querySelectorAll('li')].at(-1), '::after').content`); got == "none" {
				t.Error("the last item does not show that it is written")
			}
			if tree := p.Tree("#turn-6 [data-part=text]"); strings.Count(tree, "list\n") > 1 || strings.Count(tree, "listitem") != 100 {
				t.Errorf("a screen reader finds\n%.2000s", tree)
			}
		})
	}
}
