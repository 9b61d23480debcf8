package runner

import (
	"errors"
	"log/slog"
	"slices"
	"time"

	"notso/engine"
	"notso/engine/llama"
)

// guesses are the rows behind the last token of a share.
type guesses struct {
	tokens []llama.Token
	most   int // how many may count: the rest only take up rows
}

// guess puts guesses into the batch of a reply that has it alone, where they are
// wanted and likely pay.
func (s *scheduler) guess() {
	if s.tight || len(s.running) != 1 || len(s.shares) != 1 || s.shares[0].logits < 0 {
		return
	}
	j := s.running[0]
	if j.lookup == nil || j.speculation == engine.SpeculationOff || j.pending() != 1 {
		return
	}
	j.lookup.follow(j.tokens)
	room := min(s.speculation.most, s.length-len(j.tokens))
	n := 0
	if chances := j.lookup.chances(room); j.speculation == engine.SpeculationOn {
		n = worthIt(chances)
	} else if threads, trying := s.threads.deciding(); !trying {
		n, s.rehearsal = s.speculation.count(chances, j.exact, threads)
	}
	s.addGuesses(j.lookup.guess(n), n)
}

// guessAgain makes a recorded batch as large as it was. most of the guesses may
// count, the rest were wrong.
func (s *scheduler) guessAgain(most, size int) {
	sh := &s.shares[0]
	sh.guessed = true
	again := make([]llama.Token, max(0, size-s.batch.Len()))
	if sh.logits >= 0 && sh.job.lookup != nil {
		sh.job.lookup.follow(sh.job.tokens)
		copy(again, sh.job.lookup.guess(len(again)))
	}
	s.addGuesses(again, most)
}

// addGuesses puts tokens behind those of the only share.
func (s *scheduler) addGuesses(tokens []llama.Token, most int) {
	if s.tight {
		return
	}
	sh := &s.shares[0]
	position := len(sh.job.seq.tokens) + sh.tokens
	for i, token := range tokens {
		if _, err := s.batch.Add(token, position+i, sh.job.seq.id, true); err != nil {
			break
		}
		sh.guesses.tokens, sh.guessed = tokens[:i+1], true
	}
	sh.guesses.most = min(most, len(sh.guesses.tokens))
}

// write samples after the share's last token, and after each guess that is what
// was sampled. finish is as job.step has it.
func (s *scheduler) write(sh share) (finish engine.Finish, err error) {
	j, g := sh.job, sh.guesses
	defer s.dropGuesses(sh)
	usage := &j.writer.done.Usage
	usage.Guessed += len(g.tokens)
	for i := 0; ; i++ {
		finish, err = j.step(s.context, sh.logits+i, s.length)
		if finish != "" || err != nil || i >= g.most || j.pending() != 1 || j.tokens[len(j.tokens)-1] != g.tokens[i] {
			return finish, err
		}
		usage.GuessedRight++
		s.mu.Lock()
		j.seq.tokens = append(j.seq.tokens, g.tokens[i])
		j.seq.marks = append(j.seq.marks, j.seq.marks[len(j.seq.marks)-1].after())
		s.evaluated++
		s.mu.Unlock()
	}
}

// dropGuesses removes what the KV cache holds of a share beyond what counts.
func (s *scheduler) dropGuesses(sh share) {
	if len(sh.guesses.tokens) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cache.cut(sh.job.seq, len(sh.job.seq.tokens))
}

// measured tells those who decide by it of a batch that n threads evaluated.
func (s *scheduler) measured(n int, took, cpu time.Duration) {
	rows, tokens := s.batch.Len(), s.batch.Len()
	alone := len(s.running) == 1 && len(s.shares) == 1 && s.shares[0].logits >= 0 && s.shares[0].job.lookup != nil
	guessed := alone && len(s.shares[0].guesses.tokens) > 0
	whole := took
	if guessed { // to the threads, as if it had been one token: other sizes would unsettle them
		tokens, took = 1, s.speculation.single(rows, n, took)
		cpu = time.Duration(float64(cpu) * float64(took) / float64(whole))
	}
	if _, trying := s.threads.deciding(); alone && !trying && (guessed || rows == 1) {
		s.speculation.measured(rows, n, whole)
	}
	s.threads.measured(step{threads: n, tokens: tokens, took: took, cpu: cpu})
}

// rehearse evaluates the last rows of a reply, which came one by one, once more in
// one batch that is thrown away: so it is known whether several rows are computed
// as one is on this machine, to the bit, and how long they take. It follows the
// batch whose last row is the last of these.
func (s *scheduler) rehearse(j *job, index, rows int) {
	seq := j.seq
	first := len(seq.tokens) - rows
	one := mark{size: 1, threads: uint16(s.used)}
	if first < 1 || slices.ContainsFunc(seq.marks[first:], func(m mark) bool { return m != one }) {
		return
	}
	logits, err := s.context.Logits(index)
	if err != nil {
		return
	}
	logits = slices.Clone(logits)
	s.batch.Clear()
	for i, token := range seq.tokens[first:] {
		if index, err = s.batch.Add(token, first+i, scratch, true); err != nil {
			return
		}
	}
	s.context.CopySequence(seq.id, scratch, first)
	defer s.context.RemoveSequence(scratch)
	s.standing = standing{}
	from := time.Now()
	switch err := s.context.Decode(s.batch); {
	case err == nil:
		s.speculation.measured(rows, s.used, time.Since(from))
		again, err := s.context.Logits(index)
		s.speculation.rehearsed(rows, s.used, err == nil && slices.Equal(logits, again))
	case errors.Is(err, llama.ErrAborted):
	default:
		slog.Debug("guesses are not rehearsed", "error", err)
		s.speculation.rehearsed(rows, s.used, false)
	}
}
