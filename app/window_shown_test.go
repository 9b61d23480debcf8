package app

import (
	"fmt"
	"html/template"
	"strings"
	"testing"
	"unicode/utf8"

	"notso/app/markdown"
	"notso/app/webtest"
)

// requireShown fails when the reply of turn 6 does not show the blocks' text to
// the letter. Formulas are compared by their TeX, which may be drawn already.
func requireShown(t testing.TB, p *webtest.Page, blocks []template.HTML) {
	t.Helper()
	var want strings.Builder
	for _, block := range blocks {
		want.WriteString(string(block))
	}
	p.Do(webtest.Script(fmt.Sprintf(`window.want = document.createElement('div'); want.innerHTML = %s`, encode(want.String()))))
	differs := webtest.Get[string](p, `(() => {
		const text = (box) => {
			const copy = box.cloneNode(true);
			for (const math of copy.querySelectorAll('.math[data-tex]')) math.textContent = math.dataset.tex;
			for (const said of copy.querySelectorAll('.said, .drawing')) said.remove();
			return copy.textContent;
		};
		const shown = [...document.querySelectorAll('#turn-6 [data-part=text] > .blocks > .block')].map(text).join('');
		const wanted = text(want);
		if (shown === wanted) return '';
		let at = 0;
		while (shown[at] === wanted[at]) at += 1;
		return 'after ' + at + ' characters it shows ' + JSON.stringify(shown.slice(at, at + 80)) + ', want ' + JSON.stringify(wanted.slice(at, at + 80));
	})()`)
	if differs != "" {
		t.Errorf("the page does not show what was written: %s", differs)
	}
}

// TestAReplyLosesNoToken streams texts that hold all that Markdown can be in the
// middle of, in pieces that cut it at every rune, and looks at the page after
// each quarter and at the end.
func TestAReplyLosesNoToken(t *testing.T) {
	browser := webtest.NewBrowser(t)
	for _, text := range []struct{ name, text string }{
		{"a fence", "Look:\n\n~~~~go\nif a < b && c > \"d\" {\n``` no end\n~~~\n\treturn '&amp;'\n}\n~~~~\n\nAnd:\n\n```\nopen to the end &lt;"},
		{"a long fence", "```text\n" + strings.Repeat("a line of code <&> \"'\n", 400) + "```\n\nAfter."},
		{"formulas", "So $a_1 < b$ and \\(c\\) and \\[\\sum_{i}^{n} i\\] and\n\n$$\n\\frac{1}{2} & x\n$$\n\nfor $5 or $6, and \\(unfinished"},
		{"a table", "| a | b |\n|:--|--:|\n| `x|y` | **b** |\n| c \\| d | [e](https://example.org/?a=1&b=2) |\n| half"},
		{"lists", "- one\n- [x] two\n  1. nested\n\n     more\n  2. again\n- three[^1]\n\nTerm\n: what it means\n\n[^1]: The note &copy; here."},
		{"entities", "&amp; &lt;b&gt; &copy; &#x1F642; &#128512; &nope; &am &; a&b <br> <b>bold</b> <script>x</script>"},
		{"emoji", "👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 👍🏽 thumb, 🇫🇷 France, e\u0301 composed, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢, 漢字"},
		{"right to left", "مرحبا **بالعالم**، كيف `code` حالك؟\n\n1. שלום $x^2$ עולם\n2. مرحبا\n\n> اقتباس \u200fwith English\u200e inside"},
		{"a diagram", "```mermaid\ngraph TD\n  A[\"<a & b>\"] --> B\n```\n\nDone."},
		{"one long paragraph", strings.Repeat("Words and *more* words, & \"so\" on 🙂. ", 200)},
	} {
		t.Run(text.name, func(t *testing.T) {
			c := &canned{page: cannedPage(cannedStreaming()), nextTurn: 100}
			p := browser.Open(t, webtest.NewServer(t, c.handler()))
			defer p.Close()
			s := markdown.New().Stream(1)
			seq, size := 3, max(1, utf8.RuneCountInString(text.text)/200) // in runes: every place of a short text is cut
			var delta strings.Builder
			for n, r := range []rune(text.text) {
				delta.WriteRune(r)
				if n%size != 0 && n < utf8.RuneCountInString(text.text)-1 {
					continue
				}
				seq++
				p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq, Parts: []replyPart{changed("text", "", s.Write(delta.String()))}})
				delta.Reset()
				if seq%50 == 0 {
					p.Until(fmt.Sprintf(`document.querySelector('#turn-6[data-seq="%d"]')`, seq))
					requireShown(t, p, s.Blocks())
				}
			}
			seq++
			p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq, Parts: []replyPart{changed("text", "", s.Close())}})
			p.Until(fmt.Sprintf(`document.querySelector('#turn-6[data-seq="%d"]')`, seq))
			requireShown(t, p, markdown.New().Render(1, text.text))
		})
	}
}
