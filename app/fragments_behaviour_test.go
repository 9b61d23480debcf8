package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"notso/app/webtest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// inputMethod is how a key is told to be an input method's: by most browsers, and
// by WebKit after the composition.
var inputMethod = []string{"isComposing: true", "keyCode: 229"}

// TestPage runs the real page against canned answers; what the answers hold is
// the business of the handlers' own tests.
func TestPage(t *testing.T) {
	browser := webtest.NewBrowser(t)
	talk, streaming := cannedPage(cannedTalk()), cannedPage(cannedStreaming())
	for _, test := range []struct {
		name string
		page pageView
		run  func(t *testing.T, c *canned, p *webtest.Page)
	}{
		{"Enter sends, and the box is empty and focused again", talk, func(t *testing.T, c *canned, p *webtest.Page) {
			p.Type("#message", "Hello <b>there</b>\r")
			p.Until(`document.querySelector('#turn-100') && document.querySelector('#turn-101[data-state=running]')`)
			wantText(t, p, "#turn-100 .block", "Hello <b>there</b>")
			p.Until(`document.querySelector('#message').value === '' && document.activeElement.id === 'message'`)
			p.Until(`document.querySelector('#turns').ariaBusy === 'true'`)
			p.UntilTrue("the draft is forgotten", func() bool { return c.noted("POST /draft chat=1&text=") })
		}},
		{"Shift+Enter, an input method's Enter and an empty message send nothing", talk, func(t *testing.T, c *canned, p *webtest.Page) {
			p.Type("#message", "one")
			p.Press("\r", chromedp.Modifier(8))
			p.Press("two")
			for _, kind := range inputMethod {
				p.Do(webtest.Script(fmt.Sprintf(`message.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', %s, bubbles: true, cancelable: true}))`, kind)))
			}
			if got := webtest.Get[string](p, `message.value`); got != "one\ntwo" {
				t.Errorf("the box holds %q", got)
			}
			p.Do(webtest.Script(`message.value = '  '; composer.requestSubmit()`))
			if c.noted("POST /chats/1/turns") {
				t.Error("something was sent")
			}
		}},
		{"in a window of a few lines the list of chats has room, and what is below it is reached by scrolling", talk, func(t *testing.T, _ *canned, p *webtest.Page) {
			p.Resize(360, 256)
			p.Click(".opener")
			p.Until(`document.querySelector('.pane').inert`)
			if high := webtest.Get[int](p, `document.querySelector('.chats > .list').clientHeight`); high < 150 {
				t.Errorf("the list is %d px high", high)
			}
			p.Do(webtest.Script(`document.querySelector('.side').scrollTop = 1000`))
			p.Until(`(() => { const { top, bottom } = document.querySelector('.appearance').getBoundingClientRect(); return top >= 0 && bottom <= innerHeight + 1; })()`)
		}},
		{"the box grows to eight lines and then scrolls", talk, func(t *testing.T, _ *canned, p *webtest.Page) {
			height := func(lines int) int {
				p.Do(webtest.Script(fmt.Sprintf(`message.value = 'x\n'.repeat(%d) + 'x'; message.dispatchEvent(new Event('input'))`, lines-1)))
				return webtest.Get[int](p, `message.clientHeight`)
			}
			one, two, eight, twenty := height(1), height(2), height(8), height(20)
			if two-one < 20 || eight != one+7*(two-one) || twenty != eight {
				t.Errorf("1, 2, 8, 20 lines are %d, %d, %d, %d px high", one, two, eight, twenty)
			}
		}},
		{"a refused message stays in the box, with the sentence above it", talk, func(t *testing.T, c *canned, p *webtest.Page) {
			c.refuse = "A reply is being written."
			p.Allow("422")
			p.Type("#message", "Do not lose me\r")
			p.Until(`document.querySelector('#composer-error').textContent === 'A reply is being written.'`)
			if got := webtest.Get[string](p, `message.value`); got != "Do not lose me" {
				t.Errorf("the box holds %q", got)
			}
			p.Press("\r")
			p.Until(`document.querySelector('#turn-100') && document.querySelector('#composer-error').textContent === '' && message.value === ''`)
		}},
		{"a message that never arrives stays in the box", talk, func(t *testing.T, _ *canned, p *webtest.Page) {
			p.Allow("htmx:error")
			p.Do(webtest.Script(`window.fetch = () => Promise.reject(new TypeError('gone'))`))
			p.Type("#message", "Do not lose me\r")
			p.Until(`document.querySelector('#composer-error').textContent.includes('did not answer') && message.value === 'Do not lose me'`)
		}},
		{"a draft is saved after a pause, and when another chat is opened", talk, func(_ *testing.T, c *canned, p *webtest.Page) {
			p.Type("#message", "half a thou")
			p.UntilTrue("the draft is saved", func() bool { return c.noted("POST /draft chat=1&text=half+a+thou") })
			p.Do(webtest.Script(`message.value = 'a whole one'; message.dispatchEvent(new Event('input')); document.querySelector('#chat-2 .open').click()`))
			p.UntilTrue("the last words are saved too", func() bool { return c.noted("POST /draft chat=1&text=a+whole+one") })
			p.Until(`document.querySelector('#conversation[data-chat="2"]') && document.activeElement.id === 'message'`)
			p.Until(`document.querySelector('#chat-2 [aria-current=true]') && document.querySelector('h1').textContent === 'Rename me'`)
		}},
		{"a draft is saved while typing goes on", talk, func(_ *testing.T, c *canned, p *webtest.Page) {
			p.Do(webtest.Script(typing + `window.keys = setInterval(() => type('x'), 50)`))
			p.UntilTrue("what is typed is saved", func() bool { return slices.ContainsFunc(c.drafts(), func(text string) bool { return len(text) > 1 }) })
			p.Do(webtest.Script(`clearInterval(keys)`))
		}},
		{"a draft is saved at the first key and where a word ends, and a paste at once", talk, func(_ *testing.T, c *canned, p *webtest.Page) {
			saved := func(text string) {
				p.UntilTrue(text+" is saved", func() bool { return slices.Contains(c.drafts(), text) })
			}
			p.Do(webtest.Script(typing + noPauses + `type('a')`))
			saved("a")
			p.Do(webtest.Script(`type('b'); type(' ')`))
			saved("ab ")
			p.Do(webtest.Script(`type('c', 'insertFromPaste')`))
			saved("ab c")
		}},
		{"Enter while a message is on its way sends what was typed since, and nothing twice", talk, func(t *testing.T, c *canned, p *webtest.Page) {
			c.hold = make(chan struct{})
			p.Type("#message", "First\r")
			p.UntilTrue("the message is sent", func() bool { return c.noted("POST /chats/1/turns text=First") })
			p.Press("\r")
			p.Press("second\r")
			close(c.hold)
			p.UntilTrue("the rest is sent", func() bool { return c.noted("POST /chats/1/turns text=second") })
			p.Until(`message.value === ''`)
			if c.noted("POST /chats/1/turns text=Firstsecond") || strings.Count(strings.Join(c.posts, "\n"), "/turns text=First\n") != 1 {
				t.Errorf("sent were %q", c.posts)
			}
		}},
		{"a command by its keys while a message is on its way comes after it, and so does the next one", talk, func(t *testing.T, c *canned, p *webtest.Page) {
			c.hold = make(chan struct{})
			p.Type("#message", "First\r")
			p.UntilTrue("the message is sent", func() bool { return c.noted("POST /chats/1/turns text=First") })
			p.Press("L", chromedp.Modifier(2)|chromedp.Modifier(8))
			p.Press("T", chromedp.Modifier(2)|chromedp.Modifier(8))
			if c.noted("POST /chats/1/command") {
				t.Error("the command was sent before the message had its answer")
			}
			close(c.hold)
			p.UntilTrue("the commands are sent", func() bool {
				return c.noted("POST /chats/1/command draft=&line=%2Ftheme") && c.noted("POST /chats/1/command draft=&line=%2Fthinking")
			})
		}},
		{"the palette is walked by keyboard", talk, testPaletteWalk},
		{"the palette filters, completes and closes", talk, testPaletteFilter},
		{"a click on a command runs it, or completes one that takes an argument", talk, func(_ *testing.T, c *canned, p *webtest.Page) {
			p.Click("#composer [data-slash]")
			p.Click("#command-temp")
			p.Until(`message.value === '/temp ' && document.activeElement === message`)
			p.Do(webtest.Script(`message.value = ''; message.dispatchEvent(new Event('input'))`))
			p.Click("#composer [data-slash]")
			p.Click("#command-new")
			p.UntilTrue("/new is sent", func() bool { return c.noted("POST /chats/1/turns text=%2Fnew") })
		}},
		{"a reply appears as its events come", streaming, testStreaming},
		{"events that overtake their turn wait for it", talk, testOvertaking},
		{"events newer than a fragment that comes after them are written again", streaming, testLateFragment},
		{"blocks that stand are left alone", streaming, testSettledBlocks},
		{"an event with a gap before it fetches the turn", streaming, func(_ *testing.T, _ *canned, p *webtest.Page) {
			p.Server.Emit("reply", replyEvent{Turn: 6, Seq: 9, Parts: []replyPart{{Part: "text", From: 4, Blocks: []string{"<p>late</p>"}}}})
			p.Until(`document.querySelector('#turn-6[data-state=done] [data-part=text]').textContent === 'The whole reply.'`)
		}},
		{"the reader may scroll away from a reply and jump back", streaming, testAutoscroll},
		{"keys of an input method are nobody else's", streaming, func(t *testing.T, c *canned, p *webtest.Page) {
			press := func(where string, keys ...string) {
				for _, key := range keys {
					for _, kind := range inputMethod {
						p.Do(webtest.Script(fmt.Sprintf(`document.querySelector('%s').dispatchEvent(new KeyboardEvent('keydown', {key: '%s', %s, bubbles: true, cancelable: true}))`, where, key, kind)))
					}
				}
			}
			p.Type("#message", "/")
			p.Until(`!document.querySelector('#palette-panel').hidden`)
			chosen := `document.querySelector('#palette-panel [aria-selected=true]').id`
			was := webtest.Get[string](p, chosen)
			press("#message", "ArrowDown", "Escape", "Enter", "Tab")
			if got := webtest.Get[string](p, `document.querySelector('#palette-panel').hidden ? 'closed' : message.value + `+chosen); got != "/"+was {
				t.Errorf("the palette is at %q, was at %q", got, "/"+was)
			}
			p.Press(kb.Escape)
			p.Until(`document.querySelector('#palette-panel').hidden`)
			p.Do(webtest.Script(`document.querySelector('#chat-2 .open').focus()`))
			p.Press(kb.F2)
			p.Until(`document.activeElement.closest('.rename')`)
			press(".rename input", "Enter", "Escape")
			press("#message", "Escape")
			if !webtest.Get[bool](p, `document.activeElement.closest('.rename') !== null`) || c.noted("POST /chats/1/stop") {
				t.Error("a key of an input method ended a field or the reply")
			}
		}},
		{"Escape stops the reply, once nothing nearer takes it", streaming, func(t *testing.T, c *canned, p *webtest.Page) {
			p.Type("#message", "/")
			p.Press(kb.Escape)
			p.Until(`document.querySelector('#palette-panel').hidden`)
			if c.noted("POST /chats/1/stop") {
				t.Error("the Escape that closed the palette also stopped the reply")
			}
			p.Press(kb.Escape)
			p.UntilTrue("the reply is stopped", func() bool { return c.noted("POST /chats/1/stop") })
		}},
		{"a token's list is shown, though that of another was on its way", cannedPage(cannedVersions()), func(_ *testing.T, _ *canned, p *webtest.Page) {
			p.Do(webtest.Script(`{
				const fetched = window.fetch, late = new Promise((go) => { window.arrive = go; });
				window.fetch = async (path, options) => { if (String(path).includes('/choice')) await late; return fetched(path, options); };
			}`))
			p.Do(webtest.Script(`document.querySelector('#turn-2 [data-tokens]').click()`))
			p.Until(`document.activeElement.matches('.stream > .token')`)
			p.Do(webtest.Script(`document.querySelectorAll('.stream > .token')[6].focus(); arrive()`))
			p.Until(`document.querySelector('.choice:popover-open')`)
		}},
		{"a token's list lies beside all lines of its token, in the window", cannedPage(cannedVersions()), func(t *testing.T, _ *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('#turn-2 [data-tokens]').click()`))
			p.Until(`document.activeElement.matches('.stream > .token')`)
			for _, height := range []int64{860, 420, 300} {
				p.Resize(360, height)
				p.Do(webtest.Script(`{
					const token = document.querySelectorAll('.stream > .token')[6];
					token.textContent = ' scatters' + ' and goes on'.repeat(4);
					document.activeElement.blur();
					token.focus();
				}`))
				p.Until(`document.querySelector('.choice:popover-open') && document.activeElement.getClientRects().length > 1`)
				p.Until(`(() => {
					const list = document.querySelector('.choice').getBoundingClientRect();
					const apart = [...document.activeElement.getClientRects()].every((line) => line.bottom <= list.top || line.top >= list.bottom);
					return (apart || innerHeight < 400) && list.top >= 0 && list.bottom <= innerHeight && list.right <= innerWidth && list.height >= 100;
				})()`)
			}
		}},
		{"the theme follows the system until told otherwise", cannedPage(cannedTalk()), testTheme},
		{"the pill and the gauge follow their events", talk, func(t *testing.T, _ *canned, p *webtest.Page) {
			p.Server.Emit("status", statusView{State: "reading", Text: "Reading 40 of 100 tokens", Fraction: .4})
			p.Until(`document.querySelector('#status[data-state=reading] .part').getAttribute('stroke-dasharray') === '0.4 1'`)
			p.Server.Emit("status", statusView{State: "reading", Text: "Reading 60 of 100 tokens", Fraction: .6})
			p.Until(`document.querySelector('#status .text').textContent === 'Reading 60 of 100 tokens'`)
			wantText(t, p, "#status .said", "Reading 40 of 100 tokens") // said once
			p.Server.Emit("gauge", gaugeView{Chat: 99, Limit: 100, Percent: 1, Level: "green", Text: "another chat's"})
			p.Server.Emit("gauge", gaugeView{Chat: 1, Used: 72, Limit: 100, Percent: 72, Level: "yellow", Text: "72 of 100 tokens"})
			p.Until(`document.querySelector('#gauge[data-level=yellow][aria-valuenow="72"] .long').textContent === '72 of 100 tokens'`)
		}},
		{"a gauge that does not know asks, once it is there", cannedPage(uncounted()), func(_ *testing.T, c *canned, p *webtest.Page) {
			p.UntilTrue("the page asks for a count", func() bool { return c.noted("POST /chats/1/count") })
		}},
		{"the thinking switch turns", talk, func(_ *testing.T, c *canned, p *webtest.Page) {
			p.Click("#thinking[aria-checked=true]")
			p.Until(`document.querySelector('#thinking').ariaChecked === 'false'`)
			p.UntilTrue("the app is told", func() bool { return c.noted("POST /chats/1/thinking on=false") })
		}},
		{"a chat is renamed in its place", talk, func(t *testing.T, c *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('#chat-2 .open').focus()`))
			p.Press(kb.F2)
			p.Press("Never")
			p.Press(kb.Escape)
			p.Until(`!document.querySelector('.rename') && document.activeElement.closest('#chat-2')`)
			p.Press(kb.F2)
			p.Press("A better name\r")
			p.Until(`document.querySelector('#chat-2 .title').textContent === 'A better name'`)
			if c.noted("POST /chats/2/title title=Never") {
				t.Error("Escape saved the title")
			}
		}},
		{"a deleted chat can be brought back", talk, func(_ *testing.T, c *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('#chat-1 .open').focus()`))
			p.Press(kb.Delete)
			p.Until(`!document.querySelector('#chat-1')`)
			p.Click(".toast .undo")
			p.Until(`document.querySelector('#chat-1') && !document.querySelector('.toast')`)
			p.UntilTrue("the app is told", func() bool { return c.noted("POST /chats/1/restore") })
		}},
		{"arrows move through the list of chats", talk, func(_ *testing.T, _ *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('#chat-1 .open').focus()`))
			p.Press(kb.ArrowDown)
			p.Press(kb.ArrowDown)
			p.Press(kb.ArrowUp)
			p.Press("\r")
			p.Until(`document.querySelector('#conversation[data-chat="2"]')`)
		}},
		{"code and turns are copied", talk, func(t *testing.T, _ *canned, p *webtest.Page) {
			p.Click("#turn-4 .copy")
			p.Until(`document.querySelector('#turn-4 .copy[data-done]') && announcer.textContent === 'Copied.'`)
			p.Click("#turn-4 [data-copy]")
			p.Until(`document.querySelector('#turn-4 [data-copy][data-done]')`)
			calls := p.Server.Calls()
			if len(calls) != 2 || !strings.HasPrefix(argument(calls[0]), "func main() {\n\tconst c") || argument(calls[1]) != "**Markdown** of turn 4" {
				t.Errorf("the clipboard got %+v", calls)
			}
		}},
		{"links open outside", talk, func(_ *testing.T, c *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('#turn-2 a').click()`))
			p.UntilTrue("the link is handed over", func() bool { return c.noted("POST /open url=https%3A%2F%2Fexample.org%2Fcmb") })
			p.Until(`location.pathname === '/' && document.querySelector('#turn-2')`)
		}},
		{"an export tells where it went", talk, func(t *testing.T, _ *canned, p *webtest.Page) {
			p.Server.Answer = func(call webtest.Call) (any, error) { return "/home/me/chat.md", nil }
			p.Click(".menu > summary")
			p.Click(".menu [data-format=md]")
			p.Until(`document.querySelector('.toast .text')?.textContent === 'Saved as /home/me/chat.md' && !document.querySelector('.menu').open`)
			if calls := p.Server.Calls(); calls[0].Name != "Window.ExportChat" || string(calls[0].Args[0]) != "1" || string(calls[0].Args[1]) != `"md"` {
				t.Errorf("the page called %+v", calls)
			}
		}},
		{"a refresh keeps the focus and what is being typed", talk, func(t *testing.T, _ *canned, p *webtest.Page) {
			p.Type("#message", "in the middle of")
			for _, event := range []refreshEvent{{What: "model"}, {What: "conversation", Chat: 1}, {What: "sidebar"}} {
				p.Do(webtest.Script(`document.querySelector('#heading h1').textContent = 'old'; document.querySelector('#chats').dataset.old = ''`))
				p.Server.Emit("refresh", event)
				if event.What == "sidebar" {
					p.Until(`document.querySelector('#chats:not([data-old])')`)
				} else {
					p.Until(`document.querySelector('#heading h1').textContent !== 'old'`)
				}
				if got := webtest.Get[string](p, `document.activeElement.id + ': ' + message.value`); got != "message: in the middle of" {
					t.Errorf("after a refresh of the %s the focus and text are %q", event.What, got)
				}
			}
		}},
		{"on a narrow window the sidebar is a drawer", talk, func(_ *testing.T, _ *canned, p *webtest.Page) {
			p.Resize(360, 700)
			p.Click(".opener")
			p.Until(`document.querySelector('.pane').inert && document.activeElement.closest('#chat-1')`)
			p.Press(kb.Escape)
			p.Until(`!document.querySelector('.pane').inert && document.activeElement.matches('.opener')`)
			p.Press("\r")
			p.Until(`document.querySelector('.pane').inert && document.activeElement.closest('#chat-1')`)
			p.Click("#chat-3 .open")
			p.Until(`!document.querySelector('.pane').inert && document.activeElement.id === 'message' && document.querySelector('#conversation[data-chat="3"]')`)
		}},
		{"the sidebar can be put away", talk, func(_ *testing.T, c *canned, p *webtest.Page) {
			p.Click(".side [data-drawer=close]")
			p.UntilTrue("the app is told", func() bool { return c.noted("POST /settings/sidebar open=false") })
			p.Until(`document.activeElement.matches('.opener') && getComputedStyle(document.querySelector('.side')).visibility === 'hidden'`)
		}},
		{"htmx ignores attributes that are not the app's own", hostilePage(), func(t *testing.T, c *canned, p *webtest.Page) {
			p.Allow("hx-csp")
			p.Do(webtest.Script(`document.querySelector('#evil').click(); document.querySelector('#chat-2 .open').click()`))
			p.Until(`document.querySelector('#conversation[data-chat="2"]')`)
			if c.noted("POST /evil") {
				t.Error("a button in a model's text sent a request")
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, p := openCanned(t, browser, test.page)
			test.run(t, c, p)
		})
	}
}

// typing writes into the message box as a key or a paste does.
const typing = `window.type = (text, inputType = 'insertText') => { message.value += text; message.dispatchEvent(new InputEvent('input', { inputType })); };`

// noPauses has the page wait for ever where it would wait for a pause, so that
// what still happens needs none, however slow the machine is.
const noPauses = `{ const wait = window.setTimeout; window.setTimeout = (what, ms, ...rest) => wait(what, ms > 0 ? 1e9 : 0, ...rest); }`

func testPaletteWalk(t *testing.T, c *canned, p *webtest.Page) {
	chosen := func() string {
		return webtest.Get[string](p, `document.querySelector('#palette [aria-selected=true]')?.dataset.name ?? ''`)
	}
	p.Type("#message", "/")
	p.Until(`!document.querySelector('#palette-panel').hidden && message.role === 'combobox' && message.ariaExpanded === 'true'`)
	p.Until(`announcer.textContent === '13 commands'`)
	for _, step := range []struct{ key, want string }{
		{"", "new"}, {kb.ArrowDown, "clear"}, {kb.ArrowUp, "new"}, {kb.ArrowUp, "regenerate"}, {kb.ArrowDown, "new"},
	} {
		if step.key != "" {
			p.Press(step.key)
		}
		if got := chosen(); got != step.want {
			t.Fatalf("%q is chosen, want %q", got, step.want)
		}
		if active := webtest.Get[string](p, `message.getAttribute('aria-activedescendant')`); active != "command-"+step.want {
			t.Errorf("screen readers hear %q, want command-%s", active, step.want)
		}
	}
	p.Press(kb.ArrowDown)
	p.Press("\r")
	p.UntilTrue("/clear is sent", func() bool { return c.noted("POST /chats/1/turns text=%2Fclear") })
	p.Until(`document.querySelector('#palette-panel').hidden && message.value === '' && !message.hasAttribute('role')`)
}

func testPaletteFilter(t *testing.T, c *canned, p *webtest.Page) {
	shown := `[...document.querySelectorAll('#palette [role=option]:not([hidden])')].map((o) => o.dataset.name).join(' ')`
	for _, step := range []struct{ name, typed, want string }{
		{"a name", "/the", "theme"},
		{"a part of a name", "/e", "new clear reset export temp model quote theme help regenerate"},
		{"what a command does, where no name fits", "/colours", "theme"},
		{"a name and an argument", "/temp 0.7", "temp"},
	} {
		p.Do(webtest.Script(`message.value = ''; message.dispatchEvent(new Event('input'))`))
		p.Type("#message", step.typed)
		if got := webtest.Get[string](p, shown); got != step.want {
			t.Errorf("%s: %q shows %q, want %q", step.name, step.typed, got, step.want)
		}
	}
	p.Press("\r")
	p.UntilTrue("the argument is sent with its command", func() bool { return c.noted("POST /chats/1/turns text=%2Ftemp+0.7") })

	p.Until(`message.value === ''`)
	p.Type("#message", "/th")
	p.Press("\t")
	p.Until(`message.value === '/thinking ' && document.activeElement === message`)
	p.Press(kb.Escape)
	p.Press("o")
	p.Until(`document.querySelector('#palette-panel').hidden && message.value === '/thinking o'`)

	for _, text := range []string{"/home/me/file", "/2", "not / at the start"} {
		p.Do(webtest.Script(`message.value = ''; message.dispatchEvent(new Event('input'))`))
		p.Type("#message", text)
		if !webtest.Get[bool](p, `document.querySelector('#palette-panel').hidden`) {
			t.Errorf("the palette is open for %q", text)
		}
	}
}

func testTheme(t *testing.T, c *canned, p *webtest.Page) {
	background := func() string {
		return webtest.Get[string](p, `getComputedStyle(document.documentElement).backgroundColor`)
	}
	const light, dark = "rgb(224, 229, 236)", "rgb(35, 39, 51)"
	p.Do(webtest.Script(`document.querySelector('.segments [value=system]').click()`))
	for _, system := range []struct{ prefers, want string }{{"dark", dark}, {"light", light}} {
		p.Media("prefers-color-scheme", system.prefers)
		if got := background(); got != system.want {
			t.Errorf("where the system is %s the page is %s, want %s", system.prefers, got, system.want)
		}
	}
	p.Do(webtest.Script(`document.querySelector('.segments [value=dark]').click()`))
	if got := background(); got != dark {
		t.Errorf("told to be dark the page is %s", got)
	}
	p.UntilTrue("the app is told", func() bool { return c.noted("POST /settings/theme value=dark") })
	p.Server.Emit("look", cannedLook())
	p.Until(`document.documentElement.dataset.theme === 'light' && document.querySelector('.segments [value=light]').checked`)
}

// hostilePage is a page whose last reply carries what a sanitiser would have removed.
func hostilePage() pageView {
	view := cannedTalk()
	view.Turns[1].Text = blocksOf(`<button id="evil" hx-post="/evil" hx-trigger="load, click">Click me</button><div hx-get="/evil" hx-trigger="load"></div>`)
	return cannedPage(view)
}

func wantText(t *testing.T, p *webtest.Page, selector, want string) {
	t.Helper()
	if got := webtest.Get[string](p, fmt.Sprintf(`document.querySelector(%q).textContent`, selector)); got != want {
		t.Errorf("%s reads %q, want %q", selector, got, want)
	}
}

// argument is the first argument of a call, a string.
func argument(call webtest.Call) string {
	var s string
	json.Unmarshal(call.Args[0], &s)
	return s
}
