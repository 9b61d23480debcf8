package runner

import (
	"context"
	"errors"
	"slices"
	"testing"

	"notso/engine"
)

func TestWarmSpareTheReplyItsPrompt(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 2048})
	req := greedy(1, longText(300)+"And then the end")
	draft := req
	draft.Draft = true
	if err := r.Warm(t.Context(), draft, nil); err != nil {
		t.Fatal(err)
	}
	m, err := r.Measure(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	const closing = 12 // tokens: the last word, and the template's end of the turn
	if m.CachedTokens < m.PromptTokens-closing || m.CachedTokens >= m.PromptTokens-1 {
		t.Errorf("after warming a draft %d of %d tokens are cached", m.CachedTokens, m.PromptTokens)
	}
	if err := r.Warm(t.Context(), req, nil); err != nil {
		t.Fatal(err)
	}
	before := evaluated(r)
	first := reply1(t, r, req)
	if u := first.done.Usage; u.CachedTokens != u.PromptTokens || evaluated(r) != before {
		t.Errorf("after warming the request %+v, %d tokens evaluated", u, evaluated(r)-before)
	}
	if err := r.Warm(t.Context(), req, nil); err != nil || evaluated(r) != before {
		t.Errorf("warming again: %v, %d tokens evaluated", err, evaluated(r)-before)
	}
	reply1(t, r, greedy(1, "Hi"))
	before = evaluated(r)
	again := reply1(t, r, req)
	if u := again.done.Usage; u.CachedTokens != u.PromptTokens-1 || evaluated(r)-before != 1 || again.text != first.text {
		t.Errorf("after another reply it is %q, was %q: %+v, %d tokens evaluated", again.text, first.text, u, evaluated(r)-before)
	}
}

func TestWarmGivesWay(t *testing.T) {
	tests := []struct {
		name string
		to   func(r *Runner, cancel func())
		want error
	}{
		{"to a reply", func(r *Runner, _ func()) { collect(r.Reply(context.Background(), greedy(1, "Hi"))) }, engine.ErrPreempted},
		{"to a newer draft", func(r *Runner, _ func()) { r.Warm(context.Background(), greedy(1, "Hi"), nil) }, engine.ErrPreempted},
		{"to its caller", func(_ *Runner, cancel func()) { cancel() }, context.Canceled},
		{"to the end of the model", func(r *Runner, _ func()) { r.Close() }, engine.ErrPreempted},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := loadStarter(t, engine.LoadOptions{ContextLength: 8192})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			warmed := make(chan error, 1)
			go func() { warmed <- r.Warm(ctx, greedy(1, longText(6000)), nil) }()
			until(t, "Warm evaluates", func() bool { return evaluated(r) > 0 })
			test.to(r, cancel)
			if err := <-warmed; !errors.Is(err, test.want) {
				t.Errorf("Warm returned %v, want %v", err, test.want)
			}
		})
	}
}

func TestAReplyKeepsTheBatchThatServesIt(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 2048})
	aborted := func() int {
		s := r.model.scheduler
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.aborted
	}
	text := longText(700)
	for _, test := range []struct {
		name, draft, message string
		cancelled            bool // by its caller, once the reply waits
		tries, want          int
	}{
		{"a message as it was typed", text, text, false, 4, 0},
		{"a message that went on", text, text + "So what?", false, 4, 0},
		{"a message whose draft is given up", text, text, true, 4, 0},
		{"another message", text, "Hi", false, 20, 1}, // tried until a batch is met at work
	} {
		before := aborted()
		for range test.tries {
			forget(r)
			ctx, cancel := context.WithCancel(context.Background())
			from, warmed, replied := evaluated(r), make(chan error, 1), make(chan bool)
			go func() { warmed <- r.Warm(ctx, greedy(1, test.draft), nil) }()
			until(t, "Warm evaluates", func() bool { return evaluated(r) > from })
			go func() {
				defer close(replied)
				if _, err := collect(r.Reply(context.Background(), greedy(1, test.message))); err != nil {
					t.Error(err)
				}
			}()
			if test.cancelled {
				until(t, "the reply is asked for", func() bool { return waits(r) || evaluated(r) > from+700 })
				cancel()
			}
			<-replied
			if err := <-warmed; err != nil && !errors.Is(err, engine.ErrPreempted) && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			cancel()
			if test.want > 0 && aborted() > before {
				break
			}
		}
		if n := aborted() - before; n != test.want {
			t.Errorf("%s: %d batches were thrown away, want %d", test.name, n, test.want)
		}
	}
}

// writes tells whether a reply in the foreground is on its way. Its reader may
// still have some of it before him when it is not.
func writes(r *Runner) bool {
	s := r.model.scheduler
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(slices.Concat(s.running, s.waiting), func(j *job) bool { return !j.background })
}

// waits tells whether a job has no sequence yet.
func waits(r *Runner) bool {
	s := r.model.scheduler
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting) > 0
}

func TestWarmOfFewTokensWaitsForMoreOnBattery(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 2048})
	warm := func(text string) int {
		s, err := r.model.start(t.Context(), greedy(0, text))
		if err != nil {
			t.Fatal(err)
		}
		from := evaluated(r)
		j := &job{tokens: s.tokens, prompt: len(s.tokens), background: true, draft: true, least: bunch, feed: newFeed(1, func() {})}
		if !r.model.scheduler.submit(j) {
			t.Fatal("the scheduler is closed")
		}
		j.feed.all(func(engine.Event, error) bool { return true })
		return evaluated(r) - from
	}
	text := longText(100)
	if n := warm(text); n < 100 {
		t.Errorf("of a long draft %d tokens are evaluated", n)
	}
	if n := warm(text + "Four words more now"); n != 0 {
		t.Errorf("of the next words %d tokens are evaluated at once", n)
	}
	if n := warm(text + longText(50)); n < bunch {
		t.Errorf("of many more words %d tokens are evaluated", n)
	}
}

func TestWarmWaitsForTheReplyToEnd(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 2048})
	var warmed chan error
	for e, err := range r.Reply(t.Context(), greedy(40, "Write the numbers from one to one hundred.")) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == engine.EventText && warmed == nil {
			warmed = make(chan error, 1)
			go func() {
				err := r.Warm(context.Background(), greedy(1, longText(200)), nil)
				if writes(r) {
					t.Errorf("Warm returned %v while the reply was written", err)
				}
				warmed <- err
			}()
		}
	}
	if err := <-warmed; err != nil {
		t.Errorf("Warm returned %v after the reply", err)
	}
}

func TestWarmingALongTextTellsHowFarItIs(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 1024})
	var told []float64
	tell := func(fraction float64) { told = append(told, fraction) }
	req := greedy(1, longText(300))
	if err := r.Warm(t.Context(), req, tell); err != nil {
		t.Fatal(err)
	}
	if len(told) < 300/prefillChunk || told[0] != 0 || told[len(told)-1] != 1 || !slices.IsSorted(told) {
		t.Errorf("it told %v", told)
	}
	told = nil
	if err := r.Warm(t.Context(), greedy(1, longText(300)+"So?"), tell); err != nil || len(told) > 0 {
		t.Errorf("the few tokens that were added told %v, %v", told, err)
	}
}
