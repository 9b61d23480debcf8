package app

import (
	"strings"
	"testing"

	"notso/app/webtest"
	"notso/engine/scripted"
)

func TestGistIsTheLastThoughtThatIsWhole(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"an unfinished sentence", "The user wants", ""},
		{"the last whole one", "First this. Then that! And now", "Then that!"},
		{"the only one", "I should check 3.5 first.", "I should check 3.5 first."},
		{"a heading", "Text.\n\n## Checking the *units*\nIt is in", "Checking the *units*"},
		{"a bold line", "Text.\n**Planning the reply**\n", "Planning the reply"},
		{"in a list", "1. Read `main.go`.\n2. Und", "Read main.go."},
		{"cut in the middle of a letter", strings.Repeat("é", gistTail) + ". Fine then. ", "Fine then."},
		{"a long one", "It is " + strings.Repeat("very ", 40) + "long.", "It is very very very very very very very very very very very very very…"},
		{"Japanese", "まず単位を確認します。次に", "まず単位を確認します。"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := gist(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestFoldTellsWhatTheModelIsAt(t *testing.T) {
	browser := webtest.NewBrowser(t)
	script := scripted.Script{Reasoning: strings.SplitAfter("The user asks for a product. I must multiply six by seven. That is ", " "), Answer: []string{"42"}}
	sentences := holdAt(8, 14) // once each of the two is whole
	b, p := openWindow(t, browser, scripted.Options{Script: script, Fault: sentences.fault})
	p.Type("#message", "Six times seven?\r")
	p.Until(`document.querySelector('#turn-2 .summary').textContent === 'Thinking: The user asks for a product.'`)
	sentences.next(t)
	p.Until(`document.querySelector('#turn-2 .summary').textContent === 'Thinking: I must multiply six by seven.'`)
	sentences.next(t)
	p.Until(`/^Thought for .* · 1\d tokens$/.test(document.querySelector('#turn-2[data-state=done] .summary').textContent)`)

	p.Click("#turn-2 .reasoning > summary")
	p.UntilTrue("the wish is remembered", func() bool { return b.opts.Config.Get().Reasoning == "open" })
	p.Type("#message", "Again?\r")
	sentences.next(t)
	sentences.next(t)
	p.Until(`document.querySelector('#turn-4[data-state=done] .reasoning').open`)
	p.Click("#turn-4 .reasoning > summary")
	p.UntilTrue("the other wish, too", func() bool { return b.opts.Config.Get().Reasoning == "closed" })
	p.Type("#message", "And again?\r")
	p.Until(`document.querySelector('#turn-6[data-state=running] .reasoning .block')`)
	if webtest.Get[bool](p, `document.querySelector('#turn-6 .reasoning').open`) {
		t.Error("a fold that the reader keeps closed opened by itself")
	}
	sentences.end()
	p.Until(`document.querySelector('#turn-6[data-state=done]')`)
}
