package snapshot

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"notso/engine/llama"
)

func TestOpenClearsWhatAKilledWriterLeft(t *testing.T) {
	dir := t.TempDir()
	put(t, open(t, dir), prompt(1, 200))
	for _, name := range []string{"123456.tmp", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dir)
	if n := count(t, dir, "*.tmp"); n != 0 {
		t.Errorf("%d temporary files are left", n)
	}
	if end, _ := found(t, s, prompt(1, 200), 0); end != 200 {
		t.Errorf("%d tokens are left of 200", end)
	}
	if count(t, dir, "notes.txt") != 1 {
		t.Error("a file of somebody else's was deleted")
	}
}

// The app empties the folder under a worker that has it open.
func TestOpenClearsWhatNoEngineHereReadsAnyMore(t *testing.T) {
	dir, tokens := t.TempDir(), prompt(1, 300)
	change := func(build, settings string) func(*Options) {
		return func(o *Options) { o.Build, o.Settings = build, settings }
	}
	put(t, open(t, dir, change("this build", "a model")), tokens)
	put(t, open(t, dir, change("this build", "another model")), tokens)
	name, old := firstVersion(tokens[:BlockTokens])
	if err := os.WriteFile(filepath.Join(dir, name), old, 0o600); err != nil {
		t.Fatal(err)
	}

	s := open(t, dir, change("this build", "a model"))
	if n := count(t, dir, "*"); n != 6 {
		t.Errorf("%d files are left, want three of each model and no old one", n)
	}
	if end, _ := found(t, s, tokens, 0); end != 300 {
		t.Errorf("%d tokens of this build are left", end)
	}
	if end, _ := found(t, open(t, dir, change("this build", "another model")), tokens, 0); end != 300 {
		t.Errorf("%d tokens of another model are left, which may be loaded again", end)
	}

	s = open(t, dir, change("the next build", "a model"))
	if n := count(t, dir, "*"); n != 0 || s.total != 0 {
		t.Errorf("%d files of another build are left, and %d bytes are counted", n, s.total)
	}
	put(t, s, tokens)
	if end, _ := found(t, open(t, dir, change("the next build", "a model")), tokens, 0); end != 300 {
		t.Errorf("%d tokens of the new build were found", end)
	}
}

// firstVersion is a whole file as version 1 wrote them, without the build.
func firstVersion(tokens []llama.Token) (name string, data []byte) {
	state := stateOf(tokens, 0)
	b := &Block{parent: root("model, build, settings"), tokens: tokens, state: int64(len(state)), sum: checksum(state)}
	b.key = b.parent.next(tokens)
	header := b.header()
	header = append(header[:60:60], header[fixedBytes:len(header)-sumBytes]...)
	binary.LittleEndian.PutUint32(header[8:], 1)
	header = binary.LittleEndian.AppendUint32(header, checksum(header))
	return b.fileName(), append(header, state...)
}

func TestUseIsRememberedInTheFiles(t *testing.T) {
	dir := t.TempDir()
	put(t, open(t, dir), prompt(1, 10))
	put(t, open(t, dir), prompt(2, 10))
	age(t, dir, time.Hour)
	found(t, open(t, dir), prompt(1, 10), 0) // used again
	s := open(t, dir, func(o *Options) { o.Budget = 1000 })
	if end, _ := found(t, s, prompt(1, 10), 0); end != 10 || len(s.blocks) != 1 {
		t.Errorf("of two blocks of which one must go, %d are left, %d tokens of the one used last", len(s.blocks), end)
	}
}

func TestWhatNobodyReadForAMonthIsForgotten(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, prompt(1, 2*BlockTokens))
	age(t, dir, 31*24*time.Hour)
	put(t, s, prompt(2, BlockTokens))
	if s = open(t, dir); count(t, dir, "*.kv") != 1 {
		t.Errorf("%d blocks are left, want the one that is new", count(t, dir, "*.kv"))
	}
	if end, _ := found(t, s, prompt(2, BlockTokens), 0); end != BlockTokens {
		t.Errorf("%d tokens of what is new are found, want %d", end, BlockTokens)
	}
}

// age makes all files look as if they were used that long ago.
func age(t *testing.T, dir string, by time.Duration) {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range paths {
		then := time.Now().Add(-by)
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
}
