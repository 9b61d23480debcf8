package uitest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/export"
	"notso/app/webtest"
)

const (
	sampled = 60 // of the public payloads: as many as a page draws in a moment
	inTurn  = 5  // payloads; the page holds all turns then
)

// canary calls a method that the window binds for its page.
const canary = `window.go.app.Window.Zoom(1)`

// canaries are texts that would call it, each where another part of the window
// could fail to hold it.
func canaries() []string {
	var list []string
	for _, pattern := range []string{
		`<script>CANARY</script>`, `<img src=x onerror="CANARY">`, `<svg onload="CANARY">`, `<svg><script>CANARY</script></svg>`,
		`[x](javascript:CANARY)`, `<a href="javascript:CANARY" autofocus onfocus="CANARY">x</a>`, `[x](java&Tab;script:CANARY)`,
		`<iframe srcdoc="<script>parent.CANARY</script>"></iframe>`, `<iframe src="javascript:parent.CANARY"></iframe>`,
		`<details open ontoggle="CANARY">x</details>`, `<input autofocus onfocus="CANARY">`, `<video><source onerror="CANARY"></video>`,
		`<style>@keyframes x{}</style><p style="animation-name:x" onanimationstart="CANARY">x</p>`, `<template><script>CANARY</script></template>`,
		`<meta http-equiv=refresh content="0;url=javascript:CANARY">`, `<base href="https://x.example/"><form action="javascript:CANARY"><input type=submit>`,
		`<meta http-equiv=refresh content="0;url=https://x.example/">`, `<p hx-post="/chats" hx-trigger="load" hx-on:click="CANARY">x</p>`,
		`<p data-behaviour="composer draft palette">x</p>`, `<noscript><p title="</noscript><img src=x onerror=CANARY>">`,
		"$\\href{javascript:CANARY}{x}$ and $$\\htmlData{x=\"><img src=x onerror=CANARY>}{y}$$",
		"```mermaid\nflowchart TD\n  a[\"<img src=x onerror='CANARY'>\"] --> b\n  click b call alert(1)\n  click a href \"javascript:CANARY\"\n```",
		"```\"><script>CANARY</script>\n</code></pre><script>CANARY</script>\n```", "| <script>CANARY</script> |\n|--|\n| <img src=x onerror=CANARY> |",
	} {
		list = append(list, strings.ReplaceAll(pattern, "CANARY", canary))
	}
	return list
}

// TestHostileTextDoesNothingInTheRealWindow imports a chat of payloads, whose
// title and file name are some, too, and shows it in the web view that has the
// bound methods.
func TestHostileTextDoesNothingInTheRealWindow(t *testing.T) {
	payloads := canaries()
	public := webtest.Payloads(t)
	for i := range sampled {
		payloads = append(payloads, strings.ToValidUTF8(public[i*len(public)/sampled], "\ufffd"))
	}
	var turns []chat.Turn
	for some := range slices.Chunk(payloads, inTurn) {
		text, id := strings.Join(some, "\n\n"), int64(len(turns)+1)
		turns = append(turns,
			chat.Turn{ID: id, Parent: id - 1, Role: chat.User, State: chat.Done, Text: text, Created: time.Now()},
			chat.Turn{ID: id + 1, Parent: id, Role: chat.Assistant, State: chat.Done, Text: text, Reasoning: text, Created: time.Now()})
	}
	c := chat.Chat{Title: canaries()[1], Named: true, Head: int64(len(turns)), Created: time.Now(), Updated: time.Now()}
	var file bytes.Buffer
	if err := export.Write(&file, "json", c, turns); err != nil {
		t.Fatal(err)
	}

	w := start(t, t.TempDir(), "NOTSO_MODEL=/nowhere.gguf")
	do := func(script string, args ...any) {
		t.Helper()
		if err := w.js(script, nil, args...); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(what, condition string) {
		t.Helper()
		eventually(t, what, func() bool {
			var yes bool
			return w.js("return Boolean("+condition+")", &yes) == nil && yes
		})
	}
	do(watchJS)
	do(`const file = new File([arguments[0]], arguments[1]); import('/assets/js/imports.js').then((imports) => imports.upload([file]))`, file.String(), canaries()[1]+".json")
	holds("the preview shows the chat", `document.querySelector('dialog.import[open] .titles')`)
	do(`document.querySelector('.import .main').click()`)
	holds("the chat is in the list", `!document.querySelector('dialog') && document.querySelectorAll('#chats .chat').length === 1`)
	w.openLast()
	holds("its turns are shown", fmt.Sprintf(`document.querySelectorAll('#turns > .turn').length === %d`, len(turns)))
	do(`for (const fold of document.querySelectorAll('#turns details')) fold.open = true; for (const turn of document.querySelectorAll('#turns > .turn')) turn.scrollIntoView();`)
	holds("the diagram is drawn, or is code", `document.querySelector('#turns figure[data-diagram] :is(.drawing, .said)')`)
	do(`const box = document.getElementById('search'); box.value = 'onerror'; box.dispatchEvent(new Event('input', { bubbles: true }))`)
	holds("what was searched for is found", `document.querySelector('#results mark')`)
	w.picture()

	// It still answers, which also gives what was to happen the time to do so.
	w.say("/quote ")
	w.reply("done")
	var found []string
	if err := w.js(harmJS, &found); err != nil {
		t.Fatal(err)
	}
	for _, harm := range found {
		t.Error(harm)
	}
	do(canary)
	var calls int
	if err := w.js(`return window.calls.length`, &calls); err != nil || calls != 1 {
		t.Errorf("the watch saw %d calls of one, %v: it would have seen no other either", calls, err)
	}
}

// watchJS notes what the page asks of the program from now on. A page that goes
// elsewhere, or is loaded anew, loses window.calls. The policy on styles is for
// Mermaid, which tries some while it draws.
const watchJS = `
	window.calls = [];
	window.harm = [];
	const invoke = window.WailsInvoke;
	window.WailsInvoke = (message) => { if (message.startsWith('C')) window.calls.push(message); return invoke(message); };
	for (const name of ['alert', 'confirm', 'prompt', 'open', 'print']) window[name] = () => { window.harm.push(name + ' was called'); };
	document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => violatedDirective.startsWith('style') || window.harm.push('the policy had to stop ' + violatedDirective + ' ' + blockedURI));
	window.place = location.href;`

// harmJS lists what payloads have done or become.
const harmJS = `
	if (!window.calls || location.href !== window.place) return ['the page went to ' + location.href];
	const harm = [...window.harm, ...window.calls.map((call) => 'the page called ' + call)];
	for (const { name } of performance.getEntriesByType('resource')) {
		if (!name.startsWith(location.origin) && !/^(data|blob):/.test(name)) harm.push('a request to ' + name);
	}
	const forms = ['script', 'object', 'embed', 'form', 'input', 'meta', 'base', 'link', 'audio', 'video', 'a[href^="javascript" i]', '[onerror]', '[onload]', '[onclick]', '[onfocus]', '[ontoggle]', '[hx-get]', '[hx-post]', '[srcdoc]'];
	for (const el of document.querySelectorAll(':is(.prose, .title, .hit) :is(' + forms.join(', ') + ')')) harm.push(el.outerHTML.slice(0, 200));
	return harm;`
