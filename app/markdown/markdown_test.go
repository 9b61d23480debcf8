package markdown

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"testing"
)

const linkEnd = ` rel="noreferrer noopener">`

func TestTextBecomesBlocks(t *testing.T) {
	gif := "data:image/gif;base64,R0lGODlhAQABAAAAACw="
	tests := []struct {
		name, text string
		want       []template.HTML
	}{
		{"nothing", "", nil},
		{"white space", " \n\n", nil},
		{"one element a block", "# Title\ntext\n\n---\n> quote", []template.HTML{
			"<h1>Title</h1>", "<p>text</p>", "<hr>", "<blockquote>\n<p>quote</p>\n</blockquote>"}},
		{"line breaks are kept", "one\ntwo", []template.HTML{"<p>one<br>\ntwo</p>"}},
		{"emphasis", "*a* **b** ~~c~~ `d<e`", []template.HTML{
			`<p><em>a</em> <strong>b</strong> <del>c</del> <code dir="ltr">d&lt;e</code></p>`}},
		{"tight list", "3. a\n4. b", []template.HTML{"<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>"}},
		{"tasks", "- [x] a\n- [ ] b", []template.HTML{
			"<ul>\n<li><span class=\"task\">☑</span> a</li>\n<li><span class=\"task\">☐</span> b</li>\n</ul>"}},
		{"table scrolls", "|a|b|\n|:-:|--:|\n|1|2<br>3|", []template.HTML{
			`<div class="table" role="group" aria-label="Table" tabindex="0"><table>` + "\n<thead>\n<tr>\n<th align=\"center\">a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"center\">1</td>\n<td align=\"right\">2<br>3</td>\n</tr>\n</tbody>\n</table></div>"}},
		{"definitions", "a\nb\n: c\n\nd", []template.HTML{"<dl>\n<dt>a</dt>\n<dt>b</dt>\n<dd>c</dd>\n</dl>", "<p>d</p>"}},
		{"links", "[a](https://x.example/?a=b&c) www.x.example <a@x.example>", []template.HTML{
			`<p><a href="https://x.example/?a=b&amp;c"` + linkEnd + `a</a> <a href="http://www.x.example"` + linkEnd + `www.x.example</a> <a href="mailto:a@x.example"` + linkEnd + `a@x.example</a></p>`}},
		{"link to nowhere is its words", "[a *b*](javascript:x) [c](/chats) <ftp://x.example>", []template.HTML{
			"<p>a <em>b</em> c ftp://x.example</p>"}},
		{"image is a link", "![a *b*](https://x.example/i.png) ![](https://x.example)", []template.HTML{
			`<p><a href="https://x.example/i.png"` + linkEnd + `a b</a> <a href="https://x.example"` + linkEnd + `https://x.example</a></p>`}},
		{"image in a link is its description", "[![a](https://x.example/i.png)](https://y.example)", []template.HTML{
			`<p><a href="https://y.example"` + linkEnd + `a</a></p>`}},
		{"image of another kind is its description", "![a](data:image/svg+xml;base64,PHN2Zz4=) ![b](i.png)", []template.HTML{"<p>a b</p>"}},
		{"small image inside the text", "![a \"b\"](" + gif + ")", []template.HTML{
			template.HTML(`<p><img src="` + gif + `" alt="a &#34;b&#34;"></p>`)}},
		{"large image is its description", "![a](data:image/png;base64," + strings.Repeat("AAAA", maxImageBytes/3+1) + ")", []template.HTML{"<p>a</p>"}},
		{"HTML is text", "a <b>c</b>\n\n<div>\n*d*\n</div>", []template.HTML{
			"<p>a &lt;b&gt;c&lt;/b&gt;</p>", "<p>&lt;div&gt;<br>\n*d*<br>\n&lt;/div&gt;</p>"}},
		{"HTML comment is text", "<!-- a\n\nb -->", []template.HTML{"<p>&lt;!-- a<br>\n<br>\nb --&gt;</p>"}},
		{"code", "```Go title\nx := \"<\"\n```", []template.HTML{
			`<figure class="code" dir="ltr" data-behaviour="code"><figcaption><span>go</span><button type="button" class="wrap" aria-pressed="false">Wrap</button><button type="button" class="lines" aria-pressed="false">Lines</button><button type="button" class="copy">Copy</button></figcaption><pre tabindex="0"><code class="language-go"><i></i>x := <span class="hl-string">&#34;&lt;&#34;</span>` + "\n</code></pre></figure>"}},
		{"code without a language", "    a\n\n    b", []template.HTML{template.HTML(New().labels().figure("", "a\n\nb\n", false))}},
		{"code without an end", "```\na", []template.HTML{template.HTML(New().labels().figure("", "a\n", false))}},
		{"code in a list", "- a\n  ```\n  b\n  ```", []template.HTML{template.HTML("<ul>\n<li>a\n" + New().labels().figure("", "b\n", false) + "\n</li>\n</ul>")}},
		{"control characters", "a\x00b\x1b[31m \xff", []template.HTML{"<p>a\ufffdb\ufffd[31m \ufffd</p>"}},
		{"definition that comes late", "[a]\n\n[a]: https://x.example", []template.HTML{`<p><a href="https://x.example"` + linkEnd + `a</a></p>`}},
	}
	r := New()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := r.Render(1, tt.text); !slices.Equal(got, tt.want) {
				t.Errorf("got\n%q\nwant\n%q", got, tt.want)
			}
		})
	}
}

func TestFootnotesOfTwoTurnsDoNotMeet(t *testing.T) {
	r := New()
	for _, turn := range []int64{1, 12} {
		got := fmt.Sprint(r.Render(turn, "a[^n] b[^n]\n\n[^n]: note"))
		for _, want := range []string{`<sup id="t%d-fnref:1"><a href="#t%d-fn:1"`, `<li id="t%d-fn:1">`, `<a href="#t%d-fnref1:1"`} {
			want = strings.ReplaceAll(want, "%d", fmt.Sprint(turn))
			if !strings.Contains(got, want) {
				t.Errorf("turn %d: no %s in\n%s", turn, want, got)
			}
		}
	}
}

func TestWhatAUserTypedIsShownAsItIs(t *testing.T) {
	got := New().Plain("  *a* <b>\n\n\tc")
	if want := []template.HTML{"<p class=\"plain\">  *a* &lt;b&gt;\n\n\tc</p>"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := New().Plain(""); got != nil {
		t.Errorf("an empty text gives %q", got)
	}
}

func TestDeepNestingEndsAsText(t *testing.T) {
	r := New()
	for _, marker := range []string{"> ", "- ", "1. ", "> - "} {
		got := string(r.Render(1, strings.Repeat(marker, 5000)+"end")[0])
		if n := strings.Count(got, "<blockquote>") + strings.Count(got, "<li>"); n < 10 || n > maxNesting+1 {
			t.Errorf("%q is nested %d deep, want %d at most", marker, n, maxNesting)
		}
		if !strings.Contains(got, "end") {
			t.Errorf("%q: the text is lost", marker)
		}
	}
}

func TestRowsOfALongTableStandInGroups(t *testing.T) {
	rows := func(n int) string { return strings.Repeat("| 1 |\n", n) }
	tests := []struct {
		name, text string
		want       []int // rows of each group, heads among them
	}{
		{"short", "| a |\n|---|\n" + rows(rowsTogether), []int{1, 32}},
		{"one more", "| a |\n|---|\n" + rows(rowsTogether+1), []int{1, 32, 1}},
		{"long", "| a |\n|---|\n" + rows(3*rowsTogether), []int{1, 32, 32, 32}},
		{"two in a list", "- | a |\n  |---|\n" + strings.ReplaceAll(rows(40), "| 1", "  | 1") + "\n  | b |\n  |---|\n" + strings.ReplaceAll(rows(rowsTogether), "| 1", "  | 1"), []int{1, 32, 8, 1, 32}},
	}
	r := New()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			html := string(r.Render(1, tt.text)[0])
			var got []int
			for _, group := range strings.FieldsFunc(strings.NewReplacer("<tbody>", "\x00", "<thead>", "\x00").Replace(html), func(c rune) bool { return c == 0 })[1:] {
				got = append(got, strings.Count(group, "<tr>"))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("groups of %v rows, want %v, in\n%s", got, tt.want, html)
			}
			if opened, closed := strings.Count(html, "<tbody>"), strings.Count(html, "</tbody>"); opened != closed {
				t.Errorf("%d groups are opened, %d closed", opened, closed)
			}
		})
	}
}
