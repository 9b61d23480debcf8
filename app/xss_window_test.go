package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/hostile"
	"notso/app/webtest"
	"notso/engine/scripted"
)

const (
	payloadsInTurn = 10
	turnsInChat    = 36 // fewer than the page holds
)

// TestHostileTextDoesNothingInTheWindow shows every payload in the real page as a
// message, a reply, a tool's call, reasoning, a title, the name of a file and what a
// search finds. The real window (uitest) shows each as each of these.
func TestHostileTextDoesNothingInTheWindow(t *testing.T) {
	browser := webtest.NewBrowser(t)
	b, p := openWindow(t, browser, scripted.Options{})
	p.Do(webtest.Script(`window.still = true; for (const name of ['alert', 'confirm', 'prompt', 'open', 'print']) window[name] = () => { window.owned = name; }`))
	payloads := hostile.Payloads(t)
	var chats []int64
	for part := range slices.Chunk(payloads, payloadsInTurn*turnsInChat) {
		var turns []chat.Turn
		for some := range slices.Chunk(part, payloadsInTurn) {
			text := strings.ToValidUTF8(strings.Join(some, "\n\n"), "\ufffd")
			role := chat.User
			if len(turns)%2 == 1 {
				role = chat.Assistant
				text += "\n\n" + hostile.ToolCall(text)
			}
			turns = append(turns, chat.Turn{ID: int64(len(turns) + 1), Parent: int64(len(turns)), Role: role, State: chat.Done, Text: text, Reasoning: text, Created: time.Now()})
		}
		c, err := b.store.AddChat(t.Context(), chat.Chat{Title: strings.ToValidUTF8(part[0]+part[len(part)/2], ""), Head: int64(len(turns)), Created: time.Now(), Updated: time.Now()}, turns)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 10 {
			if _, err := b.store.AddAttachment(t.Context(), c.ID, chat.Attachment{Name: strings.ToValidUTF8(part[i*len(part)/10], ""), Kind: "text", Text: part[i]}); err != nil {
				t.Fatal(err)
			}
		}
		chats = append(chats, c.ID)
	}
	b.opts.Emit("refresh", refreshEvent{What: "sidebar"})
	before := len(p.Server.Calls())
	for _, id := range chats {
		b.opts.Emit("open", id)
		p.Until(fmt.Sprintf(`document.querySelector('#conversation').dataset.chat === '%d' && document.querySelectorAll('#turns .turn').length > 5`, id))
		p.Do(webtest.Script(`document.querySelectorAll('.reasoning').forEach((fold) => { fold.open = true; })`))
		if got := webtest.Get[string](p, hostileJS); got != "" {
			t.Errorf("chat %d: %s", id, got)
		}
	}
	for _, words := range []string{"alert", "script", "img", "javascript", "svg"} {
		found := webtest.Get[[]int](p, `fetch('/search?q=`+words+`').then((r) => r.text()).then((html) => {
			const hits = new DOMParser().parseFromString(html, 'text/html');
			return [hits.body.textContent.length, hits.querySelectorAll('script, img, iframe, style, object, a[href^="javascript"], [onerror], [onload], [onclick], [style]').length];
		})`)
		if found[0] < 20 || found[1] > 0 {
			t.Errorf("searching %q gives %d characters and %d elements that are no text", words, found[0], found[1])
		}
	}
	if calls := p.Server.Calls(); len(calls) != before {
		t.Errorf("a payload called %v", calls[before:])
	}
}

// hostileJS says what a payload has done or become, "" for nothing.
const hostileJS = `(() => {
	if (window.owned || !window.still) return 'a payload ran: ' + window.owned;
	const strangers = performance.getEntriesByType('resource').filter(({ name }) => !name.startsWith(location.origin) && !name.startsWith('data:'));
	if (strangers.length) return 'a request to ' + strangers[0].name;
	for (const el of document.querySelectorAll('.prose *, .title, .name')) {
		if (el.closest('.katex')) continue;
		for (const { name } of el.attributes) {
			if (name.startsWith('on') || name.startsWith('hx-') || name === 'style' || name === 'srcdoc') return el.outerHTML.slice(0, 200);
		}
		if (el.matches('script, iframe, object, embed, form, input, style, link, meta, base, video, audio, svg:not(.katex svg)')) return el.outerHTML.slice(0, 200);
		if (el.matches('img') && !el.src.startsWith('data:image/')) return el.outerHTML.slice(0, 200);
		if (el.matches('a') && !/^(https?:|mailto:|#t\d+-fn)/.test(el.getAttribute('href'))) return el.outerHTML.slice(0, 200);
	}
	return '';
})()`
