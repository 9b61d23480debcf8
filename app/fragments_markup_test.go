package app

import (
	"strings"
	"testing"

	"notso/app/markdown"
	"notso/app/webtest"

	"github.com/chromedp/chromedp/kb"
)

// markupTexts are replies with everything that Markdown can become.
func markupTexts() []string {
	return []string{
		"### Code\n\nA `struct` and what follows from it:\n\n```go\n" +
			"// Sum adds numbers, and its comment is one of those that go on and on, far beyond the right end of any column.\n" +
			"func Sum(list ...int) (total int) {\n\tfor _, n := range list {\n\t\ttotal += n\n\t}\n\treturn total\n}\n```\n\n" +
			"1. In a list:\n\n   ```sh\n   make test && echo fine\n   ```\n2. Then this.\n\n    indented, without a language\n",
		"### Lists and tables\n\n- [x] Write it\n- [ ] Read it once more\n  - [ ] aloud\n\n" +
			"Parsec\n: 3.086 × 10¹⁶ m\n: the distance of one arcsecond of parallax\n\nLight-year\n: 9.461 × 10¹⁵ m\n\n" +
			"| Unit | Metres | Named for | First used | By | In a sentence of some length |\n|---|--:|:-:|---|---|---|\n" +
			"| light-year | 9.461e15 | the path of light | 1851 | Otto Ule | The nearest star is four of them away, and a little more |\n" +
			"| parsec | 3.086e16 | parallax | 1913 | Herbert Hall Turner | It is a word of two halves |\n\n" +
			"Both are old[^1], and astronomers prefer one[^2]. 🎉 👩‍🚀 ❤️ ✅\n\n[^1]: The parsec by a century.\n[^2]: The second one.\n",
		"### العربية\n\nمرحبا بالعالم! هذه فقرة تحتوي على `code` وعلى كلمة English وسعر 5$.\n\n" +
			"1. أولا، افتح الملف `main.go`.\n2. ثانيا، اكتب:\n   - نقطة\n   - [x] مهمة\n\n> اقتباس قصير من كتاب قديم.\n\n" +
			"| اسم | قيمة |\n|---|--:|\n| واحد | 1 |\n| اثنان | 2 |\n\n```py\nprint(\"مرحبا\")  # تعليق\n```\n\n" +
			"### עברית\n\n`x` הוא משתנה, ו־ $x^2$ הוא ריבועו.\n\n- פריט ראשון\n- פריט שני עם English באמצע\n\nAnd an English paragraph at the end.\n",
		"### Formulas\n\nFor $a \\ne 0$ the equation \\(ax^2 + bx + c = 0\\) costs neither $5 nor $6, and has\n\n" +
			"$$\nx_{1,2} = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}\n$$\n\nSums, \\[\\sum_{k=1}^n k = \\tfrac{n(n+1)}2\\] matrices and a long one:\n\n" +
			"\\[\n\\begin{pmatrix} \\cos\\varphi & -\\sin\\varphi \\\\ \\sin\\varphi & \\cos\\varphi \\end{pmatrix}\n\\]\n\n" +
			"$$f(x) = a_0 + a_1 x + a_2 x^2 + a_3 x^3 + a_4 x^4 + a_5 x^5 + a_6 x^6 + a_7 x^7 + a_8 x^8 + a_9 x^9 + \\dots$$\n\n" +
			"What is wrong stays as written: $\\frac{a}{$ and $\\nonsense{x}$.\n\n| Name | Law |\n|---|---|\n| Euler | $e^{i\\pi} + 1 = 0$ |\n",
		"### Diagrams\n\n```mermaid\nflowchart LR\n  A[Message] --> B{Is it a command?}\n  B -->|yes| C[Run it]\n  B -->|no| D[Ask the model]\n  D --> E((Reply))\n```\n\n" +
			"```mermaid\nsequenceDiagram\n  participant W as Window\n  participant E as Engine\n  W->>E: prompt\n  loop every token\n    E-->>W: piece\n  end\n  Note over W,E: <b>no port</b>, ever\n```\n\n" +
			"```mermaid\npie title Time\n  \"Reading\" : 30\n  \"Writing\" : 70\n```\n\n```mermaid\nflowchart LR\n  A[unclosed --> B\n```\n",
	}
}

func cannedMarkup() conversationView {
	view := cannedTalk()
	view.Title, view.Turns = "Everything at once", nil
	words := markdown.New()
	for i, text := range markupTexts() {
		id := int64(2*i + 1)
		view.Turns = append(view.Turns,
			turnView{ID: id, User: true, State: "done", When: "20:14", Text: words.Plain("Show me.\nأرني كل شيء من فضلك.")},
			turnView{ID: id + 1, State: "done", When: "20:14", Text: words.Render(id, text)})
	}
	return view
}

// cannedRightToLeft is a talk in Arabic and Hebrew, with what runs from left to
// right within: code, numbers, names.
func cannedRightToLeft() conversationView {
	view := cannedTalk()
	view.Title = "كيف أكتب برنامجا صغيرا بلغة Go؟"
	words := markdown.New()
	view.Turns = []turnView{
		{ID: 1, User: true, State: "done", When: "20:14", Text: words.Plain("كيف أكتب برنامجا صغيرا بلغة Go؟ أريد قائمة من 3 خطوات، وملف `main.go`.")},
		{ID: 2, State: "done", When: "20:14", Stats: "212 tokens · 18.2 tok/s · first after 0.4 s", Summary: "Thought for 4 s", Reasoning: words.Render(1, "يسأل المستخدم عن لغة Go."), Text: words.Render(2, markupTexts()[2]), CanRetry: true,
			FollowUps: []string{"وماذا عن الاختبارات؟", "And in English?"}},
	}
	return view
}

func TestMarkup(t *testing.T) {
	browser := webtest.NewBrowser(t)
	for _, test := range []struct {
		name string
		page pageView
		run  func(t *testing.T, c *canned, p *webtest.Page)
	}{
		{"long lines wrap when asked, by keyboard too", cannedPage(cannedMarkup()), func(t *testing.T, _ *canned, p *webtest.Page) {
			const pre = `document.querySelector('#turn-2 .code pre')`
			if !webtest.Get[bool](p, pre+`.scrollWidth > `+pre+`.clientWidth`) {
				t.Fatal("the sample's long line is too short to scroll")
			}
			p.Do(webtest.Script(`document.querySelector('#turn-2 .wrap').focus()`))
			p.Press("\r")
			p.Until(`document.querySelector('#turn-2 .wrap').ariaPressed === 'true' && ` + pre + `.scrollWidth === ` + pre + `.clientWidth`)
			p.Press("\r")
			p.Until(pre + `.scrollWidth > ` + pre + `.clientWidth`)
		}},
		{"lines are numbered when asked, and the copy has no numbers", cannedPage(cannedMarkup()), func(t *testing.T, _ *canned, p *webtest.Page) {
			const first = `getComputedStyle(document.querySelector('#turn-2 .code i'), '::before').content`
			if got := webtest.Get[string](p, first); got != "none" {
				t.Errorf("a line begins with %s before anybody asked", got)
			}
			p.Click("#turn-2 .lines")
			p.Until(first + ` !== 'none'`)
			if n := webtest.Get[int](p, `document.querySelector('#turn-2 .code').querySelectorAll('i').length`); n != 7 {
				t.Errorf("%d lines are numbered, want 7", n)
			}
			p.Click("#turn-2 .copy")
			p.UntilTrue("the code is copied", func() bool { return len(p.Server.Calls()) > 0 })
			if got := string(p.Server.Calls()[0].Args[0]); !strings.HasSuffix(got, `\n\t}\n\treturn total\n}\n"`) {
				t.Errorf("the copy is %s", got)
			}
		}},
		{"what is pressed stays while the reply is written, and after", cannedPage(cannedStreaming()), func(_ *testing.T, _ *canned, p *webtest.Page) {
			words := markdown.New()
			s := words.Stream(1)
			seq := 10
			write := func(delta string) {
				seq++
				p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq, Parts: []replyPart{changed("text", "", s.Write(delta))}})
			}
			write("```go\nfunc f() {\n")
			p.Until(`document.querySelector('#turn-6 .lines')`)
			p.Do(webtest.Script(`document.querySelector('#turn-6 .lines').click()`))
			write("\treturn\n")
			p.Until(`document.querySelector('#turn-6 pre').textContent.includes('return')`)
			p.Until(`document.querySelector('#turn-6 .lines').ariaPressed === 'true'`)
			write("}\n```\n\nDone")
			p.Until(`document.querySelector('#turn-6 [data-part=text]').textContent.includes('Done') && document.querySelector('#turn-6 .hl-keyword')`)
			p.Until(`document.querySelector('#turn-6 .lines').ariaPressed === 'true'`)
		}},
		{"a wide table scrolls inside, by keyboard", cannedPage(cannedMarkup()), func(t *testing.T, _ *canned, p *webtest.Page) {
			p.Resize(360, 800)
			const table = `document.querySelector('#turn-4 .table')`
			if !webtest.Get[bool](p, table+`.scrollWidth > `+table+`.clientWidth && document.documentElement.scrollWidth <= 360`) {
				t.Error("the table does not scroll inside")
			}
			p.Do(webtest.Script(table + `.focus()`))
			p.Press(kb.ArrowRight)
			p.Until(table + `.scrollLeft > 0`)
		}},
		{"right-to-left text is mirrored, its code is not", cannedPage(cannedMarkup()), func(t *testing.T, _ *canned, p *webtest.Page) {
			for what, want := range map[string]string{
				`h3`: "rtl", `p`: "rtl", `ol`: "rtl", `blockquote`: "rtl", `.table td`: "rtl", `code`: "ltr", `pre`: "ltr", `.math`: "ltr", `.block:last-child p`: "ltr",
			} {
				if got := webtest.Get[string](p, `getComputedStyle(document.querySelector('#turn-6 [data-part=text] `+what+`')).direction`); got != want {
					t.Errorf("%s runs %s, want %s", what, got, want)
				}
			}
			if !webtest.Get[bool](p, `(() => { const q = document.querySelector('#turn-6 blockquote'), s = getComputedStyle(q); return parseFloat(s.borderRightWidth) > 0 && parseFloat(s.borderLeftWidth) === 0; })()`) {
				t.Error("the bar of the quote is not at its right")
			}
			if got := webtest.Get[string](p, `getComputedStyle([...document.querySelectorAll('#turn-6 .block')].find((b) => b.textContent.includes('משתנה'))).direction`); got != "rtl" {
				t.Errorf("a Hebrew paragraph that begins with code runs %s", got)
			}
		}},
		{"formulas are drawn, and what is none is text", cannedPage(cannedMarkup()), func(t *testing.T, _ *canned, p *webtest.Page) {
			p.Until(`document.querySelectorAll('#turn-8 .math > :is(.katex, .katex-display)').length === 7`)
			if got := webtest.Get[string](p, `[...document.querySelectorAll('#turn-8 .math[data-failed]')].map((m) => m.textContent).join()`); got != `\frac{a}{,\nonsense{x}` {
				t.Errorf("not drawn are %q, want the two that are no TeX", got)
			}
			if !webtest.Get[bool](p, `document.querySelector('#turn-8').textContent.includes('neither $5 nor $6')`) {
				t.Error("prices became a formula")
			}
		}},
		{"diagrams are images over their source, and what is none stays code", cannedPage(cannedMarkup()), func(t *testing.T, _ *canned, p *webtest.Page) {
			const diagrams = `[...document.querySelectorAll('#turn-10 [data-diagram]')]`
			p.Until(diagrams + `.filter((f) => f.querySelector('.drawing')?.naturalWidth > 50).length === 3`)
			p.Until(diagrams + `[3].querySelector('.said').textContent.startsWith('This diagram could not be drawn')`)
			if !webtest.Get[bool](p, `[...document.images].every((i) => i.src.startsWith('data:') && i.alt !== '') && !document.querySelector('.drawing-corner, body > svg:not([hidden])')`) {
				t.Error("a drawing is no image with a description, or left something behind")
			}
			if !webtest.Get[bool](p, `/\.edgeLabel rect\s*\{\s*opacity:\s*1\s*!important/.test(decodeURIComponent(document.querySelector('#turn-10 .drawing').src))`) {
				t.Error("an edge shines through its label")
			}
			const shown = `document.querySelector('#turn-10 pre').checkVisibility()`
			if webtest.Get[bool](p, shown) {
				t.Error("the source shows beside its diagram")
			}
			p.Do(webtest.Script(`document.querySelector('#turn-10 .draw').focus()`))
			p.Press("\r")
			p.Until(shown)
			light := webtest.Get[string](p, `document.querySelector('#turn-10 .drawing').src`)
			p.Do(webtest.Script(`document.documentElement.dataset.theme = 'dark'`))
			p.UntilTrue("the diagram is drawn in the colours of the dark theme", func() bool {
				return webtest.Get[string](p, `document.querySelector('#turn-10 .drawing').src`) != light
			})
		}},
		{"a copy of formulas is their TeX", cannedPage(cannedMarkup()), func(t *testing.T, _ *canned, p *webtest.Page) {
			p.Until(`document.querySelectorAll('#turn-8 .katex').length === 7`)
			const copied = `(() => {
				const [from, to] = document.querySelectorAll('#turn-8 .katex');
				getSelection().setBaseAndExtent(from.querySelector('mi').firstChild, 0, to.querySelector('.mord').firstChild, 0);
				const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
				document.dispatchEvent(event);
				return event.clipboardData.getData('text/plain');
			})()`
			if got, want := webtest.Get[string](p, copied), `$a \ne 0$ the equation $ax^2 + bx + c = 0$`; got != want {
				t.Errorf("the copy is %q, want %q", got, want)
			}
		}},
		{"a drawn formula stands while the reply goes on, and after it", cannedPage(cannedStreaming()), func(t *testing.T, c *canned, p *webtest.Page) {
			words := markdown.New()
			s := words.Stream(1)
			seq := 10
			write := func(delta string) {
				seq++
				p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq, Parts: []replyPart{changed("text", "", s.Write(delta))}})
			}
			write("So $x^2$ and")
			p.Until(`document.querySelector('#turn-6 .katex')`)
			p.Do(webtest.Script(`window.drawn = document.querySelector('#turn-6 .katex')`))
			write(" more, and\n\n$$\n\\frac{a")
			p.Until(`document.querySelector('#turn-6 .math[data-display]').textContent === '$$\n\\frac{a'`)
			write("}{b}\n$$\n")
			p.Until(`document.querySelectorAll('#turn-6 .katex').length === 2 && document.querySelector('#turn-6 .katex') === window.drawn`)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, p := openCanned(t, browser, test.page)
			test.run(t, c, p)
			p.Close()
		})
	}
}
