package runner

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/gguf"
	"notso/engine/llama"
	"notso/engine/scripted"
)

func TestASnapshotIsForOneModelAndOneSettingAlone(t *testing.T) {
	dir, plain := t.TempDir(), scriptedPath(t, scripted.Plain())
	opts := engine.LoadOptions{ContextLength: 1024}
	req := greedy(0, longText(70))
	cached := func(path string, opts engine.LoadOptions) int {
		r := loadKeeping(t, dir, path, opts)
		defer r.Close()
		return reply1(t, r, req).done.Usage.CachedTokens
	}
	if n := cached(plain, opts); n != 0 {
		t.Fatalf("a first reply found %d tokens", n)
	}
	if n := cached(plain, opts); n < 256 {
		t.Errorf("the same model with the same settings found %d tokens", n)
	}
	longer := opts
	longer.ContextLength = 2048
	if n := cached(plain, longer); n < 256 {
		t.Errorf("in a longer context %d tokens were found: its length makes no difference", n)
	}
	quantised := opts
	quantised.KVType = "q8_0"
	if n := cached(plain, quantised); n != 0 {
		t.Errorf("a KV cache of another type took over %d tokens", n)
	}
	if n := cached(scriptedPath(t, scripted.Reasoning()), opts); n != 0 {
		t.Errorf("another model took over %d tokens", n)
	}
}

// What another build evaluated can never serve again here. What another model or
// another setting did can, as soon as somebody goes back to it.
func TestSnapshotsOfAnotherBuildGoWhenAModelIsLoaded(t *testing.T) {
	dir, plain, other := t.TempDir(), scriptedPath(t, scripted.Plain()), scriptedPath(t, scripted.Reasoning())
	req := greedy(0, longText(70))
	const release, own = false, true // libraries of one's own are named by their files
	cached := func(unchecked bool, path, kv string) int {
		r := New(Options{
			LibraryDir: filepath.Join(root(t), "build", "engine"), Unchecked: unchecked,
			Snapshots: Snapshots{Dir: dir, Budget: gib},
		})
		defer r.Close()
		if _, err := r.Load(t.Context(), path, engine.LoadOptions{ContextLength: 1024, Threads: 1, KVType: kv}, nil); err != nil {
			t.Fatal(err)
		}
		return reply1(t, r, req).done.Usage.CachedTokens
	}
	cached(release, plain, "f16")
	cached(release, plain, "q8_0")
	cached(release, other, "f16")
	before := files(t, dir)
	if n := cached(release, plain, "f16"); n < 256 || len(files(t, dir)) != len(before) {
		t.Errorf("back at the first model there are %d files of %d, and %d tokens were found", len(files(t, dir)), len(before), n)
	}
	if n := cached(own, plain, "f16"); n != 0 {
		t.Errorf("another build took over %d tokens", n)
	}
	after := files(t, dir)
	for _, path := range before {
		if slices.Contains(after, path) {
			t.Errorf("%s of the build before is still there", filepath.Base(path))
		}
	}
	if len(after) == 0 {
		t.Error("the other build has kept nothing of its own")
	}
}

func TestSettingsThatMatterToAStateNameIt(t *testing.T) {
	file := func(original int) *gguf.File {
		w := &gguf.Writer{}
		w.Set("general.architecture", "x")
		if original > 0 {
			w.Set("x.rope.scaling.original_context_length", uint32(original))
		}
		path := filepath.Join(t.TempDir(), "header.gguf")
		if err := w.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		f, err := gguf.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	plain, long := file(0), file(4096)
	opts := llama.ContextOptions{Length: 2048, Sequences: 3, BatchTokens: 64, Threads: 1, KVType: llama.KVFloat16}
	longer, quantised, stretched := opts, opts, opts
	longer.Length, longer.Sequences, longer.BatchTokens, longer.Threads = 8192, 4, 128, 2
	quantised.KVType, stretched.Yarn = llama.KVQuant8, 2
	tests := []struct {
		name string
		a, b string
		same bool
	}{
		{"the machine", snapshotSettings("h", plain, opts), snapshotSettings("h", plain, longer), true},
		{"the model", snapshotSettings("h", plain, opts), snapshotSettings("i", plain, opts), false},
		{"the KV type", snapshotSettings("h", plain, opts), snapshotSettings("h", plain, quantised), false},
		{"YaRN", snapshotSettings("h", plain, opts), snapshotSettings("h", plain, stretched), false},
		{"the set of rope factors", snapshotSettings("h", long, opts), snapshotSettings("h", long, longer), false},
	}
	for _, test := range tests {
		if (test.a == test.b) != test.same {
			t.Errorf("by %s states are named %q and %q", test.name, test.a, test.b)
		}
	}
}

func TestALibraryOfOnesOwnIsNamedByItsFiles(t *testing.T) {
	library, err := llama.Open(filepath.Join(root(t), "build", "engine"))
	if err != nil {
		t.Fatal(err)
	}
	staged, own := buildName(library, false), buildName(library, true)
	if staged != library.Build() || own == staged || !strings.Contains(own, "libllama") {
		t.Errorf("the staged libraries are named %q, one's own %q", staged, own)
	}
}
