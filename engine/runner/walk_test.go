package runner

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"notso/engine"
)

const (
	walkSteps = "NOTSO_WALK_STEPS" // the length of the random walk
	walkSeed  = "NOTSO_WALK_SEED"  // its course

	// rounding is how far probabilities may be apart that were added up in another
	// order, and how near a tie is in which that decides.
	rounding = 0.08
)

// TestARandomWalkIsTheSameWithoutACache does what people do with chats, and lets
// an engine that keeps and guesses nothing write each reply as well: they must be
// the same, but for ties. The KV cache is q8_0, with which rounding does not depend on
// batches, only on the order of cells: what follows a cut fills the holes.
func TestARandomWalkIsTheSameWithoutACache(t *testing.T) {
	steps, seed := setting(t, walkSteps, 12), setting(t, walkSeed, 1)
	t.Logf("%s=%d %s=%d", walkSeed, seed, walkSteps, steps)
	w := &walk{t: t, random: rand.New(rand.NewPCG(uint64(seed), 1)), dir: t.TempDir()}
	w.opts = engine.LoadOptions{ContextLength: 1024, KVType: "q8_0", Threads: 1}
	w.plain, w.engine = load(t, starterPath(t), w.opts), loadKeeping(t, w.dir, starterPath(t), w.opts)
	for range 2 {
		w.chats = append(w.chats, []engine.Message{{Role: engine.RoleSystem, Content: longText(40) + "Answer briefly."}})
	}
	for i := range steps {
		w.step(i)
		if t.Failed() {
			t.Fatalf("after %v", w.done)
		}
	}
	t.Logf("%d of %d replies were decided by a tie, probabilities were up to %.2g apart", w.ties, w.replies, w.apart)
}

// walk is two chats with one system prompt, in an engine and in one that keeps
// nothing.
type walk struct {
	t      *testing.T
	random *rand.Rand
	dir    string
	opts   engine.LoadOptions
	engine *Runner
	plain  *Runner
	chats  [][]engine.Message // the system prompt, then user and assistant in turn
	deck   []int              // the kinds of the next steps
	done   []string           // the steps so far

	replies, ties int
	apart         float64
}

// step does one thing with one of the chats. Every kind has its turn before any
// comes again.
func (w *walk) step(i int) {
	chat := w.random.IntN(len(w.chats))
	kinds := []struct {
		name string
		do   func(chat int)
	}{
		{"send", w.send}, {"edit", w.edit}, {"regenerate", w.regenerate}, {"stop", w.stop},
		{"warm", w.warm}, {"two at once", w.both}, {"restart", w.restart}, {"kill", w.kill},
	}
	if i%len(kinds) == 0 {
		w.deck = w.random.Perm(len(kinds))
	}
	kind := kinds[w.deck[i%len(kinds)]]
	w.done = append(w.done, fmt.Sprintf("%s %d", kind.name, chat))
	kind.do(chat)
	if len(w.chats[chat]) > 7 { // before the context is full
		w.chats[chat] = w.chats[chat][:3]
	}
}

func (w *walk) send(chat int) {
	w.ask(chat)
	w.answer(chat)
}

// ask adds a message of the user.
func (w *walk) ask(chat int) {
	text := fmt.Sprintf("What do you know about the number %d? ", w.random.IntN(50)) + longText(w.random.IntN(90))
	w.chats[chat] = append(w.chats[chat], engine.Message{Role: engine.RoleUser, Content: text})
}

// answer adds the reply, and compares.
func (w *walk) answer(chat int) {
	req := w.request(chat)
	o := reply1(w.t, w.engine, req)
	w.same(req, o)
	w.keep(chat, o.text)
}

// same lets the other engine write the reply and compares as much as there is.
func (w *walk) same(req engine.Request, o outcome) {
	w.t.Helper()
	got, want := choices(o), choices(w.cold(req))
	same, apart := compare(got, want)
	w.replies++
	w.apart = max(w.apart, apart)
	if apart > rounding {
		w.t.Errorf("%q with %d of %d tokens cached: probabilities differ by %g", o.text, o.done.Usage.CachedTokens, o.done.Usage.PromptTokens, apart)
	}
	if same == len(got) {
		return
	}
	w.ties++
	c, d := want[same], got[same]
	if c.Others[0].Token != d.Token || c.Probability-c.Others[0].Probability > rounding {
		w.t.Errorf("%q with %d of %d tokens cached; without a cache %+v in the place of %+v", o.text, o.done.Usage.CachedTokens, o.done.Usage.PromptTokens, c, d)
	}
}

func (w *walk) cold(req engine.Request) outcome {
	forget(w.plain)
	req.Speculation = engine.SpeculationOff
	o := reply1(w.t, w.plain, req)
	if o.done.Usage.CachedTokens != 0 {
		w.t.Fatal("the engine without a cache has one")
	}
	return o
}

func (w *walk) request(chat int) engine.Request {
	req := greedy(1 + w.random.IntN(8))
	req.Messages, req.Alternatives = slices.Clone(w.chats[chat]), 1
	req.Speculation = engine.SpeculationOn
	return req
}

func (w *walk) keep(chat int, text string) {
	if text == "" {
		text = "Nothing."
	}
	w.chats[chat] = append(w.chats[chat], engine.Message{Role: engine.RoleAssistant, Content: text})
}

// edit goes back to a message and asks another instead.
func (w *walk) edit(chat int) {
	if n := len(w.chats[chat]) / 2; n > 0 {
		w.chats[chat] = w.chats[chat][:1+2*w.random.IntN(n)]
	}
	w.send(chat)
}

func (w *walk) regenerate(chat int) {
	if n := len(w.chats[chat]); n > 1 {
		w.chats[chat] = w.chats[chat][:n-1]
		w.answer(chat)
	}
}

// stop cancels a reply; its beginning is kept.
func (w *walk) stop(chat int) {
	w.ask(chat)
	req := w.request(chat)
	req.Limits.MaxTokens = 12
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	after := w.random.IntN(4)
	var o outcome
	for e, err := range w.engine.Reply(ctx, req) {
		if err != nil {
			w.t.Fatal(err)
		}
		switch e.Kind {
		case engine.EventText:
			o.text += e.Text
		case engine.EventChoice:
			o.events = append(o.events, e)
		}
		if len(o.events) >= after {
			cancel()
		}
	}
	w.same(req, o)
	w.keep(chat, o.text)
}

// warm reads ahead of what is typed, which may end as something else.
func (w *walk) warm(chat int) {
	w.ask(chat)
	draft := w.request(chat)
	draft.Draft = true
	last := &draft.Messages[len(draft.Messages)-1]
	last.Content = last.Content[:w.random.IntN(len(last.Content))] + "…"
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- w.engine.Warm(ctx, draft, nil) }()
	if w.random.IntN(2) == 0 {
		<-ended
	}
	w.answer(chat)
	cancel()
}

// both lets the chats reply at once.
func (w *walk) both(int) {
	var reqs [2]engine.Request
	var outcomes [2]outcome
	ended := make(chan error, 2)
	for i := range reqs {
		w.ask(i)
		reqs[i] = w.request(i)
	}
	for i := range reqs {
		go func() {
			var err error
			outcomes[i], err = collect(w.engine.Reply(w.t.Context(), reqs[i]))
			ended <- err
		}()
	}
	for range reqs {
		if err := <-ended; err != nil {
			w.t.Fatal(err)
		}
	}
	for i := range reqs {
		w.same(reqs[i], outcomes[i])
		w.keep(i, outcomes[i].text)
	}
}

func (w *walk) restart(int) {
	w.engine.Close()
	w.engine = loadKeeping(w.t, w.dir, starterPath(w.t), w.opts)
}

// kill goes on with what is on disk at this moment.
func (w *walk) kill(int) {
	dir := w.t.TempDir()
	for _, path := range files(w.t, w.dir) {
		if data, err := os.ReadFile(path); err == nil { // it may just have been replaced
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), data, 0o600); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	w.engine.Close()
	w.dir = dir
	w.restart(0)
}

// setting is a number from the environment.
func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
