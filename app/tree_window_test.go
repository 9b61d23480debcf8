package app

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"notso/app/webtest"
	"notso/engine/scripted"

	"github.com/chromedp/chromedp/kb"
)

var updateTrees = flag.Bool("update", false, "rewrite the golden files in testdata/trees")

// gaugeCount is what fills the context: as a reply is written it is told now and
// then, and not after each token.
var gaugeCount = regexp.MustCompile(`(Context in use" value=")\d+|\d+( of 8,192 tokens)`)

// wantTree compares what a screen reader finds of selector with a golden file.
// Times, the greeting of the hour, speeds and what fills the context are left out.
func wantTree(t *testing.T, p *webtest.Page, name, selector string) {
	t.Helper()
	got := regexp.MustCompile(`\d+:\d\d|\d+(\.\d+)? (tok/s|m?s\b)|\b\d+ (January|February|March|April|May|June|July|August|September|October|November|December)|Good (morning|afternoon|evening)|Still up\?`).ReplaceAllString(p.Tree(selector), "#")
	got = gaugeCount.ReplaceAllString(got, "${1}#${2}")
	path := filepath.Join("testdata", "trees", name+".txt")
	if *updateTrees {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("a screen reader finds of the %s\n%s\nwant, by %s,\n%s", name, got, path, want)
	}
}

// TestScreenReaderFinds compares the accessibility tree of what people use most
// with what was read through and accepted.
func TestScreenReaderFinds(t *testing.T) {
	browser := webtest.NewBrowser(t)
	for _, test := range []struct {
		name, selector string
		script         scripted.Options
		fill           func(b *bench)
		reach          func(t *testing.T, b *bench, p *webtest.Page)
	}{
		{"commands", ".pane", scripted.Options{}, nil, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "/")
			p.Press(kb.ArrowDown)
			p.Until(`message.getAttribute('aria-activedescendant') === 'command-clear'`)
		}},
		{"command arguments", "#palette-panel", scripted.Options{}, nil, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "/theme ")
			p.Until(`document.querySelector('#palette-arguments [role=option]')`)
		}},
		{"palette over everything", "dialog.everything", scripted.Options{}, fillForSidebar, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Press("k", ctrl)
			p.Until(`document.activeElement.id === 'everything-query'`)
			p.Press("chat 5")
			p.Until(`[...document.querySelectorAll('.everything [role=option]')].map((option) => option.id + option.ariaSelected).join() === 'every-chat-5true' && document.activeElement.getAttribute('aria-activedescendant') === 'every-chat-5'`)
		}},
		{"sidebar", "#sidebar", scripted.Options{}, func(b *bench) {
			b.keep(0, "One", "Hello", "Hi")
			b.keep(0, "Two", "Hello", "Hi")
			folder, err := b.store.CreateFolder(b.t.Context(), "Work")
			if err == nil {
				err = b.store.MoveChats(b.t.Context(), folder.ID, b.keep(0, "Three", "Hello", "Hi").ID)
			}
			if err != nil {
				b.t.Fatal(err)
			}
		}, func(t *testing.T, b *bench, p *webtest.Page) {
			openChat(p, 1)
			p.Until(`document.querySelector('#chat-1 .open').ariaCurrent === 'true' && document.activeElement.id === 'message'`)
			p.Do(webtest.Script(`document.querySelector('#chat-2 .pick').click(); document.querySelector('#folder-1 details').open = true`))
		}},
		{"search results", "#results", scripted.Options{}, fillForSearch, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#search", "kitchen")
			p.Until(`[...document.querySelectorAll('#results mark')].map((m) => m.textContent).join() === 'Kitchen,kitchen'`)
		}},
		{"reply being written", "#conversation", scripted.Options{Delay: 20 * time.Millisecond, Fault: untilStopped()}, nil, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('[data-state=running] [data-part=text]')?.textContent.trim() === 'Hello!'`)
			p.Until(`document.querySelector('#chat-1 .open')`)
		}},
		{"versions of a turn", "#turns", scripted.Options{}, nil, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Type("#message", "Hello\r")
			p.Until(`document.querySelector('#turn-2[data-state=done] .retry')`)
			p.Press(kb.ArrowUp)
			p.Press("r")
			p.Until(`document.querySelector('#turn-3[data-state=done] .place')?.textContent === '2 / 2' && document.activeElement.id === 'turn-3'`)
			p.Until(`document.querySelector('#turn-3').ariaPosInSet === '2'`)
		}},
		{"turn of a long chat", "#turn-300", scripted.Options{}, fillLong, func(t *testing.T, b *bench, p *webtest.Page) {
			openChat(p, 1)
			p.Until(`document.querySelector('#turn-300').ariaPosInSet`)
		}},
		{"menu of a turn", ".turnmenu", scripted.Options{}, fillForSidebar, func(t *testing.T, b *bench, p *webtest.Page) {
			openChat(p, 5)
			p.Until(`document.activeElement.id === 'message'`)
			p.Press(kb.ArrowUp)
			p.Press("\r")
			p.Until(`document.activeElement.matches('.turnmenu [role=menuitem]')`)
		}},
		{"map of branches", "dialog.map", scripted.Options{}, fillForSidebar, func(t *testing.T, b *bench, p *webtest.Page) {
			openChat(p, 5)
			p.Until(`document.activeElement.id === 'message'`)
			p.Press(kb.ArrowUp)
			p.Press("m")
			p.Until(`document.activeElement.matches('.segment')`)
		}},
		{"settings", "#section-appearance", scripted.Options{}, nil, func(t *testing.T, b *bench, p *webtest.Page) {
			p.Press(",", ctrl)
			p.Until(`document.activeElement.id === 'settings-title'`)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.script)
			b.opts.Now = inTheMorning
			if test.fill != nil {
				test.fill(b)
			}
			server := webtest.NewServer(t, b.Handler())
			b.onEach = func(e event) { server.Emit(e.name, e.data) }
			b.Startup()
			p := browser.Open(t, server)
			test.reach(t, b, p)
			wantTree(t, p, strings.ReplaceAll(test.name, " ", "-"), test.selector)
			p.Close()
		})
	}
}

// inTheMorning is today, and the hour by which a new chat greets.
func inTheMorning() time.Time {
	year, month, day := time.Now().Date()
	return time.Date(year, month, day, 8, 0, 0, 0, time.Local)
}

// TestRowsTellTheirPlaceInTheWhole is about lists of which the page holds a part.
func TestRowsTellTheirPlaceInTheWhole(t *testing.T) {
	browser := webtest.NewBrowser(t)
	place := func(p *webtest.Page, row string, at, of int) {
		t.Helper()
		p.Until(fmt.Sprintf(`document.querySelector('%s').ariaPosInSet === '%d' && document.querySelector('%s').ariaSetSize === '%d'`, row, at, row, of))
	}
	b := newBench(t, scripted.Options{})
	fillLong(b)
	keepMany(b, 350)
	server := webtest.NewServer(t, b.Handler())
	b.onEach = func(e event) { server.Emit(e.name, e.data) }
	b.Startup()
	p := browser.Open(t, server)

	place(p, "#recent > .chat:last-child", 100, 352)
	p.Do(webtest.Script(`chats.scrollTop = chats.scrollHeight`))
	p.Until(`document.querySelectorAll('#older > .chat').length >= 100`)
	place(p, "#older > .chat", 101, 352)
	p.Do(webtest.Script(`document.querySelector('#recent > .chat:last-child .open').focus()`))
	p.Press(kb.Delete)
	place(p, "#older > .chat", 100, 351)

	p.Server.Emit("open", 1)
	p.Until(`document.querySelector('#turn-300')`)
	place(p, "#turn-300", 300, 300)
	p.Do(webtest.Script(`document.querySelector('.scroller').focus()`))
	p.Press(kb.Home)
	p.Until(`document.querySelector('#turn-1')`)
	place(p, "#turn-1", 1, 300)
	p.Press(kb.End)
	p.Until(`document.querySelector('#turn-300')`)
	place(p, "#turn-300", 300, 300)
	p.Type("#message", "One more\r")
	p.Until(`document.querySelector('#turns > .turn:last-of-type[data-state=done]').dataset.role === 'assistant' && !document.querySelector('#turn-300:last-of-type')`)
	place(p, "#turns > .turn:last-of-type", 302, 302)
}

// noteSpoken keeps every piece that the live region has had.
const noteSpoken = `window.heard = []; new MutationObserver((records) => { for (const { addedNodes } of records) for (const node of addedNodes) heard.push(node.textContent); }).observe(spoken, { childList: true, characterData: true, subtree: true })`

// TestReplyIsSaidInSettledPieces holds what a screen reader is told while a
// reply comes word by word.
func TestReplyIsSaidInSettledPieces(t *testing.T) {
	browser := webtest.NewBrowser(t)
	_, p := openCanned(t, browser, cannedPage(cannedStreaming()))
	p.Do(webtest.Script(noteSpoken))
	if live := webtest.Get[[]string](p, `[...document.querySelectorAll('#conversation [aria-live]')].filter((el) => el.contains(document.querySelector('#turn-6')) && el.ariaLive !== 'off').map((el) => el.id)`); len(live) > 0 {
		t.Errorf("%v would say each token", live)
	}
	seq := 3
	emit := func(from int, blocks ...string) {
		seq++
		p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq, Parts: []replyPart{{Part: "text", From: from, Blocks: blocks}}})
		p.Until(fmt.Sprintf(`document.querySelector('#turn-6').dataset.seq === '%d'`, seq))
	}
	open := ""
	for _, word := range strings.SplitAfter("Air scatters light. Blue, by far, the most! Violet is", " ") {
		open += word
		emit(0, "<p>"+open+"</p>")
	}
	emit(0, "<p>"+open+" scarce</p>", "<figure class=\"code\"><figcaption><span>go</span></figcaption><pre><code>x := 1. y</code></pre></figure>")
	emit(2, "<ul>\n<li>one</li>\n<li>tw</li>\n</ul>")
	emit(2, "<ul>\n<li>\n<p>one</p>\n</li>\n<li>\n<p>two</p>\n</li>\n<li>\n<p>thr</p>\n</li>\n</ul>")
	emit(2, "<ul>\n<li>\n<p>one</p>\n</li>\n<li>\n<p>two</p>\n</li>\n<li>\n<p>three</p>\n</li>\n</ul>")
	emit(3, "<p>Wave <em>len</em>")
	p.Server.Emit("reply", replyEvent{Chat: 1, Turn: 6, Seq: seq + 1, Final: true})
	p.Until(`document.querySelector('#turn-6[data-state=done]')`)
	want := "Air scatters light.|Blue, by far, the most!|Violet is scarce|Code: go|one|two|three|Wave len"
	if got := webtest.Get[string](p, `heard.join('|')`); got != want {
		t.Errorf("a screen reader is told %q, want %q", got, want)
	}
	if n := webtest.Get[int](p, `spoken.childElementCount`); n > 3 {
		t.Errorf("%d pieces stay on the page", n)
	}
}
