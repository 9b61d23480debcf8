package app

import (
	"context"
	"strings"
	"testing"

	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp/kb"
)

// TestChoosing is about replies of which the user picks one: whole ones side by
// side, and ones that branch off at a token.
func TestChoosing(t *testing.T) {
	browser := webtest.NewBrowser(t)
	beside, kept := holdAt(3), holdAt(3)
	for _, test := range []struct {
		name   string
		script scripted.Options
		run    func(t *testing.T, b *bench, p *webtest.Page)
	}{
		{"replies are written side by side, and a click keeps one", scripted.Options{Fault: beside.fault}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click("#talk > summary")
			p.Do(webtest.Script(`document.querySelector('#candidates-3').click()`))
			p.UntilTrue("three are asked for", func() bool { return b.newSettings().Candidates == 3 })
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelectorAll('.candidates > .turn').length === 3 && document.querySelector('.candidates > .turn[data-state=running] .block') && document.querySelector('#turns').ariaBusy === 'true'`)
			beside.end()
			p.Until(`document.querySelectorAll('.candidates > .turn[data-state=done]').length === 3`)
			p.Until(`[...spoken.children].map((piece) => piece.textContent).sort().join() === 'Reply 1 is written.,Reply 2 is written.,Reply 3 is written.'`)
			p.CheckAccessibility("candidates")
			p.Resize(360, 700)
			if wide := webtest.Get[int](p, `document.documentElement.scrollWidth`); wide > 360 {
				t.Errorf("on a narrow window the page is %d px wide", wide)
			}
			p.Resize(1280, 860)
			p.Click("#turn-3 .keep")
			p.Until(`!document.querySelector('.candidates') && document.querySelector('#turn-3 .place').textContent === '2 / 3'`)
			p.Type("#message", "Go on\r")
			p.Until(`document.querySelectorAll('.candidates > .turn[data-state=done]').length === 3`)
			if branch, err := b.store.Branch(context.Background(), 1); err != nil || branch[1].ID != 3 {
				t.Errorf("the branch is %+v, %v", branch, err)
			}
		}},
		{"a key keeps one, where nobody types", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			b.say(0, "Hello")
			p.Until(`document.querySelector('#chat-1 .open')`)
			p.Do(webtest.Script(`document.querySelector('#chat-1 .open').click()`))
			p.Until(`document.querySelector('#turn-2') && document.activeElement === message`)
			p.Press(kb.ArrowUp)
			p.Press("\r")
			p.Until(`document.querySelector('.turnmenu:popover-open')`)
			p.Click(`.turnmenu [hx-vals*="candidates"]`)
			p.Until(`document.querySelectorAll('.candidates > .turn[data-state=done]').length === 3`)
			p.Type("#message", "2")
			if webtest.Get[bool](p, `message.value !== '2' || !document.querySelector('.candidates')`) {
				t.Error("a digit in the message box kept a reply")
			}
			p.Press("\b")
			p.Do(webtest.Script(`document.querySelector('.scroller').focus()`))
			p.Press("2")
			p.Until(`!document.querySelector('.candidates') && document.querySelector('#turn-4 .place').textContent === '3 / 4'`)
		}},
		{"one that is kept while it is written goes on alone", scripted.Options{Fault: kept.fault}, func(t *testing.T, b *bench, p *webtest.Page) {
			if _, _, err := b.send(context.Background(), 0, "Hello", TalkOptions{Candidates: 2}, nil); err != nil {
				t.Fatal(err)
			}
			p.Server.Emit("refresh", refreshEvent{What: "sidebar"})
			p.Until(`document.querySelector('#chat-1 .open')`)
			p.Do(webtest.Script(`document.querySelector('#chat-1 .open').click()`))
			p.Until(`document.querySelector('#turn-2 .block') && document.querySelector('.candidates > #turn-3 .keep')`)
			p.Click("#turn-3 .keep")
			p.Until(`!document.querySelector('.candidates') && document.querySelector('#turn-3')`)
			kept.end()
			p.Until(`document.querySelector('#turn-3[data-state=done] [data-part=text]').textContent.includes('from a café.')`)
			one, err := b.store.Turn(context.Background(), 3)
			other, err2 := b.store.Turn(context.Background(), 2)
			if err != nil || err2 != nil || one.Text != scripted.Plain().AnswerText() || other.State != "stopped" {
				t.Errorf("the replies are %+v and %+v, %v, %v", one, other, err, err2)
			}
		}},
		{"a reply branches off at a token, by keyboard", scripted.Options{}, testTokens},
		{"a token shows its others under the pointer, and a click branches", scripted.Options{Script: scripted.Reasoning()}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click("#talk > summary")
			p.Do(webtest.Script(`document.querySelector('#choices').click()`))
			p.UntilTrue("choices are asked for", func() bool { return b.newSettings().Choices })
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('#turn-2[data-state=done] [data-tokens]')`)
			p.Click("#turn-2 [data-tokens]")
			p.Until(`document.querySelector('.tokens .token.reasoned')`)
			p.Do(webtest.Script(`document.querySelector('.stream > .token:not(.reasoned)').dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))`))
			p.Until(`document.querySelector('.choice:popover-open [role=menuitem]')`)
			p.Do(webtest.Script(`document.querySelector('.choice [role=menuitem][hx-post]').click()`))
			p.Until(`!document.querySelector('dialog') && document.querySelector('#turn-3[data-state=done] .place').textContent === '2 / 2'`)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, p := openWindow(t, browser, test.script)
			test.run(t, b, p)
			p.Close()
		})
	}
}

func testTokens(t *testing.T, b *bench, p *webtest.Page) {
	p.Do(webtest.Script(`document.querySelector('#choices').click()`))
	p.UntilTrue("choices are asked for", func() bool { return b.newSettings().Choices })
	p.Type("#message", "Hello\r")
	p.Until(`document.querySelector('#turn-2[data-state=done] [data-tokens]')`)
	p.Press(kb.ArrowUp)
	p.Press("t")
	p.Until(`document.activeElement.matches('.stream > .token') && document.activeElement.textContent === 'Hello'`)
	p.Press(kb.ArrowRight)
	p.Press(kb.ArrowRight)
	p.Until(`document.activeElement.textContent === ' I' && document.querySelector('.choice:popover-open').dataset.index === '2'`)
	p.Resize(500, 600)
	p.Until(`(() => { const [at, list] = [document.activeElement, document.querySelector('.choice')].map((e) => e.getBoundingClientRect()); return list.right <= 500 && Math.min(Math.abs(list.top - at.bottom), Math.abs(at.top - list.bottom)) < 6; })()`)
	p.CheckAccessibility("the tokens")
	p.Press("\r")
	p.Until(`document.activeElement.matches('.choice [role=menuitem]')`)
	p.Press(kb.Escape)
	p.Until(`document.activeElement.textContent === ' I'`)
	p.Press("\r")
	p.Until(`document.activeElement.matches('.choice [role=menuitem]')`)
	p.Press(kb.ArrowDown)
	p.Press("\r")
	p.Until(`!document.querySelector('dialog') && document.querySelector('#turn-3[data-state=done] .place').textContent === '2 / 2'`)
	branched, err := b.store.Turn(context.Background(), 3)
	if err != nil || !strings.HasPrefix(branched.Text, "Hello! a") {
		t.Errorf("the branch reads %q, %v", branched.Text, err)
	}
	list, err := b.choicesOf(context.Background(), 3)
	if err != nil || len(list) < 4 || list[2].Piece != " a" || list[0].Piece != "Hello" {
		t.Errorf("its own choices are %+v, %v", list, err)
	}
	if webtest.Get[bool](p, `document.querySelector('#turn-3 [data-tokens]') === null`) {
		t.Error("the branch has no token view of its own")
	}
}
