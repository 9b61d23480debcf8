package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/scripted"
)

func TestCancellingALongPrefillStopsWithinOneBatch(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 8192})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	at := 0
	var done engine.Done
	for e, err := range r.Reply(ctx, greedy(10, longText(6000))) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == engine.EventProgress && e.Progress.Done > 0 && at == 0 {
			cancel() // first: the engine does not wait for the one who counts
			at = evaluated(r)
		}
		if e.Done != nil {
			done = *e.Done
		}
	}
	if done.Finish != engine.FinishStopped {
		t.Fatalf("the reply ended with %+v", done)
	}
	if more := evaluated(r) - at; more > prefillChunk {
		t.Errorf("%d tokens were evaluated after the cancel, want at most one batch of %d", more, prefillChunk)
	}
	// What was evaluated is kept.
	m, err := r.Measure(t.Context(), greedy(10, longText(6000)))
	if err != nil || m.CachedTokens != evaluated(r) {
		t.Errorf("%+v, %v: want all %d evaluated tokens cached", m, err, evaluated(r))
	}
}

func TestCloseEndsRunningRepliesAsStopped(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 8192})
	var done *engine.Done
	for e, err := range r.Reply(t.Context(), greedy(10, longText(6000))) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == engine.EventProgress {
			r.Close()
		}
		done = e.Done
	}
	if done == nil || done.Finish != engine.FinishStopped {
		t.Errorf("the reply ended with %+v", done)
	}
	if _, err := collect(r.Reply(t.Context(), greedy(1, "Hi"))); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("after Close, Reply returns %v", err)
	}
	if _, err := r.Load(t.Context(), "x", engine.LoadOptions{}, nil); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("after Close, Load returns %v", err)
	}
}

func TestRepliesSideBySideWriteWhatTheyWriteAlone(t *testing.T) {
	script := scripted.Plain()
	r := loadScripted(t, script, engine.LoadOptions{})
	prompts := []string{"Hi", longText(200), "What?", longText(400) + "!", "So?"}
	outcomes := together(t, r, prompts, 0)
	for i, o := range outcomes {
		if o.text != script.AnswerText() || o.done.Finish != engine.FinishEnd {
			t.Errorf("reply %d of %d: %q, finish %q", i, len(prompts), o.text, o.done.Finish)
		}
	}
}

// A batch of two may round otherwise than a batch of one, so that a near tie
// falls the other way. These prompts leave no ties.
func TestTwoRepliesOfTheStarterModelSideBySide(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 4096})
	prompts := []string{question, "Count from one to ten, in words."}
	for i, o := range together(t, r, prompts, 16) {
		alone := loadStarter(t, engine.LoadOptions{ContextLength: 4096})
		if want := reply1(t, alone, greedy(16, prompts[i])); o.text != want.text {
			t.Errorf("beside another the reply is %q, alone %q", o.text, want.text)
		}
	}
}

func together(t *testing.T, r *Runner, prompts []string, limit int) []outcome {
	outcomes := make([]outcome, len(prompts))
	errs := make([]error, len(prompts))
	var replies sync.WaitGroup
	for i, text := range prompts {
		replies.Go(func() { outcomes[i], errs[i] = collect(r.Reply(t.Context(), greedy(limit, text))) })
	}
	replies.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func TestRepliesThatOutgrowTheContextTogetherAllFinish(t *testing.T) {
	// Each prompt takes nearly half of the context. Both replies begin, then the
	// later one must give way, wait, and go on where it was.
	script := scripted.Plain()
	r := loadScripted(t, script, engine.LoadOptions{ContextLength: 256})
	filler := ""
	measure := func() int {
		m, err := r.Measure(t.Context(), greedy(0, "A"+filler))
		if err != nil {
			t.Fatal(err)
		}
		return m.PromptTokens
	}
	for measure() < 120 {
		filler += " x"
	}
	prompt, written := measure(), len(script.Answer)
	if 2*prompt > 256 || 2*(prompt+written) <= 256 {
		t.Fatalf("prompts of %d tokens and replies of %d do not make the case", prompt, written)
	}
	var jobs []*job
	for _, text := range []string{"A" + filler, "B" + filler} {
		made, err := r.model.replyJobs(t.Context(), greedy(0, text), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, made...)
	}
	s := r.model.scheduler
	s.mu.Lock() // so that they begin together
	s.waiting = append(s.waiting, jobs...)
	s.mu.Unlock()
	s.signal()
	for i, j := range jobs {
		o, err := collect(j.feed.all)
		if err != nil || o.text != script.AnswerText() || o.done.Finish != engine.FinishEnd || o.done.Usage.ReplyTokens != written {
			t.Errorf("reply %d: %q, %+v, %v", i, o.text, o.done, err)
		}
	}
	if evaluated(r) <= 2*(prompt+written) {
		t.Errorf("%d tokens were evaluated: no reply had to start over", evaluated(r))
	}
}

func TestIdleSequencesMakeRoom(t *testing.T) {
	script := scripted.Plain()
	r := loadScripted(t, script, engine.LoadOptions{ContextLength: 256})
	for _, text := range []string{"One.", "Two.", "Three.", "Four."} {
		if o := reply1(t, r, greedy(0, text+longText(1))); o.text != script.AnswerText() {
			t.Errorf("after others the reply is %q, finish %q", o.text, o.done.Finish)
		}
	}
}

func TestABreakStopsTheReply(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 2048})
	for e := range r.Reply(t.Context(), greedy(1000, "Write the numbers from one to one thousand.")) {
		if e.Kind == engine.EventText {
			break
		}
	}
	s := r.model.scheduler
	until(t, "no job is left", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.running)+len(s.waiting) == 0
	})
}

func TestAReplyWaitsForItsReader(t *testing.T) {
	r := loadScripted(t, counting(), engine.LoadOptions{})
	s := r.model.scheduler
	ahead := 0
	for e, err := range r.Reply(t.Context(), greedy(0, "Count.")) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == engine.EventText && ahead == 0 {
			other := reply1(t, r, greedy(0, "Count, too.")) // others go on meanwhile
			if other.done.Finish != engine.FinishEnd {
				t.Errorf("beside a reply that waits another ended with %q", other.done.Finish)
			}
			s.mu.Lock()
			ahead = len(s.running[0].tokens) - s.running[0].prompt
			s.mu.Unlock()
		}
		if e.Done != nil && e.Done.Finish != engine.FinishEnd {
			t.Errorf("the reply that waited ended with %q", e.Done.Finish)
		}
	}
	if most := 2*feedRoom + 2; ahead > most { // those it took at once, and a full feed
		t.Errorf("%d tokens were written ahead of the reader, want at most %d", ahead, most)
	}
}

// counting is a script longer than a feed.
func counting() scripted.Script {
	script := scripted.Script{}
	for n := range 4 * feedRoom {
		script.Answer = append(script.Answer, fmt.Sprintf(" %d.", n))
	}
	return script
}

func TestABrokenSequenceFailsItsReplyAndNoOther(t *testing.T) {
	r := loadScripted(t, counting(), engine.LoadOptions{})
	reply1(t, r, greedy(4, "Count."))
	s := r.model.scheduler
	s.mu.Lock()
	for _, seq := range s.cache.sequences {
		s.context.CutSequence(seq.id, 3) // behind the cache's back
	}
	s.mu.Unlock()
	if o, err := collect(r.Reply(t.Context(), greedy(4, "Count."))); err == nil {
		t.Errorf("after tokens that llama.cpp has lost the reply is %q", o.text)
	}
	if o := reply1(t, r, greedy(4, "Count.")); o.done.Usage.CachedTokens != 0 {
		t.Errorf("%d tokens of the broken sequence were used again", o.done.Usage.CachedTokens)
	}
}

func TestMemoryThatCannotBeCutIsUsedWholeOrNotAtAll(t *testing.T) {
	script := counting()
	r := loadScripted(t, script, engine.LoadOptions{})
	r.model.scheduler.cache.whole = true // as of a recurrent model
	first := reply1(t, r, greedy(4, "Count."))
	req := greedy(4, "Count.")
	req.Resume = &engine.Partial{Text: first.text}
	if u := reply1(t, r, req).done.Usage; u.CachedTokens != first.done.Usage.PromptTokens+3 {
		t.Errorf("going on found %d tokens, want the whole sequence of %d", u.CachedTokens, first.done.Usage.PromptTokens+3)
	}
	if o := reply1(t, r, greedy(4, "Count.")); o.done.Usage.CachedTokens != 0 || o.text != first.text {
		t.Errorf("starting over found %d tokens and wrote %q, want none and %q", o.done.Usage.CachedTokens, o.text, first.text)
	}
}
