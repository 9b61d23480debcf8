package app

import (
	"fmt"
	"strings"
	"testing"

	"notso/app/webtest"
)

func testStreaming(t *testing.T, _ *canned, p *webtest.Page) {
	if !webtest.Get[bool](p, `document.querySelector('#turn-6 .reasoning').open`) {
		t.Error("the fold is closed while there is only reasoning")
	}
	emit := func(seq int, final bool, parts ...replyPart) {
		p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq, Parts: parts, Final: final})
	}
	emit(3, false, replyPart{Part: "text", Blocks: []string{"<p>already in the fragment</p>"}})
	emit(4, false, replyPart{Part: "reasoning", From: 2, Summary: "Thought for 4 s"}, replyPart{Part: "text", Blocks: []string{"<p>One</p>"}})
	emit(4, false, replyPart{Part: "text", Blocks: []string{"<p>a duplicate</p>"}})
	emit(5, false, replyPart{Part: "text", From: 0, Blocks: []string{"<p>One two</p>", "<p>Three</p>"}})
	emit(6, false, replyPart{Part: "text", From: 1, Blocks: []string{"<p>Three four</p>"}})
	p.Until(`document.querySelector('#turn-6').dataset.seq === '6'`)
	wantText(t, p, "#turn-6 [data-part=text]", "One twoThree four")
	wantText(t, p, "#turn-6 .summary", "Thought for 4 s")
	if webtest.Get[bool](p, `document.querySelector('#turn-6 .reasoning').open`) {
		t.Error("the fold is open although the answer has begun")
	}
	p.Do(webtest.Script(`document.querySelector('#turn-6 summary').click()`))
	emit(7, true)
	p.Until(`document.querySelector('#turn-6[data-state=done]') && document.querySelector('#turns').ariaBusy === 'false'`)
	wantText(t, p, "#turn-6 [data-part=text]", "The whole reply.")
	if !webtest.Get[bool](p, `document.querySelector('#turn-6 .reasoning').open`) {
		t.Error("the end of the reply closed the fold that the reader had opened")
	}
	// A fragment that was made before the end may come after it.
	p.Do(webtest.Script(`Object.assign(document.querySelector('#turn-6').dataset, { state: 'running', seq: 5 })`))
	p.Server.Emit("refresh", refreshEvent{What: "sidebar"}) // any fragment
	p.Until(`document.querySelector('#turn-6[data-state=done]')`)
}

func testOvertaking(t *testing.T, _ *canned, p *webtest.Page) {
	for seq := 1; seq <= 20; seq++ {
		p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 101, Seq: seq, Parts: []replyPart{
			{Part: "text", From: (seq - 1) / 10, Blocks: []string{fmt.Sprintf("<p>%d</p>", seq)}}}})
	}
	p.Server.Emit("reply", replyEvent{Chat: 5, Turn: 999, Seq: 1, Final: true}) // of a turn that never comes
	p.Type("#message", "Go\r")
	p.Until(`document.querySelector('#turn-101[data-seq="20"]')`)
	wantText(t, p, "#turn-101 [data-part=text]", "1020")
}

// A fragment that was made before events, and comes after them, takes back what
// they wrote.
func testLateFragment(t *testing.T, _ *canned, p *webtest.Page) {
	emit := func(seq, from int, blocks ...string) {
		p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq, Parts: []replyPart{{Part: "text", From: from, Blocks: blocks}}})
		p.Until(fmt.Sprintf(`document.querySelector('#turn-6[data-seq="%d"]')`, seq))
	}
	emit(4, 0, "<p>One</p>", "<p>Two</p>")
	emit(5, 1, "<p>Two three</p>", "<p>Four</p>")
	p.Do(webtest.Script(`window.was = document.querySelector('#conversation'); document.querySelector('#chat-1 .open').click()`))
	p.Until(`document.querySelector('#conversation') !== was`)
	emit(6, 2, "<p>Four five</p>")
	wantText(t, p, "#turn-6 [data-part=text]", "OneTwo threeFour five")
}

func testSettledBlocks(t *testing.T, _ *canned, p *webtest.Page) {
	emit := func(seq int, parts ...replyPart) {
		p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq, Parts: parts})
		p.Until(fmt.Sprintf(`document.querySelector('#turn-6[data-seq="%d"]')`, seq))
	}
	emit(4, replyPart{Part: "text", Blocks: []string{"<p>Settled</p>", "<p>Open <em>bl</em></p>"}})
	p.Do(webtest.Script(`window.kept = [...document.querySelectorAll('#turn-6 [data-part=text] p')];
		getSelection().selectAllChildren(kept[1].firstChild.parentNode.querySelector('em'))`))
	emit(5, replyPart{Part: "text", From: 1, Blocks: []string{"<p>Open <em>block</em> grows</p>", "<p>New</p>"}})
	if !webtest.Get[bool](p, `kept.every((node) => node.isConnected)`) {
		t.Error("a paragraph was made anew although it only grew")
	}
	wantText(t, p, "#turn-6 [data-part=text]", "SettledOpen block growsNew")
	if got := webtest.Get[string](p, `String(getSelection())`); !strings.HasPrefix(got, "bl") {
		t.Errorf("the selection became %q", got)
	}
}

func testAutoscroll(t *testing.T, _ *canned, p *webtest.Page) {
	p.Do(webtest.Script(`window.scroller = document.querySelector('.scroller'); window.left = () => scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop`))
	seq := 3
	grow := func() {
		seq++
		p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq, Parts: []replyPart{{Part: "text", From: seq - 4, Blocks: []string{strings.Repeat("<p>More and more.</p>", 12)}}}})
		p.Until(fmt.Sprintf(`document.querySelector('#turn-6[data-seq="%d"]')`, seq))
	}
	grow()
	p.Until(`left() < 5 && jump.hidden`)
	grow()
	p.Until(`left() < 5 && jump.hidden`)

	// What shrinks and grows again before it is drawn moves the page up, and is
	// nobody's wish.
	p.Do(webtest.Script(`{
		const block = document.querySelector('#turn-6 [data-part=text] > :last-child > :last-child');
		const html = block.innerHTML;
		block.replaceChildren();
		scroller.scrollTop; // has it laid out
		block.innerHTML = html + html;
	}`))
	p.Do(webtest.Script(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`))
	p.Until(`left() < 5 && jump.hidden`)

	p.Do(webtest.Script(`scroller.scrollTop -= 30`)) // the slightest move up is a wish
	p.Until(`!jump.hidden`)
	at := webtest.Get[float64](p, `scroller.scrollTop`)
	grow()
	p.Until(`left() > 100`)
	if now := webtest.Get[float64](p, `scroller.scrollTop`); now != at {
		t.Errorf("the page moved from %v to %v under the reader", at, now)
	}
	p.Click("#jump")
	p.Until(`left() < 5 && jump.hidden`)
	grow()
	p.Until(`left() < 5`)
}
