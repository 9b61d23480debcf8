package runner

import (
	"testing"

	"notso/engine"
	"notso/engine/llama"
	"notso/engine/scripted"
)

// put writes a block.
type put func(tokens []llama.Token, first int, state []byte) error

// loadWithDisk loads a scripted model whose snapshots are written by what disk makes
// of the usual way, and for which a prompt waits so many times as long as a batch takes.
func loadWithDisk(t *testing.T, patience int, disk func(*scheduler, put) put) (*Runner, *scheduler) {
	t.Helper()
	r := loadScripted(t, scripted.Plain(), engine.LoadOptions{ContextLength: 4096})
	m := r.model
	m.scheduler.close()
	k := openSnapshots(Snapshots{Dir: t.TempDir(), Budget: gib}, m.info.EngineBuild, "a disk of its own", false)
	usual, ready := k.put, make(chan struct{})
	k.patience = patience
	k.put = func(tokens []llama.Token, first int, state []byte) error {
		<-ready
		return disk(m.scheduler, usual)(tokens, first, state)
	}
	m.scheduler = startScheduler(m.weights, m.context, prefillChunk, fixedThreads(1), newSpeculation(false, true), false, k)
	close(ready)
	return r, m.scheduler
}

func TestAPromptWaitsForASlowDisk(t *testing.T) {
	const hours = 1 << 20
	onDisk, missing, waited := 0, 0, 0
	r, s := loadWithDisk(t, hours, func(s *scheduler, usual put) put {
		return func(tokens []llama.Token, first int, state []byte) error {
			until(t, "the prompt waits, or is read to its end", func() bool {
				s.mu.Lock()
				defer s.mu.Unlock()
				second := first%prefillChunk > 0 // of the blocks of a batch
				if !second && s.waited == waited && len(s.running) > 0 {
					return false
				}
				missing, waited = max(missing, s.cache.held()-onDisk), s.waited
				return true
			})
			err := usual(tokens, first, state)
			onDisk = len(tokens)
			return err
		}
	})
	u := reply1(t, r, greedy(1, longText(300))).done.Usage
	s.close()
	r.model.scheduler = startScheduler(r.model.weights, r.model.context, prefillChunk, fixedThreads(1), newSpeculation(false, true), false, nil)
	if most := lostAtMost + prefillChunk; missing > most || s.waited < 2 {
		t.Errorf("of a prompt of %d tokens %d were missing on disk before the next batch, want at most %d; it waited %d times", u.PromptTokens, missing, most, s.waited)
	}
}

func TestADiskThatHangsHoldsUpNoReply(t *testing.T) {
	hangs := make(chan struct{})
	r, _ := loadWithDisk(t, patience, func(_ *scheduler, usual put) put {
		return func(tokens []llama.Token, first int, state []byte) error {
			<-hangs
			return usual(tokens, first, state)
		}
	})
	o := reply1(t, r, greedy(0, longText(300)))
	if o.text != scripted.Plain().AnswerText() || o.done.Usage.PromptTokens <= 2*lostAtMost {
		t.Errorf("the reply to %d tokens is %q", o.done.Usage.PromptTokens, o.text)
	}
	close(hangs)
	until(t, "the disk has caught up", func() bool { return onDisk(r, greedy(0, longText(300)), t) })
}
