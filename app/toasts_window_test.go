package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"notso/app/webtest"
	"notso/engine/scripted"
)

// A model that was loaded before the page was, say, has told where it lies.
func TestWhatIsToldBeforeThePageListensIsShownThen(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.listening(false)
	server := webtest.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.Handler().ServeHTTP(w, r)
		if r.URL.Path == "/" {
			b.toast(toastView{Text: "while it loads", Kind: "error"})
		}
	}))
	b.onEach = func(e event) { server.Emit(e.name, e.data) }
	for i := range toastsKept + 1 {
		b.toast(toastView{Text: fmt.Sprintf("before %d", i), Kind: "error"})
	}
	p := webtest.NewBrowser(t).Open(t, server)
	shown := func(texts ...string) {
		t.Helper()
		p.Until(fmt.Sprintf(`[...document.querySelectorAll('.toast .text')].map((e) => e.textContent).join('|') === %q`, strings.Join(texts, "|")))
	}
	var last []string
	for i := range toastsKept - 1 {
		last = append(last, fmt.Sprintf("before %d", i+2))
	}
	last = append(last, "while it loads")
	shown(last...)
	b.toast(toastView{Text: "afterwards", Kind: "error"})
	shown(append(last, "afterwards")...)

	p.Load()
	shown("while it loads")
}
