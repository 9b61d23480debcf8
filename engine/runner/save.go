package runner

import (
	"log/slog"
	"slices"
	"time"

	"notso/engine/snapshot"
)

// saveNext reads the states of blocks that are not on disk and has them written:
// all that are due, but no more at once than a batch makes, and one. It returns
// false when there are none, or others are being written.
func (s *scheduler) saveNext() bool {
	k := s.snapshots
	if k == nil || k.writing.Load() || k.budget() <= 0 {
		return false
	}
	for _, seq := range s.cache.sequences {
		seq.written = seq.stored
	}
	files := s.unsaved(k.most)
	if len(files) == 0 {
		return false
	}
	k.writing.Store(true)
	k.files <- files
	return true
}

// unsaved reads what shall be on disk and is not, most files of it at most. Each
// stands behind the one that it follows on.
func (s *scheduler) unsaved(most int) (files []file) {
	store := s.snapshots.store
	for _, seq := range s.cache.sequences {
		follows := false // on a file that is about to be written
		for len(files) < most {
			first, end := seq.due(s.snapshots.whole)
			if end == 0 {
				break
			}
			seq.stored = end
			tokens, wanted := seq.tokens[:end], false
			if follows {
				wanted = !store.Has(tokens, first)
			} else {
				wanted = store.Wants(tokens, first)
			}
			if follows = false; !wanted {
				continue
			}
			state, err := s.stateOf(seq, first, end)
			if err != nil {
				slog.Warn("what is evaluated is not kept on disk", "error", err)
				continue
			}
			files = append(files, file{slices.Clone(tokens), first, slices.Clone(seq.marks[first:end]), state})
			follows = true
		}
	}
	return files
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
