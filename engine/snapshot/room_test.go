package snapshot

import (
	"errors"
	"math/rand/v2"
	"notso/disk"
	"os"
	"path/filepath"
	"testing"
)

func folderBytes(t *testing.T, dir string) (total int64) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		info, err := os.Stat(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	return total
}

// blockBytes is the size of a full block's file in these tests.
const blockBytes = fixedBytes + 4*BlockTokens + sumBytes + 64*BlockTokens

func TestTheFolderKeepsToItsBudget(t *testing.T) {
	dir := t.TempDir()
	const budget = 10 * blockBytes
	s := open(t, dir, func(o *Options) { o.Budget = budget })
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		kind := 1 + random.IntN(20)
		put(t, s, prompt(kind, 1+random.IntN(3*BlockTokens)))
		if total := folderBytes(t, dir); total > budget || total != s.total {
			t.Fatalf("the folder has %d bytes of %d, the store counts %d", total, int64(budget), s.total)
		}
		for key, b := range s.blocks {
			if b.parent != s.root && s.blocks[b.parent] == nil {
				t.Fatalf("block %s outlived the one before it", key)
			}
		}
	}
}

func TestWhatWasUsedLongestAgoGoesFirst(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, func(o *Options) { o.Budget = 4 * blockBytes })
	for kind := 1; kind <= 4; kind++ {
		put(t, s, prompt(kind, BlockTokens))
	}
	found(t, s, prompt(1, BlockTokens), 0) // used again
	put(t, s, prompt(5, BlockTokens))
	for kind, want := range map[int]int{1: BlockTokens, 2: 0, 3: BlockTokens, 4: BlockTokens, 5: BlockTokens} {
		if end, _ := found(t, s, prompt(kind, BlockTokens), 0); end != want {
			t.Errorf("of prompt %d there are %d tokens, want %d", kind, end, want)
		}
	}
}

func TestABudgetThatChangesCountsFromTheNextBlock(t *testing.T) {
	dir := t.TempDir()
	budget := int64(4 * blockBytes)
	s := open(t, dir, func(o *Options) { o.BudgetNow = func() int64 { return budget } })
	for kind := 1; kind <= 4; kind++ {
		put(t, s, prompt(kind, BlockTokens))
	}
	budget = 2 * blockBytes
	put(t, s, prompt(5, BlockTokens))
	if total := folderBytes(t, dir); total > budget {
		t.Errorf("the folder has %d bytes of %d", total, budget)
	}
	if end, _ := found(t, s, prompt(5, BlockTokens), 0); end != BlockTokens {
		t.Errorf("of the newest prompt there are %d tokens, want %d", end, BlockTokens)
	}
}

func TestAChatBeyondTheBudgetKeepsItsBeginning(t *testing.T) {
	s := open(t, t.TempDir(), func(o *Options) { o.Budget = 3 * blockBytes })
	tokens := prompt(1, 5*BlockTokens)
	put(t, s, tokens[:3*BlockTokens])
	if err := s.Put(tokens[:4*BlockTokens], 3*BlockTokens, stateOf(tokens[:4*BlockTokens], 3*BlockTokens)); !errors.Is(err, ErrNoRoom) {
		t.Errorf("got %v, want ErrNoRoom", err)
	}
	if s.Wants(tokens, 4*BlockTokens) {
		t.Error("a block is wanted whose parent had no room")
	}
	if end, _ := found(t, s, tokens, 0); end != 3*BlockTokens {
		t.Errorf("%d tokens are left, want %d", end, 3*BlockTokens)
	}
}

func TestTheDiskKeepsItsReserve(t *testing.T) {
	tests := []struct {
		name      string
		free      int64 // beyond the reserve, before the write
		wantErr   error
		wantFiles int
	}{
		{"room enough", 2 * blockBytes, nil, 4},
		{"room for exactly one", blockBytes, nil, 4},
		{"one must go", blockBytes - 1, nil, 3},
		{"the disk is within the reserve: two must go", -1, nil, 2},
		{"all would not be enough", -2*blockBytes - 1, ErrNoRoom, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			for kind := 1; kind <= 3; kind++ {
				put(t, s, prompt(kind, BlockTokens))
			}
			s.opts.Free = func(string) (int64, error) { return reservedBytes + test.free, nil }
			tokens := prompt(4, BlockTokens)
			if err := s.Put(tokens, 0, stateOf(tokens, 0)); !errors.Is(err, test.wantErr) {
				t.Errorf("got %v, want %v", err, test.wantErr)
			}
			if n := count(t, dir, "*.kv"); n != test.wantFiles {
				t.Errorf("%d files are left, want %d", n, test.wantFiles)
			}
		})
	}
	t.Run("a disk that cannot be asked gets nothing", func(t *testing.T) {
		broken := errors.New("broken")
		s := open(t, t.TempDir(), func(o *Options) { o.Free = func(string) (int64, error) { return 0, broken } })
		if err := s.Put(prompt(1, 5), 0, []byte("state")); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the system knows its free space", func(t *testing.T) {
		if n, err := disk.Free(t.TempDir()); err != nil || n <= 0 {
			t.Errorf("%d bytes, %v", n, err)
		}
		if _, err := disk.Free(filepath.Join(t.TempDir(), "missing")); err == nil {
			t.Error("a missing folder has free space")
		}
	})
}
