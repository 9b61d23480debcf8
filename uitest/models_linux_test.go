package uitest

import (
	"strings"
)

// openModels opens the page of models by the name of the model.
func (w *window) openModels() {
	w.t.Helper()
	w.press(".heading .model")
	w.find("#layer[data-open] #models")
}

// about opens what the file of a model on the shelf says of itself.
func (w *window) about(name string) {
	w.t.Helper()
	w.do(`const row = [...document.querySelectorAll('#shelf .row')].find((row) => row.querySelector('.name').textContent.startsWith(arguments[0]));
		row.querySelector('summary').click(); row.querySelector('[aria-haspopup=dialog]').click()`, name)
	w.find("dialog.anatomy[open]")
}

// do runs a script in the page.
func (w *window) do(script string, args ...any) {
	w.t.Helper()
	if err := w.js(script, nil, args...); err != nil {
		w.t.Fatal(err)
	}
}

// says waits until what css selects says text.
func (w *window) says(what, css, text string) {
	w.t.Helper()
	got := ""
	if !poll(patience, func() bool { got = w.text(css); return strings.Contains(got, text) }) {
		w.t.Fatalf("%s: %s says %q, want %q in it", what, css, got, text)
	}
}
