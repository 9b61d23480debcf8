package runner

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"notso/engine/gguf"
	"notso/engine/llama"
	"notso/engine/snapshot"
)

const (
	// worthKeeping is how many tokens a file must spare at least. Reading one takes
	// 2 ms, less than a large model takes for a token; but small models are quick,
	// and a file is synced.
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

	// BudgetNow is the budget where it may change while the Runner runs; 0 stops
	// the keeping until it is more. Nil: it is Budget.
	BudgetNow func() int64
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
// writes files, one after another. While it writes nothing more is read, so that
// most states at most wait in memory.
type snapshots struct {
	store   *snapshot.Store
	put     func(tokens []llama.Token, first int, state []byte) error // the store's
	budget  func() int64                                              // bytes
	whole   bool
	most    int    // files that are handed over at once
	written func() // called when they are written

	patience int // see patience
	files    chan []file
	writing  atomic.Bool
	done     chan struct{}
}

// file is a block to write: tokens from first on.
type file struct {
	tokens []llama.Token
	first  int
	marks  []mark // of these
	state  []byte
}

// contents are what stands in the file. They are put together by whoever writes it,
// since the scheduler has no time for copies of that size.
func (f file) contents() []byte { return withMarks(f.marks, f.state) }

// openSnapshots returns nil where none are to be kept. A folder that cannot be
// used is told in the log: it costs time and nothing else.
func openSnapshots(opts Snapshots, build, settings string, whole bool) *snapshots {
	budget := opts.BudgetNow
	if budget == nil {
		budget = func() int64 { return opts.Budget }
	}
	if opts.Dir == "" || opts.BudgetNow == nil && opts.Budget <= 0 {
		return nil
	}
	store, err := snapshot.Open(snapshot.Options{Dir: opts.Dir, Build: build, Settings: settings, Whole: whole, BudgetNow: budget})
	if err != nil {
		slog.Warn("nothing that is evaluated will be kept on disk", "error", err)
		return nil
	}
	return &snapshots{
		store: store, put: store.Put, budget: budget, whole: whole, patience: patience,
		files: make(chan []file, 1), done: make(chan struct{}),
	}
}

// snapshotSettings names all that a sequence's state depends on besides its
// tokens and the engine build. Whatever is not known to make no difference counts.
func snapshotSettings(hash string, file *gguf.File, opts llama.ContextOptions) string {
	// Some models have one set of rope factors for short contexts, one for long.
	original, ok := file.Uint(file.Summary().Architecture + ".rope.scaling.original_context_length")
	long := ok && uint64(opts.Length) > original
	opts.Length, opts.Sequences, opts.BatchTokens, opts.Threads = 0, 0, 0, 0
	return fmt.Sprintf("%s\n%+v\nlong %t\nwith marks", hash, opts, long)
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

// run is the goroutine that writes. The store takes no file that follows on one
// that could not be written.
func (k *snapshots) run() {
	defer close(k.done)
	failed := false
	for files := range k.files {
		for _, f := range files {
			err := k.put(f.tokens, f.first, f.contents())
			if err != nil && !failed {
				failed = true // the next ones will fail for the same reason
				slog.Warn("what is evaluated is not kept on disk", "error", err)
			}
		}
		k.writing.Store(false)
		k.written()
	}
}

// close waits for the files being written.
func (k *snapshots) close() {
	close(k.files)
	<-k.done
}
