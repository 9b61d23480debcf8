package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"notso/app/webtest"
	"notso/engine/scripted"
)

// longReply is a reply of some 450 blocks, formulas among them, in pieces.
func longReply() []string {
	part := "## A heading\n\nSome **bold** words and `code`, over which the eye runs until it finds an end.\n\n1. first\n2. second\n\n" +
		"```go\nfunc add(a, b int) int {\n\treturn a + b\n}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\nOf $x_i^2$ we know\n\n$$\n\\frac{a}{b}\n$$\n\n- a list\n- of two\n\n"
	text := "The needle stands at the beginning.\n\n" + strings.Repeat(part, 50) + "The end.\n\nAnd more."
	var pieces []string
	for ; len(text) > 30; text = text[30:] {
		pieces = append(pieces, text[:30])
	}
	return append(pieces, text)
}

const stillJS = `
	window.scroller = () => document.querySelector('.scroller');
	window.left = () => scroller().scrollHeight - scroller().clientHeight - scroller().scrollTop;
	window.still = () => document.querySelectorAll('.blocks[data-still]').length;
	// What each step of a walk moves what was in sight by, beyond the step.
	window.walk = async (by) => {
		const frame = () => new Promise(requestAnimationFrame);
		const { left, top, width, height } = scroller().getBoundingClientRect();
		let worst = 0;
		for (let before = -1; scroller().scrollTop !== before;) {
			before = scroller().scrollTop;
			const seen = document.elementFromPoint(left + width / 2, top + height / 2).closest('.block');
			const was = seen?.getBoundingClientRect().top;
			scroller().scrollTop += by;
			const moved = before - scroller().scrollTop;
			await frame(); await frame(); await frame();
			if (seen) worst = Math.max(worst, Math.abs(seen.getBoundingClientRect().top - was - moved));
		}
		return worst;
	};`

// TestALongReplyStandsStill looks at a long reply while it is written: what is
// out of sight costs nothing, and is there as ever.
func TestALongReplyStandsStill(t *testing.T) {
	pieces := longReply()
	browser := webtest.NewBrowser(t)
	written := make(chan struct{})
	_, p := openWindow(t, browser, scripted.Options{Script: scripted.Script{Answer: pieces}, Fault: func(ctx context.Context, token int) error {
		switch {
		case token == len(pieces)-1:
			select {
			case <-written:
			case <-ctx.Done():
			}
		case token%20 == 0:
			time.Sleep(time.Millisecond) // so that it comes in several events
		}
		return nil
	}})
	p.Do(webtest.Script(stillJS))
	p.Type("#message", "Write\r")
	p.Until(`document.querySelector('#turn-2[data-state=running]')?.textContent.includes('The end.')`)
	p.Until(`still() > 8 && left() < 5 && !document.querySelector('#turn-2 .math:not(:has(.katex))')`)
	if last := webtest.Get[bool](p, `document.querySelector('#turn-2 [data-part=text] > .blocks:last-child').matches('[data-still]')`); last {
		t.Error("the group that grows stands still")
	}

	if moved := webtest.Get[float64](p, `walk(-400)`); moved > 1 {
		t.Errorf("what was in sight moved by %v px on the way up", moved)
	}
	p.Until(`scroller().scrollTop === 0`)
	p.Until(`still() > 8`)
	if moved := webtest.Get[float64](p, `walk(400)`); moved > 1 {
		t.Errorf("what was in sight moved by %v px on the way down", moved)
	}
	p.Until(`left() < 5 && still() > 8`)
	jumped := webtest.Get[bool](p, `new Promise((done) => {
		scroller().scrollTop = scroller().scrollHeight / 2;
		const { left, top, width, height } = scroller().getBoundingClientRect();
		requestAnimationFrame(() => done(!document.elementFromPoint(left + width / 2, top + height / 2).closest('.blocks').matches('[data-still]')));
	})`)
	if !jumped {
		t.Error("what is jumped to stands still when it is first seen")
	}
	p.Do(webtest.Script(`scroller().scrollTop = scroller().scrollHeight; null`))
	p.Until(`left() < 5 && still() > 8 && document.getElementById('jump').hidden`) // the reply is followed again
	differs := `(() => {
		const was = scroller().scrollHeight;
		for (const group of document.querySelectorAll('.blocks[data-still]')) group.removeAttribute('data-still');
		return scroller().scrollHeight - was;
	})()`

	// A narrower window is another height of everything.
	p.Do(webtest.Script(`window.was = scroller().scrollHeight`))
	p.Resize(420, 800)
	p.Until(`scroller().scrollHeight > was && still() > 8`)
	if by := webtest.Get[float64](p, differs); by > 1 || by < -1 {
		t.Errorf("a reply that stands still is %v px higher when it does not", by)
	}
	p.Resize(1280, 860)
	p.Until(`still() > 8 && left() < 5`)

	// All of it is chosen, and read.
	chosen := webtest.Get[string](p, `(() => { getSelection().selectAllChildren(document.querySelector('#turn-2 [data-part=text]')); const text = String(getSelection()); getSelection().removeAllRanges(); return text; })()`)
	if strings.Count(chosen, "A heading") != 50 || !strings.Contains(chosen, "The needle") || !strings.Contains(chosen, "The end.") {
		t.Errorf("of the whole reply %d bytes are chosen: %q…", len(chosen), chosen[:min(len(chosen), 200)])
	}
	tree := p.Tree("#turn-2")
	for _, said := range []string{"The needle stands", "The end."} {
		if !strings.Contains(tree, said) {
			t.Errorf("a screen reader does not come across %q", said)
		}
	}

	p.Do(webtest.Script(`window.kept = [...document.querySelectorAll('#turn-2 .blocks > .block')].slice(0, -1)`))
	close(written)
	p.Until(`document.querySelector('#turn-2[data-state=done]')`)
	p.Until(`document.querySelector('#turn-2').textContent.includes('And more.')`)
	if lost := webtest.Get[int](p, `kept.filter((block) => !block.isConnected).length`); lost > 0 {
		t.Errorf("%d of %d blocks were drawn anew at the end", lost, webtest.Get[int](p, `kept.length`))
	}
	p.Until(`still() > 8`)
	p.Press("f", ctrl)
	p.Until(`document.activeElement.id === 'find-text'`)
	p.Press("needle")
	p.Until(`CSS.highlights.get('meant')?.size === 1 && (() => { const [range] = CSS.highlights.get('meant'); const box = range.getBoundingClientRect(); const view = scroller().getBoundingClientRect(); return box.height > 0 && box.top >= view.top && box.bottom <= view.bottom; })()`)
	lookAt(t, p, "long reply")
}

// TestWhatIsDrawnLateStandsStill when it has been drawn: the formulas of a long
// text are not, when it is first seen to be far.
func TestWhatIsDrawnLateStandsStill(t *testing.T) {
	w := newWriting(t, webtest.NewBrowser(t))
	w.page.Do(webtest.Script(stillJS))
	w.emit(strings.Repeat("Of $x_i^2$ we know\n\n$$\n\\frac{a}{b} + \\sqrt{c}\n$$\n\n", 250))
	w.page.Until(`!document.querySelector('#turn-6 .math:not(:has(.katex))')`)
	w.page.Until(`still() > 8 && ` + farStandsStill)
}

// farStandsStill holds when each group of blocks a screen above sight is at rest.
// One block alone, such as a table, has none there.
const farStandsStill = `(() => {
	const { top, height } = document.querySelector('.scroller').getBoundingClientRect();
	const far = [...document.querySelectorAll('#turn-6 [data-part=text] > .blocks')].filter((group) => group.getBoundingClientRect().bottom < top - height);
	return far.every((group) => group.matches('[data-still]'));
})()`
