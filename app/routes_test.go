package app

import (
	"strings"
	"testing"

	"notso/app/chat"
	"notso/engine/scripted"
)

// route is a request of the page, and what the answer is to hold.
type route struct {
	method, path, form string
	status             int
	want               string
}

// answers makes the requests, one after the other.
func (b *bench) answers(routes []route) {
	b.t.Helper()
	for _, r := range routes {
		got := b.request(r.method, r.path, r.form)
		if got.Code != r.status || !strings.Contains(got.Body.String(), r.want) {
			b.t.Errorf("%s %s %.40s: %d %.300q, want %d with %q", r.method, r.path, r.form, got.Code, got.Body, r.status, r.want)
		}
		if got.Header().Get("Content-Security-Policy") == "" {
			b.t.Errorf("%s %s has no policy", r.method, r.path)
		}
	}
}

// The page asks for things that are not there only when somebody removed them.
func TestRoutesAnswerEveryRequest(t *testing.T) {
	b := newBench(t, scripted.Options{})
	answer := b.say(0, "Hello")
	b.answers([]route{
		{"GET", "/", "", 200, `<!doctype html>`},
		{"GET", "/chats", "", 200, "Hello"},
		{"GET", "/chats/1", "", 200, `id="turn-2"`},
		{"GET", "/chats/99", "", 404, "not there any more"},
		{"GET", "/chats/x", "", 404, "not there any more"},
		{"GET", "/turns/2", "", 200, `id="turn-2"`},
		{"GET", "/turns/2/text", "", 200, answer.Text},
		{"GET", "/turns/9/text", "", 404, "not there"},
		{"POST", "/chats/1/turns", "text=+", 422, "Write a message first."},
		{"POST", "/turns/2/continue", "", 422, "complete"},
		{"POST", "/draft", "chat=1&text=half", 204, ""},
		{"POST", "/open", "url=file:///etc/passwd", 422, "only web and mail addresses"},
		{"POST", "/open", "url=javascript:alert(1)", 422, "only web and mail addresses"},
		{"POST", "/settings/theme", "value=dark", 200, "Saved."},
		{"POST", "/settings/theme", "value=neon", 200, "cannot be"},
		{"POST", "/settings/nonsense", "value=1", 404, ""},
		{"POST", "/undo/1", "", 422, "no longer"},
		{"POST", "/chats/1/title", "title=New%0A+name", 200, "New name"},
		{"POST", "/chats/1/title", "title=+", 200, "New name"},
		{"DELETE", "/chats/1", "", 200, "Deleted"},
		{"POST", "/chats/1/restore", "", 200, `id="turn-2"`},
		{"GET", "/assets/css/app.css", "", 200, "@layer"},
		{"GET", "/assets/css/", "", 404, ""},
		{"GET", "/nowhere", "", 404, ""},
		{"PUT", "/chats", "", 405, ""},
	})
	if c, err := b.store.Chat(t.Context(), 1); err != nil || c.Title != "New name" {
		t.Errorf("the chat is %+v, %v", c, err)
	}
	if turn, _ := b.store.Turn(t.Context(), 2); turn.State != chat.Done {
		t.Errorf("the reply is %+v", turn)
	}
}
