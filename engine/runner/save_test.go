package runner

import (
	"path/filepath"
	"slices"
	"testing"

	"notso/engine"
	"notso/engine/llama"
	"notso/engine/scripted"
	"notso/engine/snapshot"
)

// afterAStandstill is a scheduler that has ended, whose model has evaluated a long
// prompt while nothing could be written.
func afterAStandstill(t *testing.T, dir string) *scheduler {
	t.Helper()
	budget := int64(0) // bytes
	r := New(Options{LibraryDir: filepath.Join(root(t), "build", "engine"), Snapshots: Snapshots{Dir: dir, BudgetNow: func() int64 { return budget }}})
	t.Cleanup(func() { r.Close() })
	if _, err := r.Load(t.Context(), scriptedPath(t, scripted.Plain()), engine.LoadOptions{ContextLength: 4096, Threads: 1}, nil); err != nil {
		t.Fatal(err)
	}
	reply1(t, r, greedy(0, longText(300)))
	m := r.model
	ended := m.scheduler
	ended.close()
	m.scheduler = startScheduler(m.weights, m.context, prefillChunk, fixedThreads(1), newSpeculation(false, true), false, nil)
	budget = gib
	return ended
}

func TestBlocksThatAreDueTogetherAreWrittenTogether(t *testing.T) {
	dir := t.TempDir()
	s := afterAStandstill(t, dir)
	k, seq := s.snapshots, s.cache.sequences[0]
	end := 0
	for {
		files := s.unsaved(k.most)
		if len(files) == 0 {
			break
		}
		left := (len(seq.tokens) - end + snapshot.BlockTokens - 1) / snapshot.BlockTokens
		if want := min(left, prefillChunk/snapshot.BlockTokens+1); len(files) != want {
			t.Errorf("%d files wait in memory of %d to write, want %d", len(files), left, want)
		}
		for _, f := range files {
			if f.first != end {
				t.Errorf("after %d tokens those from %d on were read", end, f.first)
			}
			if err := k.store.Put(f.tokens, f.first, f.contents()); err != nil {
				t.Fatal(err)
			}
			end = len(f.tokens)
		}
	}
	if end != len(seq.tokens) || len(files(t, dir)) != (end+snapshot.BlockTokens-1)/snapshot.BlockTokens {
		t.Errorf("%d tokens of %d are in %d files", end, len(seq.tokens), len(files(t, dir)))
	}
}

func TestWithoutItsFirstBlockNothingIsRead(t *testing.T) {
	s := afterAStandstill(t, t.TempDir())
	if files := s.unsaved(s.snapshots.most); len(files) == 0 || files[0].first != 0 {
		t.Fatalf("%d files were read", len(files))
	}
	if files := s.unsaved(s.snapshots.most); len(files) != 0 { // the first were not written
		t.Errorf("tokens from %d on were read, and what comes before them is not on disk", files[0].first)
	}
}

func TestBlocksThatAreThereAreNotReadAgain(t *testing.T) {
	dir := t.TempDir()
	s := afterAStandstill(t, dir)
	k, seq := s.snapshots, s.cache.sequences[0]
	for _, f := range s.unsaved(2) {
		if err := k.store.Put(f.tokens, f.first, f.contents()); err != nil {
			t.Fatal(err)
		}
	}
	seq.stored = 0 // as in another chat that begins alike
	if files := s.unsaved(1); len(files) != 1 || files[0].first != 2*snapshot.BlockTokens {
		t.Errorf("%d files were read, want the third block's", len(files))
	}
}

// batchSizes are those of the batches that evaluated a reply's prompt, one for
// each token.
func batchSizes(t *testing.T, done engine.Done) (sizes []int) {
	t.Helper()
	marks, err := recorded(done.Batches, maxBatch, done.Usage.PromptTokens)
	if err != nil {
		marks, err = recorded(done.Batches, maxBatch, done.Usage.PromptTokens+done.Usage.ReplyTokens)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range marks[:done.Usage.PromptTokens] {
		sizes = append(sizes, int(m.size))
	}
	return sizes
}

func TestAPromptAloneIsReadInBatchesThatEndWithBlocks(t *testing.T) {
	r := loadScripted(t, scripted.Plain(), engine.LoadOptions{ContextLength: 4096})
	cold := reply1(t, r, greedy(1, longText(200)))
	for at, sizes := 0, batchSizes(t, cold.done); at < len(sizes); at += sizes[at] {
		want := min(prefillChunk, len(sizes)-at)
		if rest := len(sizes) - at - want; rest > 0 && rest < fewRows {
			want -= snapshot.BlockTokens
		}
		if sizes[at] != want {
			t.Errorf("at %d a batch has %d tokens, want %d", at, sizes[at], want)
		}
	}
	on := reply1(t, r, greedy(1, longText(200)+longText(200)))
	sizes := batchSizes(t, on.done)
	from := on.done.Usage.CachedTokens
	if want := prefillChunk - from%snapshot.BlockTokens; from%snapshot.BlockTokens == 0 || sizes[from] != want {
		t.Errorf("a prompt goes on at %d with a batch of %d tokens, want %d", from, sizes[from], want)
	}
}

func TestTheLastBatchOfAPromptIsNotSmall(t *testing.T) {
	tests := []struct {
		have, all, chunk, want int
	}{
		{0, 512 + 30, prefillChunk, 256},
		{256, 512 + 30, prefillChunk, 128}, // and 158, not 256 and 30
		{384, 512 + 30, prefillChunk, 256}, // all of what is left
		{256, 512 + fewRows, prefillChunk, 256},
		{256, 512, prefillChunk, 256},
		{60, 256 + 30, prefillChunk, 256 - 60 - 128},
		{70, 256 + 30, prefillChunk, 256 - 70}, // the one before would be small instead
		{0, 512 + 30, prefillChunkGPU, 512 - 128},
		{0, 128 + 30, sharedChunk, 128}, // where others may wait
	}
	for _, test := range tests {
		j := &job{tokens: make([]llama.Token, test.all), seq: &sequence{tokens: make([]llama.Token, test.have)}}
		s := &scheduler{chunk: test.chunk, shared: sharedChunk}
		if n := s.portion(j, test.chunk); n != test.want {
			t.Errorf("of %d tokens, %d evaluated, a batch of at most %d takes %d, want %d", test.all, test.have, test.chunk, n, test.want)
		}
	}
}

func TestABatchForWhichOthersMayWaitIsSmall(t *testing.T) {
	r := loadScripted(t, scripted.Plain(), engine.LoadOptions{ContextLength: 4096})
	if err := r.Warm(t.Context(), greedy(1, longText(200)), nil); err != nil {
		t.Fatal(err)
	}
	if sizes := batchSizes(t, reply1(t, r, greedy(1, longText(200))).done); slices.Max(sizes) != sharedChunk {
		t.Errorf("in the background a batch has %d tokens, want %d", slices.Max(sizes), sharedChunk)
	}
}
