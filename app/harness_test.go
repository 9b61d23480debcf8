package app

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/config"
	"notso/app/library"
	"notso/app/store"
	"notso/engine/scripted"
)

// bench is an App on a real database, with a scripted engine and a page that
// notes what it is told.
type bench struct {
	*App
	t     testing.TB
	dir   string // of the database and the settings
	store *store.Store

	mu     sync.Mutex
	events []event
	onEach func(event) // called for each event, before it is noted
}

type event struct {
	name string
	data any
}

func newBench(t testing.TB, script scripted.Options) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{t: t, dir: dir}
	var err error
	if b.store, err = store.Open(t.Context(), filepath.Join(dir, "chats.db")); err != nil {
		t.Fatal(err)
	}
	settings, _, err := config.Open(filepath.Join(dir, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	b.aside(settings, false)
	began := time.Now()
	b.App, err = New(Options{
		Now:   func() time.Time { return began }, // a day does not end while a test is at it
		Store: b.store, Config: settings, Library: library.New(library.Options{}), Passages: filepath.Join(dir, "passages"),
		Engine: scripted.New(scripted.Options{}), Builtin: scripted.New(script), Emit: b.note,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.listening(true)
	t.Cleanup(func() {
		b.Shutdown()
		b.store.Close()
	})
	return b
}

// aside turns titles and suggestions on or off: a test that is not about them
// must not meet one half-way.
func (b *bench) aside(settings *config.Store, on bool) {
	b.t.Helper()
	if err := settings.Update(func(c *config.Config) { c.Titles, c.FollowUps = on, on }); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) note(name string, data any) {
	e := event{name, data}
	b.mu.Lock()
	each := b.onEach
	b.mu.Unlock()
	if each != nil {
		each(e)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

// replies returns the reply events so far.
func (b *bench) replies() []replyEvent { return sent[replyEvent](b) }

// sent is what events of one kind have carried so far.
func sent[T any](b *bench) (list []T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if v, ok := e.data.(T); ok {
			list = append(list, v)
		}
	}
	return list
}

// say sends text and waits for the reply's end.
func (b *bench) say(chatID int64, text string) chat.Turn {
	b.t.Helper()
	turn, err := b.Talk(b.t.Context(), chatID, text, TalkOptions{}, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return turn
}

// patience is how long a test waits for what must happen: far longer than it
// ever takes, since the machine may be busy.
const patience = time.Minute

func (b *bench) until(what string, true func() bool) {
	b.t.Helper()
	for end := time.Now().Add(patience); !true(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("never: %s", what)
		}
	}
}

// faultAt ends the reply with err at a token.
func faultAt(token int, err error) func(context.Context, int) error {
	return func(_ context.Context, i int) error {
		if i == token {
			return err
		}
		return nil
	}
}

// hold keeps replies back before some of their tokens until the test lets them go
// on, so that it meets them half-written however slow the machine is.
type hold struct {
	tokens []int
	pass   chan struct{}
}

func holdAt(tokens ...int) hold { return hold{tokens, make(chan struct{})} }

func (h hold) fault(ctx context.Context, token int) error {
	if slices.Contains(h.tokens, token) {
		select {
		case <-h.pass:
		case <-ctx.Done():
		}
	}
	return nil
}

// next lets the first reply that waits, or comes to, go on.
func (h hold) next(t *testing.T) {
	t.Helper()
	select {
	case h.pass <- struct{}{}:
	case <-time.After(patience):
		t.Fatalf("no reply came to its tokens %v", h.tokens)
	}
}

// end lets all replies go on, from now on.
func (h hold) end() { close(h.pass) }

// untilStopped holds the first reply at its third token until it is stopped.
func untilStopped() func(context.Context, int) error {
	var replies atomic.Int64
	return func(ctx context.Context, i int) error {
		if i == 0 {
			replies.Add(1)
		}
		if i == 2 && replies.Load() == 1 {
			<-ctx.Done()
		}
		return nil
	}
}

func (b *bench) run(chatID int64, line string) Outcome {
	b.t.Helper()
	call, is, err := command.Parse(line)
	if err != nil || !is {
		b.t.Fatalf("%s: %v, %v", line, is, err)
	}
	out, err := b.Run(b.t.Context(), chatID, call, nil)
	if err != nil {
		b.t.Fatalf("%s: %v", line, err)
	}
	return out
}

// request asks the handler, as the page does.
func (b *bench) request(method, path, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	return w
}
