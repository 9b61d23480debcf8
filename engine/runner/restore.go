package runner

import (
	"log/slog"
	"slices"

	"notso/engine/llama"
	"notso/engine/snapshot"
)

// planRestore looks for what the disk has of a job's prompt beyond its sequence.
func (s *scheduler) planRestore(j *job) {
	if s.snapshots == nil || len(j.seq.tokens) >= j.reuse() {
		return
	}
	j.parts, _ = s.snapshots.find(j.tokens[:j.reuse()], len(j.seq.tokens))
}

// find returns what is on disk of tokens, and up to where, where that is worth
// it beside the first have of them.
func (k *snapshots) find(tokens []llama.Token, have int) (parts []snapshot.Part, end int) {
	parts = k.store.Find(tokens, have)
	if len(parts) == 0 {
		return nil, have
	}
	last := parts[len(parts)-1]
	if end = last.First + last.Shared; end-have < worthKeeping {
		return nil, have
	}
	return parts, end
}

// restoreNext restores one block for the first job that waits for any, so that
// others go on writing between them. It returns false when there was none to do.
func (s *scheduler) restoreNext() bool {
	i := slices.IndexFunc(s.running, func(j *job) bool { return len(j.parts) > 0 })
	if i < 0 {
		return false
	}
	j := s.running[i]
	part := j.parts[0]
	j.parts = j.parts[1:]
	if !s.restorePart(j, part) {
		j.parts = nil // the rest of the prompt is evaluated
	}
	if len(j.parts) == 0 {
		s.begin(j)
	}
	return true
}

func (s *scheduler) restorePart(j *job, part snapshot.Part) bool {
	state, err := s.snapshots.store.Read(part.Block)
	if err != nil {
		slog.Warn("a snapshot is not used", "error", err)
		return false
	}
	marks, state, err := splitMarks(state, part.Block.Len())
	if err != nil {
		slog.Warn("a snapshot does not serve", "error", err)
		s.snapshots.store.Reject(part.Block)
		return false
	}
	seq, end := j.seq, part.First+part.Shared
	s.mu.Lock()
	if part.First < len(seq.tokens) {
		s.cache.cut(seq, part.First)
	}
	s.mu.Unlock()
	if len(seq.tokens) != part.First {
		return false
	}
	if s.snapshots.whole {
		if !s.restoreState(seq.id, part, state) {
			return false
		}
	} else {
		if !s.restoreState(scratch, part, state) {
			return false
		}
		s.context.CopyPositions(scratch, seq.id, part.First, end)
		s.context.RemoveSequence(scratch)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	seq.tokens = append(seq.tokens, j.tokens[part.First:end]...)
	seq.marks = append(seq.marks, marks[:part.Shared]...)
	seq.stored, seq.written = end, end
	return true
}

// restoreState makes room for a block where it must. A block that does not serve
// although there is room is no good.
func (s *scheduler) restoreState(into llama.Sequence, part snapshot.Part, state []byte) bool {
	for {
		err := s.context.RestoreSequence(into, state)
		if err == nil && s.context.SequenceLength(into) == part.First+part.Block.Len() {
			return true
		}
		s.context.RemoveSequence(into)
		s.mu.Lock()
		full := s.cache.held()+part.Block.Len() > s.length
		retry := full && s.cache.evict()
		s.mu.Unlock()
		if !full {
			slog.Warn("a snapshot does not serve", "error", err)
			s.snapshots.store.Reject(part.Block)
		}
		if !retry {
			return false
		}
	}
}

// held counts the positions of all sequences; those shared by several count more
// than once.
func (c *cache) held() (n int) {
	for _, s := range c.sequences {
		n += len(s.tokens)
	}
	return n
}
