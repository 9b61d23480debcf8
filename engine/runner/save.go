package runner

import (
	"log/slog"
	"slices"
	"time"

	"notso/engine/snapshot"
)

// saveNext reads the state of one block that is not on disk and has it written.
// It returns false when there is none, or another is being written.
func (s *scheduler) saveNext() bool {
	k := s.snapshots
	if k == nil || k.writing.Load() || k.budget() <= 0 {
		return false
	}
	for {
		seq, first, end := s.unsaved()
		if seq == nil {
			return false
		}
		seq.stored = end
		state, err := s.stateOf(seq, first, end)
		if err == nil {
			state = withMarks(seq.marks[first:end], state)
			k.writing.Store(true)
			k.files <- file{slices.Clone(seq.tokens[:end]), first, state}
			return true
		}
		slog.Warn("what is evaluated is not kept on disk", "error", err)
	}
}

// stateOf reads the state of the tokens from first to end.
func (s *scheduler) stateOf(seq *sequence, first, end int) ([]byte, error) {
	if s.snapshots.whole {
		return s.context.SequenceState(seq.id)
	}
	s.context.CopyPositions(seq.id, scratch, first, end)
	defer s.context.RemoveSequence(scratch)
	return s.context.SequenceState(scratch)
}

// unsaved finds a block that shall be on disk and is not; nil when there is none.
func (s *scheduler) unsaved() (seq *sequence, first, end int) {
	for _, seq := range s.cache.sequences {
		for {
			first, end := seq.due(s.snapshots.whole)
			if end == 0 {
				break
			}
			if s.snapshots.store.Wants(seq.tokens[:end], first) {
				return seq, first, end
			}
			seq.stored = end
		}
	}
	return nil, 0, 0
}

// due says which tokens of a sequence come next on disk: a full block, or what
// there is once the sequence rests. end is 0 when none do.
func (q *sequence) due(whole bool) (first, end int) {
	n := len(q.tokens)
	rests := !q.busy && q.keep == keepAll
	if whole {
		if q.keep != keepNothing && n-q.stored >= wholeStep || rests && n-q.stored >= worthKeeping {
			return 0, n
		}
		return 0, 0
	}
	first = q.stored - q.stored%snapshot.BlockTokens
	switch {
	case q.keep != keepNothing && n-first >= snapshot.BlockTokens:
		return first, first + snapshot.BlockTokens
	case rests && n > q.stored && n-first >= worthKeeping:
		return first, n
	}
	return 0, 0
}

// saveRest writes what is due before the model goes, as far as time allows.
func (s *scheduler) saveRest() {
	if s.snapshots == nil {
		return
	}
	late := time.After(lastWrites)
	for {
		writing := s.snapshots.writing.Load() // before saveNext, lest the end of it is missed
		if !s.saveNext() && !writing {
			return
		}
		select {
		case <-s.wake:
		case <-late:
			return
		}
	}
}
