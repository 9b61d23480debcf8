package runner

import (
	"errors"
	"fmt"
	"slices"

	"notso/engine"
	"notso/engine/llama"
	"notso/engine/snapshot"
)

const (
	// prefillChunk is how many tokens of a prompt one batch takes at most, and how
	// many a kill may cost. Larger ones are not faster on a CPU, and progress is
	// told after each.
	prefillChunk = 256

	// sharedChunk is the same while more than one reply runs, or work in the
	// background: another reply may wait for the batch, and a newer draft throws it
	// away. It costs 3 % of the speed. Below 64 an f16 cache would round as token
	// by token does with most quantisations (not Q4_K), but llama.cpp's attention is
	// slower there: 63 tokens cost 15 %, on the starter model and a 3B alike. See
	// "Exactness" in docs/performance.md.
	sharedChunk = 128

	// prefillChunkGPU is both for models on a GPU, which needs more to be busy and
	// is soon done.
	prefillChunkGPU = 512

	// fewRows is below how many tokens of a batch attention with an f16 cache takes
	// another path, on which each of them costs more: 1.4 times as much in all with
	// the starter model.
	fewRows = 64

	// besideChunk is the same while other replies are being written: each of
	// their tokens waits for it.
	besideChunk = 32
)

// share is what one job has in the batch.
type share struct {
	job    *job
	row    int // of the first token in the batch
	tokens int
	logits int // index of the last token in the batch; -1 when nothing is sampled after it

	guesses guesses // behind the last token
	guessed bool    // there are some, or were where this is replayed
}

// fill puts the next tokens of the running jobs into the batch: first of those
// that write, if their readers keep up, then of prompts, oldest first, if the disk
// does. It returns false when there are none. A job that is replayed has the batch alone.
func (s *scheduler) fill() bool {
	s.batch.Clear()
	s.shares = s.shares[:0]
	s.forced, s.rehearsal, s.behind = 0, 0, false
	if j := s.replaying(); j != nil {
		s.fillRecorded(j)
		return true
	}
	writing := 0
	for _, j := range s.running {
		if j.pending() == 1 && !j.feed.full() {
			s.add(j, 1)
			writing++
		}
	}
	room := s.chunk
	switch {
	case writing > 0:
		room = besideChunk
	case len(s.running) > 1:
		room = s.shared
	}
	for _, j := range s.running {
		n := min(j.pending(), s.portion(j, room))
		switch {
		case n <= 0 || j.pending() <= 1:
		case s.waits(j):
			s.behind = true
		default:
			s.add(j, n)
			room -= n
		}
	}
	s.guess()
	return len(s.shares) > 0
}

// portion is how much of room, in tokens, is for a job. It depends on nothing that
// differs from one run to the next, so that equal requests make equal batches.
// Large ones end where a block does, see snapshot.BlockTokens: so nothing before
// the batch is left to be written, and a kill costs no more than the batch. The one
// before the last gives the last a block of its own, if that had few rows otherwise.
func (s *scheduler) portion(j *job, room int) int {
	if j.background {
		room = min(room, s.shared)
	}
	if room > sharedChunk {
		room -= len(j.seq.tokens) % snapshot.BlockTokens
		rest := len(j.tokens) - len(j.seq.tokens) - room
		if rest > 0 && rest < fewRows && room-snapshot.BlockTokens >= fewRows {
			room -= snapshot.BlockTokens // for as many batches, none of them small
		}
	}
	return room
}

// add puts the next n pending tokens of a job into the batch, fewer when that
// is full.
func (s *scheduler) add(j *job, n int) {
	sh := share{job: j, row: s.batch.Len(), logits: -1}
	for from := len(j.seq.tokens); sh.tokens < n; sh.tokens++ {
		position := from + sh.tokens
		sampled := position == len(j.tokens)-1 && !j.draft
		index, err := s.batch.Add(j.tokens[position], position, j.seq.id, sampled)
		if err != nil {
			break
		}
		if sampled {
			sh.logits = index
		}
	}
	if sh.tokens > 0 {
		s.shares = append(s.shares, sh)
	}
}

// evaluate decodes the batch and deals out what comes of it.
func (s *scheduler) evaluate() {
	switch err := s.decode(); {
	case err == nil:
		s.tight = false
		s.count()
		for _, sh := range s.shares {
			s.advance(sh)
		}
	case errors.Is(err, llama.ErrAborted):
		s.restore()
	case errors.Is(err, llama.ErrNoSlot):
		s.makeRoom()
	default:
		if s.device {
			err = fmt.Errorf("%w: %w", engine.ErrDeviceLost, err)
		}
		for _, sh := range s.shares {
			s.fail(sh.job, err)
		}
	}
}

// count adds the batch's tokens to their sequences.
func (s *scheduler) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sh := range s.shares {
		seq := sh.job.seq
		from := len(seq.tokens)
		seq.tokens = append(seq.tokens, sh.job.tokens[from:from+sh.tokens]...)
		for i := range sh.tokens {
			seq.marks = append(seq.marks, mark{uint16(sh.row + i), uint16(s.batch.Len()), uint16(s.used), sh.guessed})
		}
		s.evaluated += sh.tokens
	}
}

// advance samples the next token of a job whose tokens are all evaluated, and
// ends the job where that says so.
func (s *scheduler) advance(sh share) {
	j := sh.job
	j.progress()
	if j.writer == nil || sh.logits < 0 {
		s.dropGuesses(sh)
		if j.pending() == 0 {
			s.stand(sh)
			s.end(j, "", nil)
		}
		return
	}
	switch finish, err := s.write(sh); {
	case finish != "" || err != nil:
		s.end(j, finish, err)
	case s.rehearsal > 0:
		s.rehearse(j, sh.logits, s.rehearsal)
	}
}

// restore makes the KV cache agree with the sequences after an aborted batch.
func (s *scheduler) restore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aborted++
	for _, sh := range s.shares {
		s.cache.cut(sh.job.seq, len(sh.job.seq.tokens))
	}
	s.unpad()
}

// makeRoom frees cells of the KV cache for the batch. A reply in the background
// that needs them gives way, as it must not cost a chat its cache. Else they are
// an idle sequence's, else those of the reply that came last, which waits and
// starts over. Padding and guesses go first, and a replay whose next batch has no room
// for its padding is none any more. One reply alone, that fills the cache,
// is at its end.
func (s *scheduler) makeRoom() {
	needed := s.padsInBatch() // the batch will have it again
	before := s.padded - needed
	if s.unpad(); before > 0 {
		return
	}
	if !s.tight && slices.ContainsFunc(s.shares, func(sh share) bool { return len(sh.guesses.tokens) > 0 }) {
		s.tight = true
		return
	}
	for _, j := range s.running {
		if j.aside() {
			s.end(j, "", engine.ErrPreempted)
			return
		}
	}
	s.mu.Lock()
	evicted := s.cache.evict()
	s.mu.Unlock()
	switch last := s.running[len(s.running)-1]; {
	case evicted:
	case needed > 0:
		s.shares[0].job.recorded = nil
	case len(s.running) > 1:
		s.forget(last)
		s.requeue(last)
	default:
		s.end(last, engine.FinishContext, nil)
	}
}

// fail ends a job with an error that leaves its sequence in doubt.
func (s *scheduler) fail(j *job, err error) {
	s.forget(j)
	s.end(j, "", err)
}

// forget drops what a job's sequence holds.
func (s *scheduler) forget(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cache.clear(j.seq)
}
