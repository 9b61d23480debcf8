package runner

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"notso/engine"
	"notso/engine/llama"
)

// mark is how a token was evaluated: as which row of a batch, of how many, by how
// many threads. Rounding depends on these, so a sequence that is evaluated again
// by the same marks is the same to the bit, see docs/performance.md.
type mark struct {
	row, size, threads uint16
	guessed            bool // the rows after the first were guesses at the reply
}

// after is the mark of the next token in the batch of m.
func (m mark) after() mark {
	m.row++
	return m
}

// record writes marks as engine.Batches: each run "tokens", "+row/size" where the
// batch had others, "~size" where it had guesses, "@threads", and "*times" where
// the same run follows again.
func record(marks []mark) engine.Batches {
	var b strings.Builder
	for len(marks) > 0 {
		n, first, times := run(marks), marks[0], 1
		for marks = marks[n:]; len(marks) > 0 && marks[0] == first && run(marks) == n; marks = marks[n:] {
			times++
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%d", n)
		switch {
		case first.guessed:
			fmt.Fprintf(&b, "~%d", first.size)
		case n != int(first.size):
			fmt.Fprintf(&b, "+%d/%d", first.row, first.size)
		}
		fmt.Fprintf(&b, "@%d", first.threads)
		if times > 1 {
			fmt.Fprintf(&b, "*%d", times)
		}
	}
	return engine.Batches(b.String())
}

// run counts the marks of one batch at the beginning of marks, which has some.
func run(marks []mark) int {
	n := 1
	for n < len(marks) && marks[n] == marks[n-1].after() {
		n++
	}
	return n
}

var errRecording = errors.New("not a recording of batches")

// recorded is what record wrote of at most limit tokens, in batches of at most
// most.
// Errors: errRecording.
func recorded(batches engine.Batches, most, limit int) (marks []mark, err error) {
	for _, text := range strings.Fields(string(batches)) {
		run, times, _ := strings.Cut(text, "*")
		n, first, err := recordedRun(run, most)
		if err != nil {
			return nil, err
		}
		repeat := 1
		if times != "" {
			if _, err := fmt.Sscanf(times, "%d", &repeat); err != nil {
				return nil, errRecording
			}
		}
		if repeat < 1 || repeat > (limit-len(marks))/n {
			return nil, errRecording
		}
		for range repeat {
			m := first
			for range n {
				marks = append(marks, m)
				m = m.after()
			}
		}
	}
	return marks, nil
}

// recordedRun is one run: how many tokens, and the mark of the first.
func recordedRun(run string, most int) (n int, first mark, err error) {
	matches := func(format string, into ...any) bool {
		n, first = 0, mark{}
		_, err := fmt.Sscanf(run, format, into...)
		return err == nil
	}
	switch {
	case matches("%d+%d/%d@%d", &n, &first.row, &first.size, &first.threads):
	case matches("%d~%d@%d", &n, &first.size, &first.threads):
		first.guessed = true
		most = min(most, 1+maxGuessesGPU)
	case matches("%d@%d", &n, &first.threads) && n > 0 && n <= most:
		first.size = uint16(n)
	default:
		return 0, mark{}, errRecording
	}
	fits := n > 0 && int(first.row)+n <= int(first.size) && int(first.size) <= most && first.threads > 0 && first.threads <= maxThreads
	if !fits {
		return 0, mark{}, errRecording
	}
	return n, first, nil
}

const (
	maxThreads = 1024 // more than any machine has
	maxBatch   = prefillChunkGPU + maxSequences
)

// withMarks puts before a state how its tokens were evaluated.
func withMarks(marks []mark, state []byte) []byte {
	text := record(marks)
	all := make([]byte, 0, 4+len(text)+len(state))
	all = binary.LittleEndian.AppendUint32(all, uint32(len(text)))
	all = append(all, text...)
	return append(all, state...)
}

// splitMarks is what withMarks joined, for so many tokens.
// Errors: errRecording.
func splitMarks(all []byte, tokens int) (marks []mark, state []byte, err error) {
	if len(all) < 4 {
		return nil, nil, errRecording
	}
	n, rest := binary.LittleEndian.Uint32(all), all[4:]
	if uint64(n) > uint64(len(rest)) {
		return nil, nil, errRecording
	}
	marks, err = recorded(engine.Batches(rest[:n]), maxBatch, tokens)
	if err == nil && len(marks) != tokens {
		err = errRecording
	}
	return marks, rest[n:], err
}

// replaying is the running job whose next tokens are evaluated as recorded; nil
// when there is none.
func (s *scheduler) replaying() *job {
	for _, j := range s.running {
		ready := j.pending() > 1 || j.pending() == 1 && !j.feed.full()
		if ready && len(j.seq.tokens) < len(j.recorded) {
			return j
		}
	}
	return nil
}

// fillRecorded puts the next recorded batch of a job into the batch. Tokens of no
// meaning stand for those of other jobs. They keep their cells of the KV cache as
// those did: attention adds up in the order of cells, and a later token would
// take one that is free before an earlier one.
func (s *scheduler) fillRecorded(j *job) {
	marks := j.recorded[len(j.seq.tokens):]
	n := min(run(marks), j.pending())
	s.forced = int(marks[0].threads)
	if marks[0].guessed {
		s.add(j, n)
		s.guessAgain(run(marks)-n, int(marks[0].size))
		return
	}
	s.pad(int(marks[0].row))
	s.add(j, n)
	s.pad(int(marks[0].size) - s.batch.Len())
}

// padding is the sequence of tokens that belong to no job.
const padding = llama.Sequence(maxSequences + 1)

// pad adds n tokens of padding to the batch.
func (s *scheduler) pad(n int) {
	for range n {
		if _, err := s.batch.Add(llama.Token(0), s.padded, padding, false); err != nil {
			return
		}
		s.padded++
	}
}

// padsInBatch counts the tokens of padding in the batch.
func (s *scheduler) padsInBatch() int {
	n := s.batch.Len()
	for _, sh := range s.shares {
		n -= sh.tokens + len(sh.guesses.tokens)
	}
	return n
}

// unpad removes the padding.
func (s *scheduler) unpad() {
	if s.padded > 0 {
		s.context.RemoveSequence(padding)
		s.padded = 0
	}
}
