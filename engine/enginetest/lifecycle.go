package enginetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"notso/engine"
)

func nothingLoaded(t *testing.T, s *suite) {
	e := s.start(t)
	wantError(t, e, engine.ErrNoModel)
}

// wantError calls everything that needs a model.
func wantError(t *testing.T, e engine.Engine, want error) {
	t.Helper()
	ctx := limited(t)
	if o := collect(t, e.Reply(ctx, counting(1)), nil); !errors.Is(o.err, want) {
		t.Errorf("reply: %v, want %v", o.err, want)
	}
	if err := e.Warm(ctx, counting(1), nil); !errors.Is(err, want) {
		t.Errorf("warm: %v, want %v", err, want)
	}
	if _, err := e.Measure(ctx, counting(1)); !errors.Is(err, want) {
		t.Errorf("measure: %v, want %v", err, want)
	}
}

func loadTells(t *testing.T, s *suite) {
	e := s.start(t)
	var mu sync.Mutex
	var fractions []float64
	info, err := e.Load(limited(t), s.model, engine.LoadOptions{}, func(fraction float64) {
		mu.Lock()
		defer mu.Unlock()
		fractions = append(fractions, fraction)
	})
	if err != nil {
		t.Fatal(err)
	}
	if info.Path != s.model || info.Name == "" || info.Architecture == "" || info.Hash == "" || info.EngineBuild == "" || info.Template == "" {
		t.Errorf("something is missing: %+v", info)
	}
	if info.ContextLength <= 0 || info.TrainedContext <= 0 {
		t.Errorf("a context of %d tokens, trained with %d", info.ContextLength, info.TrainedContext)
	}
	mu.Lock()
	defer mu.Unlock()
	last := 0.0
	for _, fraction := range fractions {
		if fraction < last || fraction > 1 {
			t.Fatalf("progress is not in order from 0 to 1: %v", fractions)
		}
		last = fraction
	}
	if last != 1 {
		t.Errorf("progress ended at %v: %v", last, fractions)
	}
}

func loadAgain(t *testing.T, s *suite) {
	e := s.start(t)
	first := load(t, e, s.model, engine.LoadOptions{ContextLength: 1024})
	want := reply(t, e, counting(8), engine.FinishLength)
	second := load(t, e, s.model, engine.LoadOptions{ContextLength: 512})
	if second.Hash != first.Hash {
		t.Errorf("one file has the hashes %s and %s", first.Hash, second.Hash)
	}
	if second.ContextLength >= first.ContextLength {
		t.Errorf("a context of %d tokens, then of %d: want less", first.ContextLength, second.ContextLength)
	}
	if got := reply(t, e, counting(8), engine.FinishLength); got.text != want.text {
		t.Errorf("after loading again: %q, want %q", got.text, want.text)
	}
}

func loadRefuses(t *testing.T, s *suite) {
	intact, err := os.ReadFile(s.model)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	bad := map[string][]byte{
		"empty.gguf":   nil,
		"text.gguf":    []byte("This is not a model, though it is called one."),
		"cut.gguf":     intact[:len(intact)/2],
		"version.gguf": append([]byte("GGUF\x09\x00\x00\x00"), intact[8:]...),
	}
	paths := []string{dir, filepath.Join(dir, "missing.gguf")}
	for name, data := range bad {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	e := s.start(t)
	for _, path := range paths {
		_, err := e.Load(limited(t), path, engine.LoadOptions{}, nil)
		var file *engine.ModelFileError
		if !errors.As(err, &file) {
			t.Errorf("%s: %v, want a ModelFileError", filepath.Base(path), err)
		} else if file.Path != path || file.Reason == "" {
			t.Errorf("%s: path %q, reason %q", filepath.Base(path), file.Path, file.Reason)
		}
	}
	load(t, e, s.model, engine.LoadOptions{})
	reply(t, e, counting(2), engine.FinishLength)
}

func loadCancelled(t *testing.T, s *suite) {
	e := s.start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Load(ctx, s.model, engine.LoadOptions{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("load: %v, want %v", err, context.Canceled)
	}
	load(t, e, s.model, engine.LoadOptions{})
	reply(t, e, counting(2), engine.FinishLength)
}

func closeDuringReply(t *testing.T, s *suite) {
	e := s.start(t)
	load(t, e, s.model, engine.LoadOptions{})
	closing := make(chan error, 1)
	var once sync.Once
	o := collect(t, e.Reply(limited(t), counting(0)), func(event engine.Event) {
		if event.Kind != engine.EventText {
			return
		}
		once.Do(func() {
			go func() { closing <- e.Close() }()
			waitClosed(t, e)
		})
	})
	if err := <-closing; err != nil {
		t.Errorf("close: %v", err)
	}
	if o.err != nil || o.done.Finish != engine.FinishStopped {
		t.Errorf("got %v, %+v; want an end with %q", o.err, o.done, engine.FinishStopped)
	}
}

// waitClosed waits until e says that it is closed.
func waitClosed(t *testing.T, e engine.Engine) {
	ctx := limited(t)
	for {
		_, err := e.Measure(ctx, counting(1))
		switch {
		case errors.Is(err, engine.ErrClosed):
			return
		case ctx.Err() != nil:
			t.Fatalf("measure while closing: %v, want %v", err, engine.ErrClosed)
		}
	}
}

func closed(t *testing.T, s *suite) {
	e := s.start(t)
	load(t, e, s.model, engine.LoadOptions{})
	if err := e.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	wantError(t, e, engine.ErrClosed)
	if _, err := e.Load(limited(t), s.model, engine.LoadOptions{}, nil); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("load: %v, want %v", err, engine.ErrClosed)
	}
}

func contextFull(t *testing.T, s *suite) {
	e := s.start(t)
	info := load(t, e, s.model, engine.LoadOptions{ContextLength: 256})
	o := collect(t, e.Reply(limited(t), counting(0)), nil)
	if o.err != nil {
		t.Fatal(o.err)
	}
	sum := o.done.Usage.PromptTokens + o.done.Usage.ReplyTokens
	switch o.done.Finish {
	case engine.FinishEnd: // a model may come to an end by itself
	case engine.FinishContext:
		if sum < info.ContextLength-1 && !s.caps.Estimates {
			t.Errorf("the context of %d tokens was called full at %d", info.ContextLength, sum)
		}
	default:
		t.Errorf("finished with %q", o.done.Finish)
	}
	if sum > info.ContextLength+1 { // the last token need not be evaluated
		t.Errorf("%d tokens in a context of %d", sum, info.ContextLength)
	}
	reply(t, e, counting(2), engine.FinishLength)
}

// concurrent lets replies of different lengths, some of them resumed at
// different places, run side by side.
func concurrent(t *testing.T, s *suite) {
	e := s.start(t)
	load(t, e, s.model, engine.LoadOptions{})
	const replies = 4
	requests, wants := make([]engine.Request, replies), make([]outcome, replies)
	for i := range replies {
		requests[i] = counting(4 + i)
		if i%2 == 1 {
			head := reply(t, e, counting(3*i), engine.FinishLength)
			requests[i].Resume = &engine.Partial{Reasoning: head.reasoning, Text: head.text}
		}
		wants[i] = reply(t, e, requests[i], engine.FinishLength)
	}
	ctx := limited(t)
	var group sync.WaitGroup
	for i := range replies {
		group.Go(func() {
			o := read(e.Reply(ctx, requests[i]), nil)
			for _, what := range o.broken {
				t.Errorf("reply %d: %s", i, what)
			}
			if o.err != nil || o.done == nil || o.done.Finish != engine.FinishLength || o.done.Usage.ReplyTokens != 4+i {
				t.Errorf("reply %d: %v, %+v", i, o.err, o.done)
			}
			if s.caps.Exact && o.written() != wants[i].written() {
				t.Errorf("reply %d wrote %q, alone %q", i, o.written(), wants[i].written())
			}
			if o.written() == "" {
				t.Errorf("reply %d is empty", i)
			}
		})
	}
	group.Wait()
}
