package runner

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/llama"
	"notso/engine/scripted"
)

// starterModel is the file that `make model` fetches.
const starterModel = "models/SmolLM2-135M-Instruct.Q4_1.gguf"

// root is the repository's folder.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

func newRunner(t testing.TB) *Runner {
	r := New(Options{LibraryDir: filepath.Join(root(t), "build", "engine")})
	t.Cleanup(func() { r.Close() })
	return r
}

// loadStarter returns an engine with the starter model.
func loadStarter(t testing.TB, opts engine.LoadOptions) *Runner {
	t.Helper()
	return load(t, filepath.Join(root(t), starterModel), opts)
}

// loadScripted returns an engine with a model that llama.cpp runs and whose text
// is known: each token depends on the one before it alone.
func loadScripted(t testing.TB, script scripted.Script, opts engine.LoadOptions) *Runner {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scripted.gguf")
	if err := scripted.WriteModel(path, script); err != nil {
		t.Fatal(err)
	}
	return load(t, path, opts)
}

// load uses one thread unless opts says otherwise: more of them wait for each
// other on a machine that runs other tests as well.
func load(t testing.TB, path string, opts engine.LoadOptions) *Runner {
	t.Helper()
	r := newRunner(t)
	if opts.Threads == 0 {
		opts.Threads = 1
	}
	if _, err := r.Load(context.Background(), path, opts, nil); err != nil {
		t.Fatalf("%v\nrun `make engine model` first", err)
	}
	return r
}

// greedy asks for a reply of at most limit tokens; texts are the user's and the
// assistant's in turn.
func greedy(limit int, texts ...string) engine.Request {
	req := engine.Request{Limits: engine.Limits{MaxTokens: limit}, Date: time.Date(2025, 7, 8, 0, 0, 0, 0, time.UTC)}
	for i, text := range texts {
		role := engine.RoleUser
		if i%2 == 1 {
			role = engine.RoleAssistant
		}
		req.Messages = append(req.Messages, engine.Message{Role: role, Content: text})
	}
	return req
}

// outcome is what a reply came to.
type outcome struct {
	reasoning, text string
	done            engine.Done
	events          []engine.Event
}

func reply1(t testing.TB, r *Runner, req engine.Request) outcome {
	t.Helper()
	o, err := collect(r.Reply(t.Context(), req))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func collect(events iter.Seq2[engine.Event, error]) (o outcome, err error) {
	for e, err := range events {
		if err != nil {
			return o, err
		}
		o.events = append(o.events, e)
		switch e.Kind {
		case engine.EventReasoning:
			o.reasoning += e.Text
		case engine.EventText, engine.EventToolCall:
			o.text += e.Text
		case engine.EventDone:
			o.done = *e.Done
		}
	}
	if o.done.Finish == "" {
		return o, errors.New("the reply ended without EventDone")
	}
	return o, nil
}

// evaluated is how many tokens the engine has evaluated so far.
func evaluated(r *Runner) int {
	s := r.model.scheduler
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.evaluated
}

// until waits for a condition, for at most a minute.
func until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute: %s", what)
		}
	}
}

// bare writes greedily with llama.cpp alone, in a context of its own: the
// prompt in chunks, then token by token.
func bare(t testing.TB, m *model, prompt []llama.Token, limit int) (text string, tokens []llama.Token) {
	t.Helper()
	ctx, err := m.weights.NewContext(llama.ContextOptions{
		Length: m.info.ContextLength, Sequences: maxSequences, BatchTokens: prefillChunk + maxSequences, Threads: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer ctx.Close()
	batch := m.weights.Library().NewBatch(prefillChunk)
	defer batch.Close()
	sampler, err := m.weights.NewSampler(engine.Sampling{}, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	defer sampler.Close()
	last := 0
	for i, token := range prompt {
		if last, err = batch.Add(token, i, 0, i == len(prompt)-1); err != nil {
			t.Fatal(err)
		}
		if batch.Len() == prefillChunk || i == len(prompt)-1 {
			if err := ctx.Decode(batch); err != nil {
				t.Fatal(err)
			}
			batch.Clear()
		}
	}
	var written []byte
	for len(tokens) < limit {
		token := sampler.Sample(ctx, last)
		if m.vocab.IsEnd(token) {
			break
		}
		tokens = append(tokens, token)
		written = m.vocab.AppendPiece(written, token, false)
		batch.Clear()
		if last, err = batch.Add(token, len(prompt)+len(tokens)-1, 0, true); err != nil {
			t.Fatal(err)
		}
		if err := ctx.Decode(batch); err != nil {
			t.Fatal(err)
		}
	}
	return string(written), tokens
}

// tokensOf is the prompt of req.
func tokensOf(t testing.TB, r *Runner, req engine.Request) []llama.Token {
	t.Helper()
	s, err := r.model.start(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return s.tokens
}

// longText is about n tokens of English.
func longText(n int) string {
	return strings.Repeat("The engine reads every word of a long letter once. ", n/11+1)
}
