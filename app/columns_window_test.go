package app

import (
	"math"
	"slices"
	"strings"
	"testing"

	"notso/app/webtest"
)

const columnsJS = `
	window.table = () => document.querySelector('#turn-6 table');
	window.columns = () => [...table().rows[0].cells].map((cell) => cell.getBoundingClientRect().width);
	// What does not stand in its column, or goes out of it.
	window.astray = () => [...table().rows].flatMap((row) => [...row.cells].filter((cell, i) => {
		const [at, head] = [cell, table().rows[0].cells[i]].map((el) => el.getBoundingClientRect());
		return Math.abs(at.left - head.left) > .5 || Math.abs(at.width - head.width) > .5 || cell.scrollWidth > cell.clientWidth + 1 || cell.scrollHeight > cell.clientHeight + 1;
	})).map((cell) => cell.textContent);
	// What differs from the same table, drawn now.
	window.differs = () => {
		const copy = table().parentElement.cloneNode(true);
		for (const el of [copy.firstElementChild, ...copy.querySelectorAll('tbody')]) for (const { name } of [...el.attributes]) el.removeAttribute(name);
		table().parentElement.after(copy);
		const sizes = (t) => [...t.querySelectorAll('th, tr')].map((el) => Math.round(el.getBoundingClientRect()[el.matches('th') ? 'width' : 'height']));
		const [is, drawn] = [sizes(table()), sizes(copy)];
		copy.remove();
		return is.filter((size, i) => size !== drawn[i]).length;
	};
	addEventListener('reply:written', ({ detail }) => { if (detail.final) window.left = [differs(), getComputedStyle(table()).display, table().style.length]; });
	null`

// TestALongTableHoldsItsColumns looks at a table while it is written.
func TestALongTableHoldsItsColumns(t *testing.T) {
	w := newWriting(t, webtest.NewBrowser(t))
	p := w.page
	p.Do(webtest.Script(columnsJS))
	rows := func(n int, row string) {
		w.emit(strings.Repeat(row, n))
		w.untilDrawn()
	}
	held := func() bool { return webtest.Get[bool](p, `table().matches('[data-held]')`) }
	columns := func() []float64 { return webtest.Get[[]float64](p, `columns()`) }
	stands := func(when string, cells int) {
		t.Helper()
		if astray := webtest.Get[[]string](p, `astray()`); len(astray) > 0 {
			t.Errorf("%s, %d cells do not stand in their columns: %.80q", when, len(astray), astray)
		}
		if got := webtest.Get[int](p, `table().textContent.split('wide').length - 1`); got != cells {
			t.Errorf("%s, %d words are there, want %d", when, got, cells)
		}
	}

	rows(1, "| name | what it **is** | of |\n|---|---|--:|\n")
	rows(50, "| an item | of some length | 1 |\n")
	if held() {
		t.Error("a short table holds its columns")
	}
	was := columns()
	rows(50, "| an item | of some length | 1 |\n")
	p.Until(`table().rows.length > 95`)
	if !held() || !slices.EqualFunc(was, columns(), func(a, b float64) bool { return math.Abs(a-b) < .1 }) {
		t.Fatalf("the columns of a long table are %v, were %v; held: %v", columns(), was, held())
	}
	was = columns()
	for range 10 {
		rows(4, "| much more than "+strings.Repeat("wide", 30)+" | `"+strings.Repeat("wide", 30)+"` and [a link](https://example.org/"+strings.Repeat("a", 40)+") | 1 |\n")
	}
	p.Until(`table().rows.length > 135`)
	if !slices.Equal(was, columns()) {
		t.Errorf("the columns moved from %v to %v", was, columns())
	}
	stands("held", 60*webtest.Get[int](p, `table().rows.length - 101`))

	// To a screen reader it is the table that it is without.
	tree := p.Tree("#turn-6 .table")
	p.Do(webtest.Script(`window.was = table().cloneNode(true); window.style = table().getAttribute('style'); table().removeAttribute('data-held'); null`))
	if plain := p.Tree("#turn-6 .table"); tree != plain || !strings.Contains(tree, "an item") {
		t.Errorf("held columns change what a screen reader finds: %d bytes, %d without; begins\n%.300s\nand\n%.300s", len(tree), len(plain), tree, plain)
	}
	p.Do(webtest.Script(`table().setAttribute('data-held', ''); null`))

	// Another width is another table.
	p.Resize(420, 800)
	p.Until(`!table().matches('[data-held]')`)
	rows(40, "| an item | of some length | 1 |\n")
	p.Until(`table().matches('[data-held]') && table().rows.length > 170`)
	if slices.Equal(was, columns()) {
		t.Error("the columns are as wide as in the wide window")
	}
	stands("in a narrow window", 60*40)
	p.Resize(1280, 860)
	p.Until(`!table().matches('[data-held]')`)
	rows(40, "| an item | of some length | 1 |\n")
	p.Until(`table().matches('[data-held]')`)

	seq := w.seq + 1
	w.page.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq, Final: true})
	p.Until(`window.left !== undefined`)
	if left := webtest.Get[string](p, `String(left)`); left != "0,table,0" {
		t.Errorf("a table that is done: %s (rows that differ, display, its own styles), want 0,table,0", left)
	}
}

// TestATableLetsGoOfItsColumns when something comes that would not go into them.
func TestATableLetsGoOfItsColumns(t *testing.T) {
	w := newWriting(t, webtest.NewBrowser(t))
	w.page.Do(webtest.Script(columnsJS))
	w.emit("| a | b |\n|---|---|\n" + strings.Repeat("| 1 | 2 |\n", 100))
	w.page.Until(`table()?.matches('[data-held]')`)
	for range 4 {
		w.emit("| $" + strings.Repeat(`x_i^2 + y_i^2 + `, 8) + "1$ | 2 |\n")
	}
	w.page.Until(`!table().matches('[data-held]') && table().querySelector('.katex')`)
	if astray := webtest.Get[[]string](w.page, `astray()`); len(astray) > 0 {
		t.Errorf("%d cells do not stand in their columns: %.80q", len(astray), astray)
	}
}
