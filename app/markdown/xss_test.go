package markdown

import (
	"html/template"
	"regexp"
	"strings"
	"sync"
	"testing"

	"notso/app/hostile"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// passable is every element that may reach the page, with its attributes and
// what their values look like. It is written down apart from the policy.
var passable = map[string]map[string]string{
	"p": {"class": "plain"}, "br": {}, "hr": {}, "blockquote": {}, "em": {}, "strong": {}, "del": {},
	"h1": {}, "h2": {}, "h3": {}, "h4": {}, "h5": {}, "h6": {},
	"ul": {}, "ol": {"start": `\d+`}, "li": {"id": noteID},
	"table": {}, "thead": {}, "tbody": {}, "tr": {},
	"th": {"align": "left|right|center"}, "td": {"align": "left|right|center"},
	"dl": {}, "dt": {}, "dd": {},
	"code": {"class": `language-[a-z0-9_.+#-]+`, "dir": "ltr"}, "pre": {"tabindex": "0"}, "i": {},
	"figure":     {"class": "code", "dir": "ltr", "data-behaviour": "code|code diagram", "data-diagram": ""},
	"figcaption": {}, "button": {"type": "button", "class": "copy|wrap|lines|draw", "aria-pressed": "false|true", "hidden": ""},
	"span": {"class": `task|hl-[a-z]+|math`, "dir": "ltr", "data-behaviour": "math", "data-tex": `[\s\S]*`, "data-display": "", "tabindex": "0"},
	"sup":  {"id": noteID},
	"div":  {"class": "table|footnotes", "role": "group|doc-endnotes", "aria-label": "Table", "tabindex": "0"},
	"a": {"href": `(https?://|mailto:)[^\s"<>\x60\\]+|#` + noteID, "rel": "noreferrer noopener|noreferrer",
		"class": "footnote-ref|footnote-backref", "role": "doc-noteref|doc-backlink"},
	"img": {"src": `data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+`, "alt": `[\s\S]*`},
}

// patterns are passable's values, to be matched whole.
var patterns = sync.OnceValue(func() map[string]map[string]*regexp.Regexp {
	all := map[string]map[string]*regexp.Regexp{}
	for element, attributes := range passable {
		all[element] = map[string]*regexp.Regexp{}
		for name, value := range attributes {
			all[element][name] = regexp.MustCompile(`^(?:` + value + `)$`)
		}
	}
	return all
})

const noteID = `t\d+-fn(ref\d*)?:\d+`

// requireSafe parses blocks as a browser does and looks at all that is there.
func requireSafe(t *testing.T, source string, blocks []template.HTML) {
	t.Helper()
	for _, block := range blocks {
		body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
		roots, err := html.ParseFragment(strings.NewReader(string(block)), body)
		if err != nil {
			t.Fatal(err)
		}
		for _, root := range roots {
			body.AppendChild(root)
		}
		for n := range body.Descendants() {
			if reason := objection(n); reason != "" {
				t.Fatalf("%.300q becomes\n%.600s\nwhich holds %s", source, block, reason)
			}
		}
	}
}

// objection says what is wrong with a node, "" for nothing.
func objection(n *html.Node) string {
	switch n.Type {
	case html.TextNode:
		return ""
	case html.ElementNode:
	default:
		return "a comment or a doctype: " + n.Data
	}
	attributes, known := patterns()[n.Data]
	if !known || n.Namespace != "" {
		return "the element " + n.Namespace + " " + n.Data
	}
	for _, a := range n.Attr {
		want, known := attributes[a.Key]
		if !known || a.Namespace != "" || !want.MatchString(a.Val) {
			return "the attribute " + a.Key + "=" + a.Val + " of " + n.Data
		}
	}
	if n.Data == "a" && len(n.Attr) < 2 {
		return "a link without address or rel"
	}
	return ""
}

func handWritten() []string {
	return []string{
		`<script>alert(1)</script>`, `<SCRIPT SRC=//x.example/x.js></SCRIPT>`, "<scr\x00ipt>alert(1)</script>",
		`<img src=x onerror=alert(1)>`, `<img src="https://x.example/pixel.gif">`, `<img srcset="https://x.example/a 1x">`,
		`<p hx-get="/chats" hx-trigger="load">x</p>`, `<div data-hx-post="/open" hx-on:click="alert(1)">`, `<b data-behaviour="code">`,
		`<a href="javascript:alert(1)">x</a>`, `[x](javascript:alert(1))`, `[x](JaVaScRiPt:alert(1))`, `[x](&#106;avascript:alert(1))`,
		`[x](java&#x0A;script:alert(1))`, `[x](java&Tab;script:alert(1))`, "[x](<java\tscript:alert(1)>)", "[x](\x01javascript:alert(1))",
		`[x](javascript&colon;alert(1))`, `[x](&NewLine;javascript:alert(1))`, `[x](\javascript:alert(1))`, `[x]( javascript:alert(1))`,
		`[x](vbscript:msgbox(1))`, `[x](data:text/html;base64,PHNjcmlwdD4=)`, `[x](file:///etc/passwd)`, `[x](smb://x.example/share)`,
		`[x](//x.example)`, `[x](/chats)`, `[x](#sidebar)`, `[x](?a)`, `[x](steam://run)`, `[x](wails://x)`, `[x](http:javascript)`, `[x](https://)`,
		`[x](https://x.example/" onclick="alert(1))`, `[x](<https://x.example/"onclick="alert(1)>)`, `[x](https://x.example 'a" onclick="alert(1)')`,
		`[x](https://x.example/<script>)`, "[x](https://x.example/`'\")", `[x][y]` + "\n\n[y]: javascript:alert(1)",
		`<javascript:alert(1)>`, `<data:text/html,x>`, `<https://x.example/"onclick=alert(1)>`, `javascript:alert(1)`, `www.x.example/"onclick=`,
		`![x](https://x.example/pixel.gif)`, `![x](data:image/svg+xml;base64,PHN2Zz4=)`, `![x](data:image/gif;base64,R0lGODlhAQABAAAAACw=)`,
		`![x](data:image/gif;base64,"onerror="alert(1))`, `![x](data:text/html;base64,PHNjcmlwdD4=)`, `![<script>](x)`, `![" onerror="x](data:image/gif;base64,R0lGODlhAQABAAAAACw=)`,
		`[![x](https://x.example/p.gif)](javascript:alert(1))`, `[![x](javascript:alert(1))](https://x.example)`,
		`<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`, `<svg><a xlink:href="javascript:alert(1)">x</a></svg>`, `<svg><style><img src=x onerror=alert(1)>`,
		`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, `<math href="javascript:alert(1)">x</math>`,
		`<style>@import url(https://x.example)</style>`, `<p style="background:url(https://x.example)">`, `<link rel=stylesheet href=https://x.example>`,
		`<meta http-equiv=refresh content="0;url=https://x.example">`, `<base href="https://x.example">`, `<form action="https://x.example"><input name=a><button formaction="javascript:alert(1)">`,
		`<iframe src="https://x.example"></iframe>`, `<iframe srcdoc="<script>alert(1)</script>">`, `<object data="x.swf">`, `<embed src=x>`, `<video src=x onerror=alert(1)>`, `<audio controls>`,
		`<template><script>alert(1)</script></template>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<textarea></textarea><script>alert(1)</script>`, `<select><option>`,
		`<!--><script>alert(1)</script>-->`, `<!-- --!><script>alert(1)</script>`, `<![CDATA[<script>alert(1)</script>]]>`, `<?xml x?><script>alert(1)</script>`, `<!DOCTYPE html>`,
		`<p id=composer>`, `<p id="t1-fn:1">`, `<p name=text>`, `<p class="toast" role=alert aria-live=assertive tabindex=0>`, `<dialog open>`, `<details ontoggle=alert(1) open>`, `<a href="https://x.example" target=_blank ping=//x.example>x</a>`,
		`<br onclick=alert(1)>`, `<br/ onclick=alert(1)>`, `&lt;br&gt;<br>&lt;script&gt;`, `<b<script>alert(1)</script>`, `<<script>script>alert(1)`, `<a/href=javascript:alert(1)>`,
		`<pre data-part="0"></pre>`, `<span data-part="0"></span>`, `<span class="math" data-behaviour="math" data-tex="x">`, `<table></table></div></div><script>`, `</div></figure></pre><button class=copy type=submit>`, `<figure class="code" data-behaviour="code" onclick=x>`,
		"```\"><script>alert(1)</script>\ncode\n```", "```<img src=x onerror=alert(1)>\n</code></pre><script>alert(1)</script>\n```", "~~~ go\" onclick=\"alert(1)\nx\n~~~",
		"```html\n<script>alert(1)</script>\n<p onclick=\"x\">\n```", "    </code></pre><script>alert(1)</script>", "`</code><script>alert(1)</script>`",
		"```diff\n-<script>\n+<img onerror=x>\n```", "```\n<pre data-part=\"0\"></pre><table>\n```", "$<pre data-part=\"1\"></pre>$", "$x$ <span data-part=\"0\"></span>",
		"x[^1]\n\n[^1]: <script>alert(1)</script> [y](javascript:alert(1))", "x[^\"><script>]\n\n[^\"><script>]: y", "| <script> | `<b>` |\n|--|:-:|\n| <img src=x onerror=y> | [x](javascript:y) |",
		"- [x] <input type=text autofocus onfocus=alert(1)>\n- [ ] <script>", "# <script>alert(1)</script> {#id onclick=alert(1)}", "> <iframe>\n> </iframe>",
		"http://x.example/\"onmouseover=alert(1)//", "<a href=\"https://x.example\u2028onclick=x\">", "a@b.example\"onclick=x",
		"\ufeff<script>alert(1)</script>", "<ſcript>alert(1)</ſcript>", "＜script＞alert(1)＜/script＞", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
	}
}

// places puts a payload wherever a model could write it.
func places(payload string) []string {
	line := strings.ReplaceAll(payload, "\n", " ")
	return []string{
		payload,
		"text " + line + " text",
		"[x](" + line + ")",
		"![" + line + "](" + line + ")",
		"<" + line + ">",
		"```" + line + "\n" + payload + "\n```\n",
		"| a |\n|---|\n| " + line + " |\n",
		"- " + line + "\n\n  > " + line,
		"[x][y] z[^1]\n\n[y]: " + line + "\n[^1]: " + line,
		"<div>\n" + payload + "\n</div>",
		"$" + line + "$ \\(" + line + "\\)",
		"$$\n" + payload + "\n$$\n\n\\[" + payload,
		line + "\n: " + line,
	}
}

func TestNothingButTheAllowlistReachesThePage(t *testing.T) {
	r := New()
	for _, payload := range append(handWritten(), hostile.Payloads(t)...) {
		for _, text := range places(payload) {
			requireSafe(t, text, r.Render(1, text))
		}
		requireSafe(t, payload, r.Plain(payload))
	}
}

// The allowlist has to hold by itself, too: here HTML meets it unescaped, as if
// goldmark had let it pass.
func TestAllowlistHoldsWithoutTheRenderer(t *testing.T) {
	r := New()
	for _, payload := range append(handWritten(), hostile.Payloads(t)...) {
		requireSafe(t, payload, []template.HTML{template.HTML(furnish(r.policy.Sanitize(payload), nil, r.labels()))})
	}
}

// Each payload comes byte by byte, as a model or a tool would write it. What
// blocks a cut has in common with others is looked at once.
func TestNothingElseReachesThePageWhileTextIsWritten(t *testing.T) {
	r := New()
	seen := map[template.HTML]bool{}
	for _, payload := range append(handWritten(), hostile.Payloads(t)...) {
		for _, text := range []string{payload, hostile.ToolCall(payload)} {
			s := r.Stream(1)
			for i := range len(text) {
				for _, block := range s.Write(text[i : i+1]).Blocks {
					if !seen[block] {
						requireSafe(t, text[:i+1], []template.HTML{block})
						seen[block] = true
					}
				}
			}
			s.Close()
			requireSafe(t, text, s.Blocks())
		}
	}
}

func TestAllowlistOfThisTestObjects(t *testing.T) {
	for _, bad := range []string{`<script></script>`, `<p onclick=x>`, `<a href="javascript:x" rel=noreferrer>`, `<a>x</a>`, `<!-- x -->`,
		`<svg></svg>`, `<img src="https://x.example">`, `<p id=composer>`, `<span class="toast">`, `<p hx-get=x>`} {
		roots, err := html.ParseFragment(strings.NewReader(bad), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
		if err != nil {
			t.Fatal(err)
		}
		if objection(roots[0]) == "" {
			t.Errorf("%s passes", bad)
		}
	}
}
