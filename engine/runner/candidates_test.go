package runner

import (
	"errors"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/scripted"
)

// candidates collects the replies of req.
func candidates(t *testing.T, r *Runner, req engine.Request) []outcome {
	t.Helper()
	all := make([]outcome, req.Candidates)
	for e, err := range r.Reply(t.Context(), req) {
		if err != nil {
			t.Fatal(err)
		}
		o := &all[e.Candidate]
		o.text += e.Text
		if e.Done != nil {
			o.done = *e.Done
		}
	}
	return all
}

func TestCandidatesShareOnePrefill(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 1024})
	req := greedy(10, longText(250)+"Tell me a story.")
	req.Sampling, req.Seed, req.Candidates = engine.Sampling{Temperature: 2}, 11, 4
	all := candidates(t, r, req)
	prompt := all[0].done.Usage.PromptTokens
	if got, most := evaluated(r), prompt+4*10; got > most {
		t.Errorf("%d tokens were evaluated, want at most %d", got, most)
	}
	texts := make(map[string]bool)
	for i, o := range all {
		texts[o.text] = true
		if o.done.Finish != engine.FinishLength || o.done.Seed != 11+uint32(i) || i > 0 && o.done.Usage.CachedTokens != prompt-1 {
			t.Errorf("candidate %d: %+v", i, o.done)
		}
		if !strings.Contains(string(o.done.Batches), "/4@") {
			t.Errorf("candidate %d was never in one batch with the three others: %s", i, o.done.Batches)
		}
	}
	if len(texts) != 4 {
		t.Errorf("of 4 candidates %d differ: %v", len(texts), texts)
	}
}

func TestCandidatesOfALongPromptFitTheContextTogether(t *testing.T) {
	script := scripted.Plain()
	r := loadScripted(t, script, engine.LoadOptions{ContextLength: 512})
	req := greedy(0, longText(60)) // more than half of the context
	req.Candidates = 4
	for i, o := range candidates(t, r, req) {
		if o.text != script.AnswerText() || o.done.Finish != engine.FinishEnd {
			t.Errorf("candidate %d: %q, finish %q", i, o.text, o.done.Finish)
		}
	}
	u := reply1(t, r, greedy(0, longText(60))).done.Usage
	if got, most := evaluated(r), u.PromptTokens+5*len(script.Answer)+4; got > most || u.PromptTokens < 256 {
		t.Errorf("%d tokens of a prompt of %d and its candidates were evaluated, want at most %d", got, u.PromptTokens, most)
	}
}

func TestCandidatesStopTogether(t *testing.T) {
	r := loadScripted(t, counting(), engine.LoadOptions{})
	req := greedy(0, "Count.")
	req.Candidates = 3
	for e, err := range r.Reply(t.Context(), req) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == engine.EventText && e.Candidate == 2 {
			break
		}
	}
	s := r.model.scheduler
	until(t, "no job is left", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.running)+len(s.waiting) == 0
	})
	req.Background = true
	var failed error
	for e, err := range r.Reply(t.Context(), req) {
		if failed = err; err == nil && e.Kind == engine.EventText {
			reply1(t, r, greedy(1, "Hi"))
		}
	}
	if !errors.Is(failed, engine.ErrPreempted) {
		t.Errorf("candidates in the background ended with %v, want %v", failed, engine.ErrPreempted)
	}
}

func TestCandidatesInTheBackgroundLeaveNothing(t *testing.T) {
	r := loadScripted(t, scripted.Plain(), engine.LoadOptions{})
	req := greedy(0, "Hello")
	req.Candidates, req.Background = 2, true
	for i, o := range candidates(t, r, req) {
		if o.text != scripted.Plain().AnswerText() {
			t.Errorf("candidate %d: %q", i, o.text)
		}
	}
	if m, err := r.Measure(t.Context(), greedy(0, "Hello")); err != nil || m.CachedTokens != 0 {
		t.Errorf("%d tokens are left, %v", m.CachedTokens, err)
	}
}
