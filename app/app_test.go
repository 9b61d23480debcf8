package app

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
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
	"notso/engine"
	"notso/engine/scripted"
)

// bench is an App on a real database, with a scripted engine and a page that
// notes what it is told.
type bench struct {
	*App
	t     testing.TB
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
	b := &bench{t: t}
	dir := t.TempDir()
	var err error
	if b.store, err = store.Open(t.Context(), filepath.Join(dir, "chats.db")); err != nil {
		t.Fatal(err)
	}
	settings, _, err := config.Open(filepath.Join(dir, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	b.aside(settings, false)
	b.App, err = New(Options{
		Store: b.store, Config: settings, Library: library.New(library.Options{}), Passages: filepath.Join(dir, "passages"),
		Engine: scripted.New(scripted.Options{}), Builtin: scripted.New(script), Emit: b.note,
	})
	if err != nil {
		t.Fatal(err)
	}
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
	if b.onEach != nil {
		b.onEach(e)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

// replies returns the reply events so far.
func (b *bench) replies() (list []replyEvent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if r, ok := e.data.(replyEvent); ok {
			list = append(list, r)
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

func (b *bench) until(what string, true func() bool) {
	b.t.Helper()
	for end := time.Now().Add(10 * time.Second); !true(); time.Sleep(2 * time.Millisecond) {
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

func TestReplyIsWrittenAndKept(t *testing.T) {
	b := newBench(t, scripted.Options{Script: scripted.Reasoning()})
	answer := b.say(0, "What is six times seven?")
	if answer.State != chat.Done || answer.Text != scripted.Reasoning().AnswerText() || answer.Reasoning != scripted.Reasoning().ReasoningText() {
		t.Errorf("the reply is %+v", answer)
	}
	if answer.Stats.Finish != "end" || answer.Stats.ReplyTokens == 0 || answer.Stats.Seed == 0 {
		t.Errorf("its statistics are %+v", answer.Stats)
	}
	c, err := b.store.Chat(t.Context(), answer.Chat)
	if err != nil || c.Title != "What is six times seven?" {
		t.Errorf("the chat is %+v, %v", c, err)
	}
	events := b.replies()
	for i, e := range events {
		if e.Final != (i == len(events)-1) || e.Seq != i+1 {
			t.Errorf("event %d of %d is %+v; want them numbered, the last one final", i, len(events), e)
		}
	}
}

func TestPiecesAreStoredBeforeTheyAreShown(t *testing.T) {
	b := newBench(t, scripted.Options{Delay: 2 * time.Millisecond})
	shown := 0
	b.onEach = func(e event) {
		r, ok := e.data.(replyEvent)
		if !ok || r.Final {
			return
		}
		stored, err := b.store.LastSeq(context.Background(), r.Turn)
		if err != nil || stored < r.Seq {
			t.Errorf("event %d is shown while %d pieces are stored (%v)", r.Seq, stored, err)
		}
		shown++
	}
	b.say(0, "Hello")
	if shown == 0 {
		t.Error("nothing was shown before the end")
	}
}

func TestStoppedReplyKeepsItsTextAndContinues(t *testing.T) {
	b := newBench(t, scripted.Options{Fault: func(ctx context.Context, token int) error {
		if token == 8 {
			<-ctx.Done()
		}
		return nil
	}})
	_, answer, err := b.Send(t.Context(), 0, "Hello")
	if err != nil {
		t.Fatal(err)
	}
	b.until("pieces are shown", func() bool { return len(b.replies()) > 0 })
	if _, _, err := b.Send(t.Context(), answer.Chat, "More"); !errors.Is(err, chat.ErrBusy) {
		t.Errorf("a message during the reply gave %v, want ErrBusy", err)
	}
	b.Stop(answer.Chat)
	answer, err = b.Await(t.Context(), answer)
	whole := scripted.Plain().AnswerText()
	if err != nil || answer.State != chat.Stopped || answer.Text == "" || !strings.HasPrefix(whole, answer.Text) || !answer.CanContinue() {
		t.Fatalf("the stopped reply is %+v, %v", answer, err)
	}
	// Token 8 of what is left is another one, so the rest gets through in turns.
	for range 10 {
		if answer.State == chat.Done {
			break
		}
		before := len(b.replies())
		if answer, err = b.Continue(t.Context(), answer.ID); err != nil {
			t.Fatal(err)
		}
		b.until("more is shown", func() bool { return len(b.replies()) > before })
		b.Stop(answer.Chat)
		if answer, err = b.Await(t.Context(), answer); err != nil {
			t.Fatal(err)
		}
	}
	if answer.Text != whole {
		t.Errorf("continued to %q, want %q", answer.Text, whole)
	}
}

func TestReplySurvivesTheDeathOfTheWorker(t *testing.T) {
	b := newBench(t, scripted.Options{Fault: faultAt(6, fmt.Errorf("%w: killed", engine.ErrWorkerDied))})
	answer := b.say(0, "Hello")
	if answer.State != chat.Interrupted || answer.Text != "Hello! I am a scripted" || !strings.Contains(answer.Error, "killed") || !answer.CanContinue() {
		t.Errorf("the reply is %+v", answer)
	}
	if again := b.say(answer.Chat, "Are you there?"); again.Text == "" {
		t.Errorf("the next message got %+v", again)
	}
}

func TestFailedReplySaysWhy(t *testing.T) {
	b := newBench(t, scripted.Options{ContextLength: 4})
	_, err := b.Talk(t.Context(), 0, "far too many words for this one", TalkOptions{}, nil)
	if err == nil || !strings.Contains(err.Error(), "8 tokens, and it holds 4") {
		t.Errorf("the error is %v", err)
	}
	if _, err := b.Talk(t.Context(), 0, " \n", TalkOptions{}, nil); !errors.Is(err, chat.ErrEmptyTurn) {
		t.Errorf("an empty message gave %v", err)
	}
}

func TestShutdownInterruptsAndTheNextStartOffersToContinue(t *testing.T) {
	b := newBench(t, scripted.Options{Fault: func(ctx context.Context, token int) error {
		if token == 5 {
			<-ctx.Done()
		}
		return nil
	}})
	_, answer, err := b.Send(t.Context(), 0, "Hello")
	if err != nil {
		t.Fatal(err)
	}
	b.until("pieces are shown", func() bool { return len(b.replies()) > 0 })
	b.Shutdown()
	answer, err = b.store.Turn(t.Context(), answer.ID)
	if err != nil || answer.State != chat.Interrupted || !answer.CanContinue() {
		t.Errorf("the reply is %+v, %v", answer, err)
	}
	view := b.turn(answer, true)
	if !view.CanContinue || view.Notice != b.App.say("error.interrupted") {
		t.Errorf("its view is %+v", view)
	}
}

func TestEveryCommandOfTheRegistryDoesSomething(t *testing.T) {
	b := newBench(t, scripted.Options{})
	handlers := b.commands()
	for _, c := range command.All() {
		if handlers[c.Name] == nil {
			t.Errorf("/%s has no handler", c.Name)
		}
		delete(handlers, c.Name)
	}
	for name := range handlers {
		t.Errorf("the handler of /%s is in no list", name)
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

func TestClearIsUndone(t *testing.T) {
	b := newBench(t, scripted.Options{})
	answer := b.say(0, "Hello")
	if out := b.run(answer.Chat, "/clear"); out.Undo == "" || !out.Changed {
		t.Errorf("/clear gave %+v", out)
	}
	if view, err := b.conversation(t.Context(), answer.Chat); err != nil || len(view.Turns) != 0 {
		t.Errorf("after /clear there are %d turns, %v", len(view.Turns), err)
	}
	if err := b.store.RestoreTurns(t.Context(), answer.Chat); err != nil {
		t.Fatal(err)
	}
	if view, err := b.conversation(t.Context(), answer.Chat); err != nil || len(view.Turns) != 2 {
		t.Errorf("after the undo there are %d turns, %v", len(view.Turns), err)
	}
}

func TestResetHidesTheTurnsFromTheModelAlone(t *testing.T) {
	b := newBench(t, scripted.Options{})
	first := b.say(0, "Remember the word apple")
	b.run(first.Chat, "/reset")
	view, err := b.conversation(t.Context(), first.Chat)
	if err != nil || len(view.Turns) != 2 || view.EndDivider == "" {
		t.Errorf("after /reset the window shows %+v, %v", view, err)
	}
	second := b.say(first.Chat, "Which word?")
	if second.Stats.PromptTokens != 3 {
		t.Errorf("the model read %d words, want the 2 of the last message and its mark", second.Stats.PromptTokens)
	}
	if view, _ = b.conversation(t.Context(), first.Chat); view.Turns[2].Divider == "" || view.EndDivider != "" {
		t.Errorf("the divider should stand above the third turn: %+v", view)
	}
}

func TestQuoteNeedsNoModel(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.model.set(func() { b.model.state, b.model.failure = "failed", library.ErrNone })
	out := b.run(0, "/quote John 1:1-3")
	answer, err := b.Await(t.Context(), out.Turns[1])
	if err != nil || answer.State != chat.Done || !strings.Contains(answer.Text, "In the beginning was the Word") {
		t.Errorf("/quote gave %+v, %v", answer, err)
	}
	if len(b.replies()) < 4 {
		t.Errorf("%d events, want one a verse and a final one", len(b.replies()))
	}
}

func TestTemperatureAndThinkingAreTheChats(t *testing.T) {
	b := newBench(t, scripted.Options{Script: scripted.Reasoning()})
	b.run(0, "/thinking off")
	b.run(0, "/temp 0.2")
	answer := b.say(0, "Hello")
	if answer.Reasoning != "" || !strings.Contains(string(answer.Stats.Sampling), `"temperature":0.2`) {
		t.Errorf("the new chat's first reply is %+v", answer)
	}
	if out := b.run(answer.Chat, "/temp"); out.Text != "The temperature is 0.2." {
		t.Errorf("/temp says %q", out.Text)
	}
	if other := b.say(0, "Hello"); other.Reasoning == "" {
		t.Error("another chat should think as before")
	}
}

func TestSentencesTellWhatToDo(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{&engine.ModelFileError{Path: "/m/a.gguf", Reason: "tensor 3 lies outside the file"}, "The model file a.gguf cannot be used: tensor 3 lies outside the file. Choose another with /model."},
		{fmt.Errorf("reply: %w", &engine.PromptTooLongError{Tokens: 9, Limit: 8}), "This is too long for the model: 9 tokens, and it holds 8. Shorten the message, or start afresh with /reset."},
		{fmt.Errorf("%w: signal: killed", engine.ErrWorkerDied), "The engine ended unexpectedly (signal: killed). What was written is kept. Send a message or continue the reply, and it starts again."},
		{errors.New("odd"), "Odd."},
		{errors.New("échec du disque"), "Échec du disque."},
		{nil, ""},
	} {
		if got := Sentence(test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
	}
}

// request asks the handler, as the page does.
func (b *bench) request(method, path, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	return w
}

func TestTitleAndFollowUpsComeAfterwards(t *testing.T) {
	lines := scripted.Script{Answer: []string{"Rain", " in", " Oslo", "\n", "Snow", " in", " Bergen", "\nWind in Bodø"}}
	b := newBench(t, scripted.Options{Script: lines})
	b.aside(b.opts.Config, true)
	answer := b.say(0, "What is the weather like up there?")
	b.until("the suggestions are kept", func() bool {
		turn, err := b.store.Turn(t.Context(), answer.ID)
		return err == nil && len(turn.Stats.FollowUps) == 3
	})
	c, err := b.store.Chat(t.Context(), answer.Chat)
	if err != nil || c.Title != "Rain in Oslo" || c.Named {
		t.Errorf("the chat is %+v, %v", c, err)
	}
	view, err := b.conversation(t.Context(), answer.Chat)
	if err != nil || len(view.Turns[1].FollowUps) != 3 || view.Turns[1].FollowUps[2] != "Wind in Bodø" {
		t.Errorf("the window shows %+v, %v", view.Turns, err)
	}
}

func TestAChatThatOutgrewTheModelShowsWhere(t *testing.T) {
	branch := []chat.Turn{
		{ID: 1, Role: chat.User, Text: "a"}, {ID: 2, Role: chat.Assistant, Text: "b"},
		{ID: 3, Role: chat.User, Text: "c"}, {ID: 4, Role: chat.Assistant, Text: "d", Stats: chat.Stats{PromptTokens: 9, FirstSeen: 3}},
	}
	if got := firstSeen(branch); got != 3 {
		t.Errorf("the line stands above turn %d, want 3", got)
	}
	if got := firstSeen(branch[:2]); got != 0 {
		t.Errorf("an earlier branch has a line above turn %d, want none", got)
	}
}

func TestAChatThatOutgrowsTheModelGoesOnAndDrawsALine(t *testing.T) {
	b := newBench(t, scripted.Options{ContextLength: 96})
	var chatID int64
	for i := range 8 {
		answer := b.say(chatID, fmt.Sprintf("Message %d: tell me something that takes a dozen words or so.", i))
		chatID = answer.Chat
		if answer.State != chat.Done {
			t.Fatalf("reply %d is %+v", i, answer)
		}
	}
	view, err := b.conversation(t.Context(), chatID)
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for i, turn := range view.Turns {
		if turn.Divider == b.App.say("conversation.outgrown") {
			lines++
			if i == 0 || !turn.User {
				t.Errorf("the line stands above turn %d, want a message of the user's further down", i)
			}
		}
	}
	if lines != 1 {
		t.Errorf("there are %d lines where the model's view begins, want 1", lines)
	}
}
