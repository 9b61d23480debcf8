package runner

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"notso/engine"
	"notso/engine/scripted"
)

// TestAStormOfRequestsLeavesNothingBehind has many callers ask for everything at
// once, in a context too small for them, and leave whenever they like. Whatever a
// reply got to say is what the model says; afterwards the cache is what it is
// believed to be, and nobody holds any of it.
func TestAStormOfRequestsLeavesNothingBehind(t *testing.T) {
	script := scripted.Plain()
	r := loadKeeping(t, t.TempDir(), scriptedPath(t, script), engine.LoadOptions{ContextLength: 512})
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			s := storm{t: t, engine: r, text: script.AnswerText(), random: rand.New(rand.NewPCG(uint64(caller), 7))}
			for range setting(t, "NOTSO_STORM_STEPS", 200) {
				s.step()
			}
		})
	}
	callers.Wait()

	if o := reply1(t, r, greedy(0, "Hi")); o.text != script.AnswerText() {
		t.Errorf("after the storm the reply is %q", o.text)
	}
	s := r.model.scheduler
	s.mu.Lock()
	s.closed = true // so that nobody else uses the context any more
	s.mu.Unlock()
	s.signal()
	<-s.done
	if len(s.running)+len(s.waiting) > 0 || s.padded > 0 {
		t.Errorf("%d jobs run, %d wait, %d tokens are padding", len(s.running), len(s.waiting), s.padded)
	}
	trueCache(t, r)
	for _, seq := range s.cache.sequences {
		if seq.busy || seq.fork && len(seq.tokens) > 0 {
			t.Errorf("sequence %d with %d tokens: busy %t, a fork %t", seq.id, len(seq.tokens), seq.busy, seq.fork)
		}
	}
	if n, m := s.context.SequenceLength(scratch), s.context.SequenceLength(padding); n+m > 0 {
		t.Errorf("%d positions are left of copies, %d of padding", n, m)
	}
}

// storm is one caller.
type storm struct {
	t      *testing.T
	engine *Runner
	text   string // what the model says
	random *rand.Rand
}

func (s *storm) step() {
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	req := s.request()
	switch s.random.IntN(8) {
	case 0:
		req.Draft = s.random.IntN(2) == 0
		go s.leave(cancel)
		if err := s.engine.Warm(ctx, req, func(float64) {}); !expected(err) {
			s.t.Errorf("reading ahead: %v", err)
		}
	case 1:
		if _, err := s.engine.Measure(ctx, req); !expected(err) {
			s.t.Errorf("measuring: %v", err)
		}
	default:
		s.reply(ctx, cancel, req)
	}
}

// request asks for a reply of any kind: as long as a fifth of the context, beside
// others, in the background, going on, replayed.
func (s *storm) request() engine.Request {
	req := greedy(s.random.IntN(20), fmt.Sprintf("%d %s", s.random.IntN(4), longText(s.random.IntN(100))))
	switch s.random.IntN(7) {
	case 0:
		req.Candidates = 1 + s.random.IntN(4)
	case 1:
		req.Background = true
	case 2:
		req.Speculation = engine.SpeculationOn
	case 3:
		req.Batches = "7@1 5+3/9@1 2~4@1*3 1@1*4"
	case 4:
		req.Alternatives = 2
	case 5:
		req.Resume = &engine.Partial{Text: s.text[:strings.IndexByte(s.text, ' ')]}
	}
	return req
}

// reply reads as much as it likes.
func (s *storm) reply(ctx context.Context, cancel func(), req engine.Request) {
	said := make([]string, max(1, req.Candidates))
	if req.Resume != nil {
		said[0] = req.Resume.Text
	}
	patience := s.random.IntN(60)
	for e, err := range s.engine.Reply(ctx, req) {
		if !expected(err) {
			s.t.Errorf("%+v: %v", req, err)
		}
		if e.Kind == engine.EventText {
			said[e.Candidate] += e.Text
		}
		switch patience--; patience {
		case 20:
			cancel()
		case 0:
			return
		}
	}
	for _, text := range said {
		if !strings.HasPrefix(s.text, text) {
			s.t.Errorf("background %t, %q, resume %+v, %d candidates: the reply is %q", req.Background, req.Batches, req.Resume, req.Candidates, text)
		}
	}
}

// leave cancels a call soon, or when it has ended.
func (s *storm) leave(cancel func()) {
	for range s.random.IntN(3) {
		s.engine.Measure(s.t.Context(), greedy(1, "Hi"))
	}
	cancel()
}

// expected tells what a call may come to in a storm.
func expected(err error) bool {
	var long *engine.PromptTooLongError
	return err == nil || errors.Is(err, context.Canceled) || errors.Is(err, engine.ErrPreempted) || errors.As(err, &long)
}
