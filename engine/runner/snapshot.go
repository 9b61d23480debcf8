package runner

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"notso/engine/gguf"
	"notso/engine/llama"
	"notso/engine/snapshot"
)

const (
	// worthKeeping is how many tokens a file must spare at least. Reading a block
	// takes about as long as evaluating two or three.
	worthKeeping = 16

	// wholeStep is how many new tokens a state that cannot be cut is worth while a
	// prompt is read: it is written anew as a whole.
	wholeStep = 256

	// scratch is the sequence through which blocks pass: llama.cpp saves and
	// restores sequences as a whole.
	scratch = llama.Sequence(maxSequences)

	// lastWrites is how long the end of a model waits for its last snapshots.
	lastWrites = time.Second
)

// Snapshots says where a Runner keeps what it has evaluated. Without a folder or
// a budget it does not.
type Snapshots struct {
	Dir    string
	Budget int64 // bytes
}

// keeping says how much of a sequence is worth a place on disk.
type keeping int

const (
	keepNothing keeping = iota
	keepBlocks          // full ones: the end of it will change
	keepAll
)

// snapshots moves blocks between sequences and the disk. The scheduler's
// goroutine reads and restores states, each in one call; a goroutine of its own
// writes files, one at a time. While it writes nothing more is read, so that one
// state at most waits in memory, and a reply waits for one at most per file.
type snapshots struct {
	store   *snapshot.Store
	whole   bool
	written func() // called after each file
	files   chan file
	writing atomic.Bool
	done    chan struct{}
}

// file is a block to write: tokens from first on.
type file struct {
	tokens []llama.Token
	first  int
	state  []byte
}

// openSnapshots returns nil where none are to be kept. A folder that cannot be
// used is told in the log: it costs time and nothing else.
func openSnapshots(opts Snapshots, settings string, whole bool) *snapshots {
	if opts.Dir == "" || opts.Budget <= 0 {
		return nil
	}
	store, err := snapshot.Open(snapshot.Options{Dir: opts.Dir, Settings: settings, Whole: whole, Budget: opts.Budget})
	if err != nil {
		slog.Warn("nothing that is evaluated will be kept on disk", "error", err)
		return nil
	}
	return &snapshots{store: store, whole: whole, files: make(chan file, 1), done: make(chan struct{})}
}

// snapshotSettings names all that a sequence's state depends on besides its
// tokens. Whatever is not known to make no difference counts.
func snapshotSettings(hash, build string, file *gguf.File, opts llama.ContextOptions) string {
	// Some models have one set of rope factors for short contexts, one for long.
	original, ok := file.Uint(file.Summary().Architecture + ".rope.scaling.original_context_length")
	long := ok && uint64(opts.Length) > original
	opts.Length, opts.Sequences, opts.BatchTokens, opts.Threads = 0, 0, 0, 0
	return fmt.Sprintf("%s\n%s\n%+v\nlong %t", hash, build, opts, long)
}

// buildName names the libraries. Those that the user built have no name of their
// own; their sizes and times stand for it.
func buildName(library *llama.Library, own bool) string {
	name := library.Build()
	if !own {
		return name
	}
	entries, _ := os.ReadDir(library.Dir())
	var list strings.Builder
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			fmt.Fprintf(&list, "\n%s %d %d", info.Name(), info.Size(), info.ModTime().UnixNano())
		}
	}
	return name + list.String()
}

// run is the goroutine that writes.
func (k *snapshots) run() {
	defer close(k.done)
	failed := false
	for f := range k.files {
		err := k.store.Put(f.tokens, f.first, f.state)
		if err != nil && !failed {
			failed = true // the next ones will fail for the same reason
			slog.Warn("what is evaluated is not kept on disk", "error", err)
		}
		k.writing.Store(false)
		k.written()
	}
}

// close waits for the file being written.
func (k *snapshots) close() {
	close(k.files)
	<-k.done
}

// planRestore looks for what the disk has of a job's prompt beyond its sequence.
func (s *scheduler) planRestore(j *job) {
	if s.snapshots == nil {
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
	seq.stored = end
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

// saveNext reads the state of one block that is not on disk and has it written.
// It returns false when there is none, or another is being written.
func (s *scheduler) saveNext() bool {
	k := s.snapshots
	if k == nil || k.writing.Load() {
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

// held counts the positions of all sequences; those shared by several count more
// than once.
func (c *cache) held() (n int) {
	for _, s := range c.sequences {
		n += len(s.tokens)
	}
	return n
}
