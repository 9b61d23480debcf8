package app

import (
	"testing"

	"notso/app/webtest"
)

func TestPaperIsLightAndCutsNothingOff(t *testing.T) {
	view := cannedPage(cannedTalk())
	view.Look.Theme = "dark"
	_, p := openCanned(t, webtest.NewBrowser(t), view)
	p.Resize(500, 800)
	p.Print()
	p.Until(`getComputedStyle(document.documentElement).backgroundColor === 'rgb(255, 255, 255)'`)
	if words := webtest.Get[string](p, `getComputedStyle(document.querySelector('#turn-4 [data-part=text]')).color`); words != "rgb(29, 36, 51)" {
		t.Errorf("the words on it are %s", words)
	}
	for _, wide := range []string{"pre", ".table"} {
		if webtest.Get[bool](p, `[...document.querySelectorAll('#turn-4 `+wide+`')].some((e) => e.scrollWidth > e.clientWidth)`) {
			t.Errorf("a %s is cut off at its side", wide)
		}
	}
}
