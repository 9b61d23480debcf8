package snapshot

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"notso/disk"
	"notso/engine/llama"
)

const (
	extension     = ".kv"
	tempExtension = ".tmp"

	// wholeBefore is how many shorter states of a growing sequence are kept
	// beside the newest, for a reply that is asked again or an edited turn.
	wholeBefore = 3

	// keepUnused is how long a block stays that nobody reads: no shorter than the
	// app keeps a deleted chat for an undo, and no longer, since what was said
	// there must not outlive it here.
	keepUnused = 30 * 24 * time.Hour
)

// Options says where blocks are kept, and under which conditions they hold.
type Options struct {
	Dir      string
	Build    string // of the engine; what others made is deleted
	Settings string // all that a state depends on besides it and the tokens
	Whole    bool   // states cannot be cut
	Budget   int64  // bytes

	// BudgetNow is the budget where it may change. It is asked before each block is
	// written. Nil: it is Budget.
	BudgetNow func() int64

	// Free tells the free bytes of the disk that dir is on; nil asks the system.
	Free func(dir string) (int64, error)
}

// Store is a folder of blocks, as seen from one root. It knows the headers of
// all files; their states stay on disk.
type Store struct {
	opts  Options
	root  Key
	build Key

	mu       sync.Mutex
	blocks   map[Key]*Block
	children map[Key][]*Block // by their parent
	total    int64            // bytes of all files
}

// Open makes the folder where it is missing, deletes what a killed writer or a
// damaged disk has left there, what another engine build made and what nobody read
// for a month, and brings it within the budget. Files with other names than a Store gives are left alone.
func Open(opts Options) (*Store, error) {
	if opts.Free == nil {
		opts.Free = disk.Free
	}
	if opts.BudgetNow == nil {
		opts.BudgetNow = func() int64 { return opts.Budget }
	}
	settings := opts.Build + "\n" + opts.Settings
	if opts.Whole {
		settings = "whole\n" + settings
	}
	s := &Store{
		opts: opts, root: root(settings), build: keyOf("notso snapshot build\n" + opts.Build),
		blocks: make(map[Key]*Block), children: make(map[Key][]*Block),
	}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the snapshots: %w", err)
	}
	entries, err := os.ReadDir(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("open the snapshots: %w", err)
	}
	for _, entry := range entries {
		path := filepath.Join(opts.Dir, entry.Name())
		if !entry.Type().IsRegular() {
			continue
		}
		switch filepath.Ext(path) {
		case tempExtension:
			os.Remove(path)
		case extension:
			if b, err := inspect(path); err != nil || b.build != s.build {
				os.Remove(path)
			} else {
				s.add(b)
			}
		}
	}
	forgotten, budget := time.Now().Add(-keepUnused), opts.BudgetNow()
	for b := s.leastUsed(nil); b != nil && (s.total > budget || b.used.Before(forgotten)); b = s.leastUsed(nil) {
		s.remove(b)
	}
	return s, nil
}

// Read returns the state of a block, checked, and notes that it was used. A block
// that cannot be read or is damaged is deleted.
func (s *Store) Read(b *Block) ([]byte, error) {
	state, err := s.read(b)
	if err != nil {
		s.Reject(b)
		return nil, fmt.Errorf("read snapshot %s: %w", b.key, err)
	}
	now := time.Now()
	os.Chtimes(s.path(b), now, now) // for the order of use after a restart; the block is good without
	s.mu.Lock()
	defer s.mu.Unlock()
	b.used = now
	return state, nil
}

func (s *Store) read(b *Block) ([]byte, error) {
	f, err := os.Open(s.path(b))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found, err := readNamed(f)
	if err != nil {
		return nil, err
	}
	return found.readState(f)
}

// Reject deletes a block whose state did not serve.
func (s *Store) Reject(b *Block) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blocks[b.key] == b {
		s.remove(b)
	}
}

// Wants tells whether Put would write these tokens: not when they are here, nor
// when what comes before them is not.
func (s *Store) Wants(tokens []llama.Token, first int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	parent := s.root.chain(tokens[:first])
	return (parent == s.root || s.blocks[parent] != nil) && !s.has(parent, tokens[first:])
}

// Has tells whether the block of the tokens from first on is here, be it as the
// beginning of a longer one. One that is not will be wanted once what comes before
// it has been put.
func (s *Store) Has(tokens []llama.Token, first int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.has(s.root.chain(tokens[:first]), tokens[first:])
}

func (s *Store) has(parent Key, tokens []llama.Token) bool {
	return slices.ContainsFunc(s.children[parent], func(b *Block) bool {
		n := commonPrefix(b.tokens, tokens)
		return n == len(tokens) && (n == len(b.tokens) || !s.opts.Whole)
	})
}

// Put writes the block of the tokens from first on, whose state is given. first
// is a multiple of BlockTokens, and the block is of at most so many; in a Store
// that is Whole first is 0. Nothing is written that Wants would not have: of blocks
// that are put one after another, none whose forerunner could not be written.
// Shorter blocks in its place go.
// Errors: ErrNoRoom, and those of the file system; then there is no such block.
func (s *Store) Put(tokens []llama.Token, first int, state []byte) error {
	if !s.Wants(tokens, first) {
		return nil
	}
	parent := s.root.chain(tokens[:first])
	b := &Block{build: s.build, parent: parent, tokens: slices.Clone(tokens[first:]), state: int64(len(state)), sum: checksum(state), used: time.Now()}
	b.key = parent.next(b.tokens)
	if err := s.makeRoom(b); err != nil {
		return err
	}
	if err := writeFile(s.path(b), b.header(), state); err != nil {
		return fmt.Errorf("write snapshot %s: %w", b.key, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(b)
	s.supersede(b)
	return nil
}

// supersede removes the shorter blocks that b makes needless.
func (s *Store) supersede(b *Block) {
	var shorter []*Block
	for _, other := range s.children[b.parent] {
		if n := len(other.tokens); n < len(b.tokens) && commonPrefix(other.tokens, b.tokens) == n {
			shorter = append(shorter, other)
		}
	}
	if s.opts.Whole {
		slices.SortFunc(shorter, func(a, b *Block) int { return len(b.tokens) - len(a.tokens) })
		shorter = shorter[min(wholeBefore, len(shorter)):]
	}
	for _, other := range shorter {
		s.remove(other)
	}
}

// inspect reads the header of a file.
func inspect(path string) (*Block, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readNamed(f)
}

// readNamed reads the header of a file that must have the name of its block.
func readNamed(f *os.File) (*Block, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	b, err := readHeader(f, info.Size())
	if err != nil {
		return nil, err
	}
	if b.fileName() != filepath.Base(f.Name()) {
		return nil, errDamaged
	}
	b.used = info.ModTime()
	return b, nil
}

func (s *Store) path(b *Block) string { return filepath.Join(s.opts.Dir, b.fileName()) }

func (s *Store) add(b *Block) {
	if s.blocks[b.key] != nil {
		return // two chats wrote it at once
	}
	s.blocks[b.key] = b
	s.children[b.parent] = append(s.children[b.parent], b)
	s.total += b.size()
}

func (s *Store) remove(b *Block) {
	os.Remove(s.path(b)) // one that stays is found when the folder is opened again
	delete(s.blocks, b.key)
	if s.children[b.parent] = slices.DeleteFunc(s.children[b.parent], func(other *Block) bool { return other == b }); len(s.children[b.parent]) == 0 {
		delete(s.children, b.parent)
	}
	s.total -= b.size()
}
