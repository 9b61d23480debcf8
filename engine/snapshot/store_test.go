package snapshot

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"notso/engine/llama"
)

const roomy = 1 << 30

// open returns a store with a disk that has plenty of room.
func open(t testing.TB, dir string, change ...func(*Options)) *Store {
	t.Helper()
	opts := Options{Dir: dir, Build: "build", Settings: "model, settings", Budget: roomy, Free: func(string) (int64, error) { return 1 << 50, nil }}
	for _, c := range change {
		c(&opts)
	}
	s, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// prompt is n tokens, of which kind makes different ones from its first on.
func prompt(kind, n int) []llama.Token {
	tokens := make([]llama.Token, n)
	for i := range tokens {
		tokens[i] = llama.Token(kind*100_000 + i)
	}
	return tokens
}

// stateOf stands for what llama.cpp would give: it can be told from any other.
func stateOf(tokens []llama.Token, first int) []byte {
	key := root("state").next(tokens)
	return bytes.Repeat(key[:], 4*(len(tokens)-first))
}

// put writes all blocks of tokens as an engine does that evaluates them.
func put(t testing.TB, s *Store, tokens []llama.Token) {
	t.Helper()
	for first := 0; first < len(tokens); first += BlockTokens {
		head := tokens[:min(first+BlockTokens, len(tokens))]
		if err := s.Put(head, first, stateOf(head, first)); err != nil {
			t.Fatal(err)
		}
	}
}

// found is up to where the store has tokens, and how many blocks that takes. The
// states must be those of the blocks' own tokens.
func found(t testing.TB, s *Store, tokens []llama.Token, from int) (end, parts int) {
	t.Helper()
	for _, part := range s.Find(tokens, from) {
		state, err := s.Read(part.Block)
		if err != nil {
			t.Fatal(err)
		}
		whole := append(slices.Clone(tokens[:part.First]), part.Block.tokens...)
		if !bytes.Equal(state, stateOf(whole, part.First)) {
			t.Fatalf("the block at %d has the state of another", part.First)
		}
		end = part.First + part.Shared
		parts++
	}
	return end, parts
}

func count(t testing.TB, dir, pattern string) int {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return len(paths)
}

func TestFind(t *testing.T) {
	known := prompt(1, 300) // two full blocks and one of 44 tokens
	branch := append(slices.Clone(known[:200]), prompt(2, 100)...)
	tests := []struct {
		name                string
		tokens              []llama.Token
		from                int
		wantEnd, wantBlocks int
	}{
		{"the same prompt", known, 0, 300, 3},
		{"a longer one", append(slices.Clone(known), 7, 7, 7), 0, 300, 3},
		{"a shorter one, within a block", known[:150], 0, 150, 2},
		{"one that ends with a block", known[:256], 0, 256, 2},
		{"a branch from within a block", branch, 0, 200, 2},
		{"what lies beyond the first half", known, 130, 300, 2},
		{"beyond the end of a block", known, 256, 300, 1},
		{"nothing beyond all of it", known, 300, 0, 0},
		{"nothing beyond where a branch leaves", branch, 200, 0, 0},
		{"another prompt", prompt(3, 300), 0, 0, 0},
		{"the same tokens elsewhere", known[128:], 0, 0, 0},
		{"an empty one", nil, 0, 0, 0},
	}
	dir := t.TempDir()
	put(t, open(t, dir), known)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			end, blocks := found(t, open(t, dir), test.tokens, test.from)
			if end != test.wantEnd || blocks != test.wantBlocks {
				t.Errorf("found up to token %d in %d blocks, want %d in %d", end, blocks, test.wantEnd, test.wantBlocks)
			}
		})
	}
}

func TestWhatFollowsOnTokensIsTold(t *testing.T) {
	known := prompt(1, 300) // two full blocks and one of 44 tokens
	branch := append(slices.Clone(known[:200]), prompt(2, 56)...)
	tests := []struct {
		name   string
		tokens []llama.Token
		want   [][]llama.Token
	}{
		{"within a block", known[:100], [][]llama.Token{known[100:128]}},
		{"at the end of one", known[:256], [][]llama.Token{known[256:]}},
		{"before two branches", known[:150], [][]llama.Token{known[150:256], branch[150:]}},
		{"in one of them", branch[:201], [][]llama.Token{branch[201:]}},
		{"at the very end", known, nil},
		{"of another prompt", prompt(3, 10), nil},
	}
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, known)
	put(t, s, branch)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := s.After(test.tokens); !reflect.DeepEqual(got, test.want) {
				t.Errorf("%v follow, want %v", got, test.want)
			}
		})
	}
	whole := open(t, t.TempDir(), func(o *Options) { o.Whole = true })
	if err := whole.Put(known, 0, stateOf(known, 0)); err != nil {
		t.Fatal(err)
	}
	if got := whole.After(known[:200]); !reflect.DeepEqual(got, [][]llama.Token{known[200:]}) {
		t.Errorf("of a whole state %v follow", got)
	}
}

func TestOtherSettingsFindNothing(t *testing.T) {
	dir, tokens := t.TempDir(), prompt(1, 300)
	put(t, open(t, dir), tokens)
	other := open(t, dir, func(o *Options) { o.Settings = "another model" })
	if parts := other.Find(tokens, 0); parts != nil {
		t.Errorf("another model found %v", parts)
	}
	whole := open(t, dir, func(o *Options) { o.Whole = true })
	if parts := whole.Find(tokens[:128], 0); parts != nil {
		t.Errorf("as whole states %v were found", parts)
	}
	if n := count(t, dir, "*.kv"); n != 3 {
		t.Errorf("looking for others' snapshots left %d of 3", n)
	}
}

func TestAGrowingSequenceKeepsOneFileForEachBlock(t *testing.T) {
	dir := t.TempDir()
	s, tokens := open(t, dir), prompt(1, 400)
	for _, n := range []int{20, 90, 128, 140, 250, 256, 300, 384, 400} { // the ends of replies
		first := (n - 1) / BlockTokens * BlockTokens
		if err := s.Put(tokens[:n], first, stateOf(tokens[:n], first)); err != nil {
			t.Fatal(err)
		}
		if end, _ := found(t, s, tokens, 0); end != n {
			t.Errorf("%d tokens are found, want %d", end, n)
		}
		if files, want := count(t, dir, "*"), (n-1)/BlockTokens+1; files != want {
			t.Errorf("%d tokens take %d files, want %d", n, files, want)
		}
	}
}

func TestPutWritesNothingTwiceAndNothingInVain(t *testing.T) {
	dir := t.TempDir()
	s, tokens := open(t, dir), prompt(1, 200)
	put(t, s, tokens)
	tests := []struct {
		name            string
		tokens          []llama.Token
		first           int
		wantHas, wanted bool
	}{
		{"a block that is there", tokens[:128], 0, true, false},
		{"the beginning of one", tokens[:100], 0, true, false},
		{"the beginning of the last", tokens[:150], 128, true, false},
		{"one that goes on", prompt(1, 210), 128, false, true},
		{"one whose parent is there", append(slices.Clone(tokens[:128]), 5), 128, false, true},
		{"one whose parent is not there", prompt(2, 200), 128, false, false},
		{"the first of another prompt", prompt(2, 20), 0, false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if has, wants := s.Has(test.tokens, test.first), s.Wants(test.tokens, test.first); has != test.wantHas || wants != test.wanted {
				t.Fatalf("there: %t, wanted: %t", has, wants)
			}
			before := count(t, dir, "*")
			if test.wanted {
				return
			}
			if err := s.Put(test.tokens, test.first, []byte("another")); err != nil || count(t, dir, "*") != before {
				t.Errorf("Put returned %v and made %d files of %d", err, count(t, dir, "*"), before)
			}
		})
	}
}

func TestWholeStatesServeWhatBeginsWithAllOfThem(t *testing.T) {
	dir, tokens := t.TempDir(), prompt(1, 1000)
	s := open(t, dir, func(o *Options) { o.Whole = true })
	for _, n := range []int{100, 300, 500, 700, 900} {
		if err := s.Put(tokens[:n], 0, stateOf(tokens[:n], 0)); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, dir, "*"); n != 1+wholeBefore {
		t.Errorf("%d states of one sequence are kept, want %d", n, 1+wholeBefore)
	}
	for _, test := range []struct{ length, from, want int }{
		{1000, 0, 900}, {900, 0, 900}, {899, 0, 700}, {600, 0, 500}, {600, 500, 0}, {299, 0, 0},
	} {
		if end, _ := found(t, s, tokens[:test.length], test.from); end != test.want {
			t.Errorf("%d tokens, %d of which are evaluated: found %d, want %d", test.length, test.from, end, test.want)
		}
	}
	if err := s.Put(tokens[:650], 0, stateOf(tokens[:650], 0)); err != nil {
		t.Fatal(err)
	}
	if end, _ := found(t, s, tokens[:699], 0); end != 650 {
		t.Errorf("a state beside longer ones is not kept: found %d", end)
	}
}

func TestFilesAreTheirOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kv")
	put(t, open(t, dir), prompt(1, 10))
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v, %v", info.Mode(), err)
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(paths) != 1 {
		t.Fatalf("there are %v", paths)
	}
	if info, err := os.Stat(paths[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
}

func TestAStoreGoesOnWhenItsFilesAreDeleted(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, prompt(1, 200))
	files, err := filepath.Glob(filepath.Join(dir, "*"+extension))
	if err != nil || len(files) != 2 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, path := range files {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range s.Find(prompt(1, 200), 0) {
		if _, err := s.Read(part.Block); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a deleted block: %v", err)
		}
	}
	put(t, s, prompt(1, 200))
	if end, _ := found(t, s, prompt(1, 200), 0); end != 200 {
		t.Errorf("%d tokens are found, want 200", end)
	}
}

func TestAWriteThatFailsLeavesNothing(t *testing.T) {
	dir, tokens := t.TempDir(), prompt(1, 10)
	s := open(t, dir)
	b := &Block{parent: s.root, tokens: tokens}
	b.key = s.root.next(tokens)
	if err := os.MkdirAll(filepath.Join(s.path(b), "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(tokens, 0, stateOf(tokens, 0)); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if n := count(t, dir, "*.tmp"); n != 0 || s.Find(tokens, 0) != nil {
		t.Errorf("the failed write left %d files, and %v", n, s.Find(tokens, 0))
	}
}

func TestNothingFollowsOnAWriteThatFailed(t *testing.T) {
	dir, tokens, fails := t.TempDir(), prompt(1, 3*BlockTokens), true
	s := open(t, dir, func(o *Options) {
		o.Free = func(string) (int64, error) {
			if fails {
				return 0, errors.New("no such disk")
			}
			return 1 << 50, nil
		}
	})
	if err := s.Put(tokens[:BlockTokens], 0, stateOf(tokens[:BlockTokens], 0)); err == nil {
		t.Fatal("a block was written to no disk")
	}
	fails = false
	for _, end := range []int{2 * BlockTokens, 3 * BlockTokens} {
		if err := s.Put(tokens[:end], end-BlockTokens, stateOf(tokens[:end], end-BlockTokens)); err != nil {
			t.Error(err)
		}
	}
	if n := count(t, dir, "*"); n != 0 || s.Find(tokens, BlockTokens) != nil {
		t.Errorf("%d files follow on a block that is not there", n)
	}
}
