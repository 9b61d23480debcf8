package uitest

import (
	"bytes"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/export"
	"notso/app/hostile"
	"notso/app/markdown"
	"notso/app/store"
)

const (
	inTurn  = 10   // payloads of a turn
	inTalk  = 36   // turns of a chat; the page holds them all
	inDraft = 1000 // files of a draft
	inGroup = 40   // chats that one search finds: as many as it shows
	sampled = 40   // one public payload in so many is cut at every byte, where NOTSO_HOSTILE is not "all"
)

// canary calls a method that the window binds for its page.
const canary = `window.go.app.Window.Zoom(1)`

// siege is a window under attack.
type siege struct {
	*window
}

func (s siege) do(script string, args ...any) {
	s.t.Helper()
	if err := s.js(script, nil, args...); err != nil {
		s.t.Fatal(err)
	}
}

func (s siege) holds(what, condition string) {
	s.t.Helper()
	eventually(s.t, what, func() bool {
		var yes bool
		return s.js("return Boolean("+condition+")", &yes) == nil && yes
	})
}

// unharmed fails the test for what payloads have done or become.
func (s siege) unharmed(where string) {
	s.t.Helper()
	var found []string
	if err := s.js(harmJS, &found); err != nil {
		s.t.Fatal(err)
	}
	for _, harm := range found {
		s.t.Errorf("%s: %s", where, harm)
	}
}

// TestHostileTextDoesNothingInTheRealWindow shows every payload of the public
// collections in the web view that has the bound methods: as a message, a reply,
// reasoning and a tool's call, all imported, as a title, as what a search finds
// and as the name of a file.
func TestHostileTextDoesNothingInTheRealWindow(t *testing.T) {
	payloads := hostile.Canaries(canary)
	for _, payload := range hostile.Payloads(t) {
		payloads = append(payloads, strings.ToValidUTF8(payload, "\ufffd"))
	}
	home := t.TempDir()
	groups, drafts := besiege(t, home, payloads)
	w := siege{start(t, home, "NOTSO_MODEL=/nowhere.gguf")}
	w.do(watchJS)

	w.do(`const files = arguments[0].map((text) => new File([text], arguments[1])); import('/assets/js/imports.js').then((imports) => imports.upload(files))`, talks(t, payloads), payloads[1]+".json")
	w.holds("the preview shows the chats", `document.querySelector('dialog.import[open] .titles')`)
	w.do(`document.querySelector('.import .main').click()`)
	w.holds("the chats are in the list", `!document.querySelector('dialog')`)
	w.unharmed("the import")

	talk := 0
	for ; ; talk++ {
		var more bool
		if err := w.js(`const row = document.querySelectorAll('#recent > .chat > .open')[arguments[0]]; if (row.textContent.includes('group')) return false; row.click(); return true`, &more, talk); err != nil || !more {
			break
		}
		w.holds("its turns are shown", fmt.Sprintf(`document.querySelectorAll('#recent > .chat > .open')[%d].ariaCurrent === 'true' && document.querySelectorAll('#turns > .turn').length > 3`, talk))
		w.do(`for (const fold of document.querySelectorAll('#turns details')) fold.open = true; for (const turn of document.querySelectorAll('#turns > .turn')) turn.scrollIntoView();`)
		if talk == 0 {
			w.picture()
		}
		w.unharmed(fmt.Sprintf("chat %d", talk))
	}
	if want := (len(payloads) + inTurn*inTalk/2 - 1) / (inTurn * inTalk / 2); talk != want {
		t.Errorf("%d chats were shown, want %d", talk, want)
	}

	for i := range groups {
		w.do(`const box = document.getElementById('search'); box.value = arguments[0]; box.dispatchEvent(new Event('input', { bubbles: true }))`, fmt.Sprintf("group%dx", i))
		w.holds("what was searched for is found", fmt.Sprintf(`[...document.querySelectorAll('#results .hit mark')].some((mark) => mark.textContent === 'group%dx')`, i))
		w.unharmed("a search")
	}
	w.do(`const box = document.getElementById('search'); box.value = ''; box.dispatchEvent(new Event('input', { bubbles: true }))`)
	for _, id := range drafts {
		w.do(`import('/assets/js/htmx.js').then(({ default: htmx }) => htmx.ajax('GET', '/chats/' + arguments[0], { source: '#sidebar', target: '#conversation', swap: 'outerHTML' }))`, id)
		w.holds("the files of a draft are shown", fmt.Sprintf(`document.querySelector('#conversation').dataset.chat === '%d' && document.querySelectorAll('#attachments .name').length > 100`, id))
		w.unharmed("names of files")
	}
	w.holds("all titles are in the list", `(() => { const list = document.getElementById('chats'); list.scrollTop = list.scrollHeight; return !list.querySelector('.further'); })()`)
	w.unharmed("the titles")
	w.alive()
}

// besiege stores a chat for each payload, with it as its title and in its
// message behind the name of its group, and chats with drafts whose files have
// payloads for names.
func besiege(t *testing.T, home string, payloads []string) (groups int, drafts []int64) {
	t.Helper()
	folder := filepath.Join(home, "data")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), filepath.Join(folder, "chats.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	past := time.Now().AddDate(0, 0, -3)
	var chats []store.Incoming
	for i, payload := range payloads {
		text := fmt.Sprintf("group%dx %s", i/inGroup, payload)
		chats = append(chats, store.Incoming{
			Chat:  chat.Chat{Title: payload + " group", Named: true, Head: 1, Created: past, Updated: past},
			Turns: []chat.Turn{{ID: 1, Role: chat.User, State: chat.Done, Text: text, Created: past}},
		})
	}
	ids, err := s.AddChats(t.Context(), chats)
	if err != nil {
		t.Fatal(err)
	}
	for i, payload := range payloads {
		if i%inDraft == 0 {
			drafts = append(drafts, ids[i])
		}
		if _, err := s.AddAttachment(t.Context(), ids[i-i%inDraft], chat.Attachment{Name: payload, Kind: "text", Text: payload}); err != nil {
			t.Fatal(err)
		}
	}
	return (len(payloads) + inGroup - 1) / inGroup, drafts
}

// talks writes chats of payloads, as their exports.
func talks(t *testing.T, payloads []string) (files []string) {
	t.Helper()
	for part := range slices.Chunk(payloads, inTurn*inTalk/2) {
		var turns []chat.Turn
		for some := range slices.Chunk(part, inTurn) {
			text, id := strings.Join(some, "\n\n"), int64(len(turns)+1)
			reply := text + "\n\n" + hostile.ToolCall(text)
			turns = append(turns,
				chat.Turn{ID: id, Parent: id - 1, Role: chat.User, State: chat.Done, Text: text, Created: time.Now()},
				chat.Turn{ID: id + 1, Parent: id, Role: chat.Assistant, State: chat.Done, Text: reply, Reasoning: text, Created: time.Now()})
		}
		c := chat.Chat{Title: part[1], Named: true, Head: int64(len(turns)), Created: time.Now(), Updated: time.Now()}
		var file bytes.Buffer
		if err := export.Write(&file, "json", c, turns); err != nil {
			t.Fatal(err)
		}
		files = append(files, file.String())
	}
	return files
}

// TestHostileTextDoesNothingAtAnyCut writes payloads byte by byte into a reply in
// the real web view: the canaries and a sample of the public ones, or all of
// them. (That no cut of any payload is rendered as anything active, package
// markdown tests.)
func TestHostileTextDoesNothingAtAnyCut(t *testing.T) {
	payloads := hostile.Canaries(canary)
	for i, payload := range hostile.Payloads(t) {
		if i%sampled == 0 || os.Getenv("NOTSO_HOSTILE") == "all" {
			payloads = append(payloads, payload)
		}
	}
	w := siege{start(t, t.TempDir(), "NOTSO_MODEL=/nowhere.gguf")}
	w.say("/quote ")
	w.reply("done")
	w.do(`document.getElementById('turn-2').dataset.state = 'running'`)
	w.do(watchJS)
	words := markdown.New()
	seq := 1000
	for some := range slices.Chunk(payloads, 20) {
		var events []map[string]any
		for _, payload := range some {
			s := words.Stream(1)
			for i := range len(payload) {
				u := s.Write(payload[i : i+1])
				seq++
				events = append(events, map[string]any{"chat": 1, "turn": 2, "seq": seq, "parts": []any{
					map[string]any{"part": "text", "from": u.From, "blocks": append([]template.HTML{}, u.Blocks...)},
				}})
			}
		}
		w.do(`for (const event of arguments[0]) window.wails.EventsNotify(JSON.stringify({ name: 'reply', data: [event] }))`, events)
		w.holds("they are written", fmt.Sprintf(`document.querySelector('#turn-2').dataset.seq === '%d'`, seq))
		w.unharmed("a reply")
	}
	w.alive()
}

// alive: the window still answers, which also gives what was to happen the time
// to do so, and the watch would have seen it.
func (s siege) alive() {
	s.t.Helper()
	s.do(`document.querySelector('#sidebar .new').click()`)
	s.holds("a new chat is open", `document.querySelector('#conversation').dataset.chat === '0'`)
	s.say("/quote ")
	s.reply("done")
	s.unharmed("afterwards")
	s.do(canary)
	var calls int
	if err := s.js(`return window.calls.length`, &calls); err != nil || calls != 1 {
		s.t.Errorf("the watch saw %d calls of one, %v: it would have seen no other either", calls, err)
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
	for (const el of document.querySelectorAll(':is(.prose, .title, .hit, .name) :is(' + forms.join(', ') + ')')) harm.push(el.outerHTML.slice(0, 200));
	return harm;`
