package enginetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"notso/engine"
)

func replyReports(t *testing.T, e engine.Engine, info engine.ModelInfo) {
	req := counting(12)
	done := reply(t, e, req, engine.FinishLength).done
	u := done.Usage
	if u.PromptTokens <= 0 || u.CachedTokens < 0 || u.CachedTokens > u.PromptTokens || u.ReasoningTokens > u.ReplyTokens {
		t.Errorf("impossible usage: %+v", u)
	}
	if done.Seed != req.Seed || done.Sampling != req.Sampling {
		t.Errorf("seed %d and %+v, asked for %d and %+v", done.Seed, done.Sampling, req.Seed, req.Sampling)
	}
	if done.ModelHash != info.Hash || done.EngineBuild != info.EngineBuild || done.PromptHash == "" {
		t.Errorf("hash %q, build %q, prompt %q: want those of the model and the prompt's", done.ModelHash, done.EngineBuild, done.PromptHash)
	}
	if tm := done.Timings; tm.FirstTokenMS <= 0 || tm.DecodeTokensPerSecond < 0 || tm.PrefillTokensPerSecond < 0 || tm.ReasoningMS < 0 {
		t.Errorf("impossible timings: %+v", tm)
	}
}

func drawsSeed(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	req := counting(4)
	req.Seed = 0
	req.Sampling.Temperature = 1
	done := reply(t, e, req, engine.FinishLength).done
	if done.Seed == 0 {
		t.Error("no seed was drawn")
	}
}

func sameSeed(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	req := counting(8)
	req.Seed = 42
	req.Sampling = engine.Sampling{Temperature: 1, TopP: 0.95, RepeatPenalty: 1}
	first, second := collect(t, e.Reply(limited(t), req), nil), collect(t, e.Reply(limited(t), req), nil)
	if first.err != nil || second.err != nil {
		t.Fatal(first.err, second.err)
	}
	if first.written() != second.written() {
		t.Errorf("the seed 42 wrote %q, then %q", first.written(), second.written())
	}
}

func cancelled(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	whole := reply(t, e, counting(24), engine.FinishLength)
	ctx, cancel := context.WithCancel(limited(t))
	defer cancel()
	o := collect(t, e.Reply(ctx, counting(0)), func(event engine.Event) {
		if event.Kind == engine.EventText {
			cancel()
		}
	})
	if o.err != nil {
		t.Fatalf("a stop is not an error: %v", o.err)
	}
	if o.done.Finish != engine.FinishStopped {
		t.Fatalf("finished with %q after %d tokens, want %q", o.done.Finish, o.done.Usage.ReplyTokens, engine.FinishStopped)
	}
	if o.text == "" || !strings.HasPrefix(whole.text, o.text) && !strings.HasPrefix(o.text, whole.text) {
		t.Errorf("kept %q of %q", o.text, whole.text)
	}
	if o.done.Usage.ReplyTokens == 0 {
		t.Error("what was written was not counted")
	}
}

func cancelledBefore(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := collect(t, e.Reply(ctx, counting(0)), nil)
	if o.err != nil || o.done.Finish != engine.FinishStopped {
		t.Errorf("got %v, %+v; want an end with %q", o.err, o.done, engine.FinishStopped)
	}
}

func loopLeft(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	whole := reply(t, e, counting(6), engine.FinishLength)
	for event, err := range e.Reply(limited(t), counting(0)) {
		if err != nil {
			t.Fatal(err)
		}
		if event.Kind == engine.EventText {
			break
		}
	}
	if again := reply(t, e, counting(6), engine.FinishLength); again.text != whole.text {
		t.Errorf("the next reply is %q, want %q", again.text, whole.text)
	}
}

func maxTokens(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	var last string
	for _, n := range []int{1, 2, 7} {
		o := reply(t, e, counting(n), engine.FinishLength)
		if o.done.Usage.ReplyTokens != n {
			t.Errorf("counted %d tokens, want %d", o.done.Usage.ReplyTokens, n)
		}
		if !strings.HasPrefix(o.written(), last) {
			t.Errorf("%d tokens are %q, but fewer were %q", n, o.written(), last)
		}
		last = o.written()
	}
}

func stopStrings(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	whole := reply(t, e, counting(20), engine.FinishLength).text
	runes := []rune(whole)
	if len(runes) < 12 {
		t.Fatalf("the model wrote only %q", whole)
	}
	for _, length := range []int{1, 4} {
		stop := string(runes[len(runes)/2 : len(runes)/2+length])
		req := counting(0)
		req.Limits.Stop = []string{"\x00 is never written", stop}
		want, _, _ := strings.Cut(whole, stop)
		if o := reply(t, e, req, engine.FinishStop); o.text != want {
			t.Errorf("stopped at %q: got %q, want %q", stop, o.text, want)
		}
	}
}

func resumes(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	const tokens = 16
	whole := reply(t, e, counting(tokens), engine.FinishLength)
	for _, n := range []int{1, 6} {
		head := reply(t, e, counting(n), engine.FinishLength)
		req := counting(tokens - n)
		req.Resume = &engine.Partial{Reasoning: head.reasoning, Text: head.text}
		rest := reply(t, e, req, engine.FinishLength)
		if got := head.written() + rest.written(); got != whole.written() {
			t.Errorf("%q went on with %q, want %q", head.written(), rest.written(), whole.written())
		}
	}
}

func (s *suite) warms(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	req := counting(6)
	req.Messages[0].Content = "Count from 1 to 300. Take your time."
	want := reply(t, e, req, engine.FinishLength)
	req.Messages[0].Content = "Something else, so that nothing of it is cached."
	reply(t, e, req, engine.FinishLength)
	req.Messages[0].Content = "Count from 1 to 300. Take your time."
	last := 0.0
	err := e.Warm(limited(t), req, func(fraction float64) {
		if fraction < last || fraction > 1 {
			t.Errorf("warming went from %g to %g", last, fraction)
		}
		last = fraction
	})
	if err != nil {
		t.Fatalf("warm: %v", err)
	}
	got := reply(t, e, req, engine.FinishLength)
	if got.text != want.text {
		t.Errorf("after warming: %q, want %q", got.text, want.text)
	}
	if u := got.done.Usage; s.caps.Caches && u.CachedTokens < u.PromptTokens/2 {
		t.Errorf("%d of %d tokens were cached by warming", u.CachedTokens, u.PromptTokens)
	}
}

func warmCancelled(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Warm(ctx, counting(0), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("warm: %v, want %v", err, context.Canceled)
	}
}

func (s *suite) measures(t *testing.T, e engine.Engine, info engine.ModelInfo) {
	for _, text := range []string{"Hi", "Count from 1 to 300.", strings.Repeat("many words ", 50)} {
		req := counting(1)
		req.Messages[0].Content = text
		m, err := e.Measure(limited(t), req)
		if err != nil {
			t.Fatalf("measure: %v", err)
		}
		if used := reply(t, e, req, engine.FinishLength).done.Usage.PromptTokens; m.PromptTokens != used && !s.caps.Estimates || m.PromptTokens <= 0 {
			t.Errorf("measured %d tokens, the reply counted %d", m.PromptTokens, used)
		}
		if m.ContextLength != info.ContextLength {
			t.Errorf("a context of %d tokens, loaded with %d", m.ContextLength, info.ContextLength)
		}
	}
}

func promptTooLong(t *testing.T, e engine.Engine, info engine.ModelInfo) {
	req := counting(1)
	req.Messages[0].Content = strings.Repeat("word ", info.ContextLength)
	o := collect(t, e.Reply(limited(t), req), nil)
	var long *engine.PromptTooLongError
	if !errors.As(o.err, &long) {
		t.Fatalf("got %v, want a PromptTooLongError", o.err)
	}
	if long.Limit <= 0 || long.Limit > info.ContextLength || long.Tokens < long.Limit {
		t.Errorf("%d tokens for a limit of %d, with a context of %d", long.Tokens, long.Limit, info.ContextLength)
	}
	reply(t, e, counting(2), engine.FinishLength)
}

func (s *suite) secondTurn(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	req := counting(8)
	first := reply(t, e, req, engine.FinishLength)
	req.Messages = append(req.Messages,
		engine.Message{Role: engine.RoleAssistant, Content: first.text},
		engine.Message{Role: engine.RoleUser, Content: "Go on."},
	)
	u := reply(t, e, req, engine.FinishLength).done.Usage
	switch {
	case !s.caps.Caches && u.CachedTokens != 0:
		t.Errorf("an engine without a cache reports %d cached tokens", u.CachedTokens)
	case s.caps.Caches && u.CachedTokens < first.done.Usage.PromptTokens/2:
		t.Errorf("%d of %d tokens were cached; the first turn had %d", u.CachedTokens, u.PromptTokens, first.done.Usage.PromptTokens)
	}
}
