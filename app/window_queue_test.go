package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp/kb"
)

// TestQueueBranchesAndContext runs what surrounds the turns against the app
// itself.
func TestQueueBranchesAndContext(t *testing.T) {
	browser := webtest.NewBrowser(t)
	first := holdAt(3)
	for _, test := range []struct {
		name   string
		script scripted.Options
		run    func(t *testing.T, b *bench, p *webtest.Page)
	}{
		{"a message that is sent while a reply is written waits, and then goes by itself", scripted.Options{Fault: first.fault}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "One\r")
			p.Until(`document.querySelector('#turn-2[data-state=running]')`)
			p.Type("#message", "Two\r")
			p.Until(`document.querySelector('#queue:not([hidden]) .queued .text').textContent === 'Two' && message.value === ''`)
			p.CheckAccessibility("a message waits")
			first.end()
			p.Until(`document.querySelector('#turn-3 [data-part=text]').textContent === 'Two' && document.querySelector('#turn-4[data-state=done]') && document.querySelector('#queue').hidden`)
		}},
		{"the queue is edited, put in order and cut, by keyboard", scripted.Options{Delay: 20 * time.Millisecond, Fault: untilStopped()}, testQueue},
		{"after a stop the queue waits to be sent", scripted.Options{Delay: 20 * time.Millisecond, Fault: untilStopped()}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "One\r")
			p.Until(`document.querySelector('#turn-2[data-state=running] .block')`)
			p.Type("#message", "Two\r")
			p.Until(`document.querySelector('.queued')`)
			p.Press(kb.Escape)
			p.Until(`document.querySelector('#turn-2[data-state=stopped]') && getComputedStyle(document.querySelector('.send-next')).display !== 'none'`)
			if queue, err := b.store.Queue(context.Background(), 1); err != nil || len(queue) != 1 {
				t.Errorf("%d messages wait, %v", len(queue), err)
			}
			p.Click(".send-next")
			p.Until(`document.querySelector('#turn-3') && document.querySelector('#queue').hidden`)
		}},
		{"the map leads to every branch", scripted.Options{}, func(t *testing.T, b *bench, p *webtest.Page) {
			first := b.say(0, "Hello")
			b.say(first.Chat, "More")
			if _, err := b.Regenerate(context.Background(), first.ID, TalkOptions{}); err != nil {
				t.Fatal(err)
			}
			b.until("it is written", func() bool { return b.running(first.Chat) == nil })
			p.Until(`document.querySelector('#chat-1 .open')`)
			p.Do(webtest.Script(`document.querySelector('#chat-1 .open').click()`))
			p.Until(`document.querySelector('#turn-5') && document.activeElement === message`)
			p.Press(kb.ArrowUp)
			p.Press("m")
			p.Until(`document.querySelectorAll('.map .segment').length === 3 && document.activeElement.matches('.segment[aria-current=true]')`)
			p.CheckAccessibility("the map")
			p.Press(kb.ArrowUp)
			p.Until(`document.activeElement.textContent.includes('and 2 more')`)
			p.Press("\r")
			p.Until(`!document.querySelector('dialog') && document.querySelector('#turn-4') && !document.querySelector('#turn-5')`)
		}},
		{"the gauge says what fills the context", scripted.Options{Script: scripted.Reasoning()}, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "Six times seven?\r")
			p.Until(`document.querySelector('#turn-2[data-state=done]')`)
			p.Click(".explain")
			p.Until(`document.querySelectorAll('dialog.context rect').length === 5`)
			p.CheckAccessibility("the context")
			var sum int
			for _, text := range webtest.Get[[]string](p, `[...document.querySelectorAll('.context dd')].map((d) => d.textContent)`) {
				var n int
				fmt.Sscan(strings.ReplaceAll(text, ",", ""), &n)
				sum += n
			}
			if sum != 8192 {
				t.Errorf("the parts are %d tokens together, want the whole context", sum)
			}
			p.Press(kb.Escape)
			p.Until(`!document.querySelector('dialog') && document.activeElement.matches('.explain')`)
		}},
		{"what the model no longer sees is grey, and pinned turns are not", scripted.Options{ContextLength: 96}, func(t *testing.T, b *bench, p *webtest.Page) {
			var chatID int64
			for i := range 7 {
				chatID = b.say(chatID, fmt.Sprintf("Message %d: tell me something that takes a dozen words or so.", i)).Chat
				if i == 0 {
					if err := b.store.PinTurn(context.Background(), 1, true); err != nil {
						t.Fatal(err)
					}
				}
			}
			p.Until(`document.querySelector('#chat-1 .open')`)
			p.Do(webtest.Script(`document.querySelector('#chat-1 .open').click()`))
			p.Until(`document.querySelector('.turn[data-unseen]') && document.querySelector('.divider')`)
			if webtest.Get[bool](p, `document.querySelector('#turn-1, #turn-2').matches('[data-unseen]') || document.querySelector('.turn:last-of-type').matches('[data-unseen]')`) {
				t.Error("a turn that the model sees is grey")
			}
			p.CheckAccessibility("grey turns")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, p := openWindow(t, browser, test.script)
			test.run(t, b, p)
			p.Close()
		})
	}
}

func testQueue(t *testing.T, b *bench, p *webtest.Page) {
	waiting := func(want string) {
		t.Helper()
		p.Until(`[...document.querySelectorAll('.queued .text')].map((q) => q.textContent).join('|') === '` + want + `'`)
	}
	p.Type("#message", "Hello\r")
	p.Until(`document.querySelector('#turn-2[data-state=running]')`)
	for _, text := range []string{"one", "two", "three"} {
		p.Type("#message", text+"\r")
		p.Until(`message.value === '' && document.querySelector('#queue').textContent.includes('` + text + `')`)
	}
	p.Press(kb.Escape) // else the reply's end takes the first
	p.Until(`document.querySelector('#turn-2[data-state=stopped]')`)
	p.Do(webtest.Script(`document.querySelector('#queued-3 button').focus()`)) // earlier
	p.Press("\r")
	waiting("one|three|two")
	p.Until(`document.activeElement.closest('#queued-3')`)
	p.Do(webtest.Script(`document.querySelector('#queued-1 [data-edit]').focus()`))
	p.Press("\r")
	p.Until(`document.activeElement.name === 'queued'`)
	p.Press(kb.Escape)
	p.Until(`document.activeElement.matches('#queued-1 [data-edit]')`)
	p.Press("\r")
	p.Until(`document.activeElement.name === 'queued'`)
	p.Press(" and a half\r")
	waiting("one and a half|three|two")
	p.Do(webtest.Script(`document.querySelector('#queued-3 [data-remove]').focus()`))
	p.Press("\r")
	waiting("one and a half|two")
	p.Click(".toast .undo")
	waiting("one and a half|three|two")
	p.Click(".send-next")
	p.Until(`document.querySelectorAll('.turn').length === 8 && document.querySelector('.turn:last-of-type[data-state=done]')`)
	branch, err := b.store.Branch(context.Background(), 1)
	if err != nil || branch[2].Text != "one and a half" || branch[4].Text != "three" || branch[6].Text != "two" {
		t.Errorf("the branch is %+v, %v", branch, err)
	}
}
