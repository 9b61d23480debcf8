package enginetest

import (
	"errors"
	"testing"

	"notso/engine"
)

func (s *suite) candidates(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	const n, tokens = 3, 6
	want := reply(t, e, counting(tokens), engine.FinishLength)
	req := counting(tokens)
	req.Candidates = n
	var texts [n]string
	var dones [n]*engine.Done
	for event, err := range e.Reply(limited(t), req) {
		if err != nil {
			t.Fatal(err)
		}
		c := event.Candidate
		if c < 0 || c >= n {
			t.Fatalf("an event of candidate %d of %d", c, n)
		}
		if dones[c] != nil {
			t.Errorf("candidate %d: %s after done", c, event.Kind)
		}
		texts[c] += event.Text
		dones[c] = event.Done
	}
	for c, done := range dones {
		if done == nil {
			t.Fatalf("candidate %d has no end", c)
		}
		if done.Finish != engine.FinishLength || done.Usage.ReplyTokens != tokens || done.Seed != req.Seed+uint32(c) {
			t.Errorf("candidate %d: %+v", c, done)
		}
		if texts[c] == "" || s.caps.Exact && texts[c] != want.written() {
			t.Errorf("candidate %d wrote %q, alone it is %q", c, texts[c], want.written())
		}
		if u := done.Usage; s.caps.Caches && u.CachedTokens < u.PromptTokens-1 {
			t.Errorf("candidate %d evaluated %d tokens of the prompt", c, u.PromptTokens-u.CachedTokens)
		}
	}
	req.Candidates = engine.MaxCandidates + 1
	var refused *engine.UnsupportedError
	if o := collect(t, e.Reply(limited(t), req), nil); !errors.As(o.err, &refused) {
		t.Errorf("%d candidates: %v, want an UnsupportedError", req.Candidates, o.err)
	}
}
