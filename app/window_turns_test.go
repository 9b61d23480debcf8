package app

import (
	"context"
	"testing"

	"notso/app/chat"
	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp/kb"
)

// talked opens the window on a chat of so many messages with their replies.
func talked(t *testing.T, browser *webtest.Browser, script scripted.Options, messages ...string) (*bench, *webtest.Page) {
	t.Helper()
	b := newBench(t, script)
	var chatID int64
	for _, text := range messages {
		chatID = b.say(chatID, text).Chat
	}
	b.mu.Lock()
	b.current = chatID
	b.mu.Unlock()
	server := webtest.NewServer(t, b.Handler())
	b.onEach = func(e event) { server.Emit(e.name, e.data) }
	b.Startup()
	return b, browser.Open(t, server)
}

// TestTurnsByHand does all that can be done with a turn, by mouse and by
// keyboard, against the app itself.
func TestTurnsByHand(t *testing.T) {
	browser := webtest.NewBrowser(t)
	menu := func(p *webtest.Page, turn, item string) {
		p.Click(turn + " [data-more]")
		p.Until(`document.querySelector('.turnmenu:popover-open')`)
		p.Click(`.turnmenu ` + item)
	}
	for _, test := range []struct {
		name string
		run  func(t *testing.T, b *bench, p *webtest.Page)
	}{
		{"an edited message makes a branch, and the old one is a click away", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click("#turn-1 [data-edit]")
			p.Until(`document.activeElement.name === 'edited' && document.activeElement.value === 'Hello'`)
			p.Press(", once more\r")
			p.Until(`document.querySelector('#turn-5 [data-part=text]').textContent === 'Hello, once more' && document.querySelector('#turn-6[data-state=done]')`)
			p.Until(`!document.querySelector('#turn-3') && document.querySelector('#turn-5 .place').textContent === '2 / 2'`)
			p.Click("#turn-5 [data-version=previous]")
			p.Until(`document.querySelector('#turn-1 .place').textContent === '1 / 2' && document.querySelector('#turn-4') && !document.querySelector('#turn-5')`)
		}},
		{"an edited reply stands as it is, and is marked", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click("#turn-4 [data-edit]")
			p.Until(`document.activeElement.name === 'edited'`)
			p.Do(webtest.Script(`document.activeElement.value = ''`))
			p.Press("No.")
			p.Press("\r", 2) // Ctrl
			p.Until(`document.querySelector('#turn-5 [data-part=text]').textContent === 'No.' && document.querySelector('#turn-5 .after').textContent.includes('edited')`)
			p.Type("#message", "Why not?\r")
			p.Until(`document.querySelector('#turn-7[data-state=done]')`)
			req, err := b.promptOf(7)
			if err != nil || req[len(req)-3] != "No." {
				t.Errorf("the model read %q, %v", req, err)
			}
		}},
		{"Escape leaves the editor with nothing changed", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click("#turn-3 [data-edit]")
			p.Until(`document.activeElement.name === 'edited'`)
			p.Press("never mind")
			p.Press(kb.Escape)
			p.Until(`!document.querySelector('.editor') && document.querySelector('#turn-3 [data-part=text]').textContent === 'And again'`)
			p.Until(`document.activeElement.id === 'turn-3'`)
		}},
		{"the buttons stay in sight below a long text, whose end is to be seen", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click("#turn-3 [data-edit]")
			p.Until(`document.activeElement.name === 'edited'`)
			p.Do(webtest.Script(`document.activeElement.value = 'A line\n'.repeat(100); document.activeElement.dispatchEvent(new Event('input')); document.activeElement.closest('form').scrollIntoView({ block: 'nearest' })`))
			p.Until(`document.querySelector('.editor [data-cancel]').getBoundingClientRect().bottom < document.querySelector('.scroller').getBoundingClientRect().bottom`)
			p.Until(`document.activeElement.clientHeight > 100`)
			p.Press(kb.Escape)
			p.Until(`!document.querySelector('.editor')`)
		}},
		{"what is being edited outlives a refresh", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click("#turn-1 [data-edit]")
			p.Until(`document.activeElement.name === 'edited'`)
			p.Press(" half")
			p.Do(webtest.Script(`document.querySelector('#turn-3').dataset.old = ''`))
			p.Server.Emit("refresh", refreshEvent{What: "conversation", Chat: 1})
			p.Until(`document.querySelector('#turn-3:not([data-old])') && document.activeElement.value === 'Hello half'`)
		}},
		{"a reply is written again from the menu, with another temperature", func(t *testing.T, b *bench, p *webtest.Page) {
			menu(p, "#turn-2", `[hx-vals*="1.2"]`)
			p.Until(`document.querySelector('#turn-5[data-state=done] .place').textContent === '2 / 2' && !document.querySelector('#turn-3')`)
			turn, err := b.store.Turn(context.Background(), 5)
			if err != nil || b.sampling(turn.Stats.Sampling)[:15] != "Temperature 1.2" {
				t.Errorf("the sampling is %s, %v", turn.Stats.Sampling, err)
			}
		}},
		{"a deleted turn takes what follows, and its undo brings all back", func(t *testing.T, b *bench, p *webtest.Page) {
			menu(p, "#turn-2", `[hx-delete]`)
			p.Until(`!document.querySelector('#turn-2, #turn-3') && document.querySelector('.toast').textContent.includes('3 turns removed.')`)
			p.Click(".toast .undo")
			p.Until(`document.querySelector('#turn-2') && document.querySelector('#turn-4') && !document.querySelector('.toast')`)
		}},
		{"a message without a reply can be answered", func(t *testing.T, b *bench, p *webtest.Page) {
			menu(p, "#turn-4", `[hx-delete]`)
			p.Until(`!document.querySelector('#turn-4')`)
			p.Click("#turn-3 .retry")
			p.Until(`document.querySelector('#turn-5[data-state=done]')`)
		}},
		{"a pinned turn says so, and the model is told", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click("#turn-1 [data-pin]")
			p.Until(`document.querySelector('#turn-1[data-pinned] [data-pin][aria-pressed=true]') && document.querySelector('#speaker-1').textContent.includes('pinned')`)
			branch, err := b.store.Path(context.Background(), 4)
			if list, _ := messages(branch, 0); err != nil || !list[0].Pinned || list[1].Pinned {
				t.Errorf("the messages are %+v, %v", list, err)
			}
		}},
		{"a fork is a chat of its own", func(t *testing.T, b *bench, p *webtest.Page) {
			menu(p, "#turn-2", `[hx-post$="/fork"]`)
			p.Until(`document.querySelector('#conversation[data-chat="2"]') && document.querySelectorAll('.turn').length === 2`)
			old, err := b.store.Chat(context.Background(), 1)
			fork, err2 := b.store.Chat(context.Background(), 2)
			if err != nil || err2 != nil || !fork.Created.Equal(old.Created) || old.Head != 4 {
				t.Errorf("the chats are %+v and %+v, %v, %v", old, fork, err, err2)
			}
		}},
		{"the raw text and the statistics open beside the turn", func(t *testing.T, b *bench, p *webtest.Page) {
			menu(p, "#turn-4", `[hx-get$="/raw"]`)
			p.Until(`document.querySelector('dialog[open] .raw').textContent.includes('**bold**')`)
			p.Press(kb.Escape)
			p.Until(`!document.querySelector('dialog')`)
			menu(p, "#turn-4", `[hx-get$="/facts"]`)
			p.Until(`document.querySelector('dialog[open] .facts').textContent.includes('Seed') && document.querySelector('dialog .facts').textContent.includes('The model was done')`)
			p.CheckAccessibility("the statistics")
		}},
		{"every gesture has a key", testTurnKeys},
		{"the menu is walked by keyboard", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Do(webtest.Script(`message.focus()`))
			p.Press(kb.ArrowUp)
			p.Press("\r")
			p.Until(`document.activeElement.matches('.turnmenu:popover-open [role=menuitem]')`)
			p.CheckAccessibility("the menu")
			p.Press(kb.End)
			p.Until(`document.activeElement.matches('[hx-delete]')`)
			p.Press(kb.ArrowDown)
			p.Until(`document.activeElement.matches('[data-copy]')`)
			p.Press(kb.Escape)
			p.Until(`!document.querySelector('.turnmenu:popover-open') && document.activeElement.id === 'turn-4'`)
		}},
		{"letters typed after a click into a text do nothing", func(t *testing.T, b *bench, p *webtest.Page) {
			p.Click("#turn-4 [data-part=text] p")
			p.Press("erp")
			p.Press(kb.Delete)
			p.Press(kb.ArrowUp)
			p.Do(webtest.Script(`message.focus()`))
			if turns, err := b.store.Turns(context.Background(), 1); err != nil || len(turns) != 4 || webtest.Get[bool](p, `document.querySelector('.editor') !== null`) {
				t.Errorf("there are %d turns, %v", len(turns), err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, p := talked(t, browser, scripted.Options{}, "Hello", "And again")
			test.run(t, b, p)
			p.Close()
		})
	}
}

func testTurnKeys(t *testing.T, b *bench, p *webtest.Page) {
	p.Do(webtest.Script(`message.focus()`))
	focus := func(id string) {
		t.Helper()
		p.Until(`document.activeElement.id === '` + id + `'`)
	}
	p.Press(kb.ArrowUp)
	focus("turn-4")
	p.Press("k")
	focus("turn-3")
	p.Press(kb.ArrowUp)
	focus("turn-2")
	p.Press("j")
	focus("turn-3")
	p.Press("j")
	p.Press("c")
	p.Until(`announcer.textContent === 'Copied.'`)
	p.Press("C")
	p.UntilTrue("both are copied", func() bool { return len(p.Server.Calls()) == 2 })
	markdown, plain := argument(p.Server.Calls()[0]), argument(p.Server.Calls()[1])
	if markdown != scripted.Plain().AnswerText() || plain == markdown || plain != "Hello! I am a scripted model: whatever you say, my answer is already written.\n\nIt has bold words with code from a café." {
		t.Errorf("the clipboard got %q and %q", markdown, plain)
	}
	p.Press("p")
	p.Until(`document.querySelector('#turn-4[data-pinned]')`)
	focus("turn-4")
	p.Press("s")
	p.Until(`document.querySelector('dialog[open]')`)
	p.Press(kb.Escape)
	p.Until(`!document.querySelector('dialog')`)
	focus("turn-4")
	p.Press("r")
	p.Until(`document.querySelector('#turn-5[data-state=done] .place').textContent === '2 / 2'`)
	focus("turn-5")
	p.Press(kb.ArrowLeft)
	focus("turn-4")
	p.Press(kb.ArrowLeft) // there is none before it
	p.Press(kb.ArrowRight)
	focus("turn-5")
	p.Press("e")
	p.Until(`document.activeElement.name === 'edited'`)
	p.Press(kb.Escape)
	focus("turn-5")
	p.Press(kb.Delete)
	p.Until(`!document.querySelector('#turn-5')`)
	focus("turn-4")
	p.Press(kb.Escape)
	focus("message")
}

// promptOf is what the model would read to write turn.
func (b *bench) promptOf(turn int64) (texts []string, err error) {
	t, err := b.store.Turn(context.Background(), turn)
	if err != nil {
		return nil, err
	}
	req, err := b.App.request(context.Background(), chat.Turn{ID: t.ID, Chat: t.Chat, Parent: t.Parent}, TalkOptions{})
	for _, m := range req.Messages {
		texts = append(texts, m.Content)
	}
	return append(texts, t.Text), err
}
