package runner

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/gguf"
	"notso/engine/llama"
	"notso/engine/scripted"
	"notso/engine/snapshot"
)

const gib = 1 << 30

// loadKeeping loads the model at path into an engine that keeps snapshots in dir.
func loadKeeping(t testing.TB, dir, path string, opts engine.LoadOptions) *Runner {
	t.Helper()
	r := New(Options{LibraryDir: filepath.Join(root(t), "build", "engine"), Snapshots: Snapshots{Dir: dir, Budget: gib}})
	t.Cleanup(func() { r.Close() })
	if opts.Threads == 0 {
		opts.Threads = 1
	}
	if _, err := r.Load(context.Background(), path, opts, nil); err != nil {
		t.Fatalf("%v\nrun `make engine model` first", err)
	}
	return r
}

func starterPath(t testing.TB) string { return filepath.Join(root(t), starterModel) }

func scriptedPath(t testing.TB, script scripted.Script) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scripted.gguf")
	if err := scripted.WriteModel(path, script); err != nil {
		t.Fatal(err)
	}
	return path
}

// files lists the snapshots in dir.
func files(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.kv"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestARestartedEngineEvaluatesNothingTwice(t *testing.T) {
	dir := t.TempDir()
	opts := engine.LoadOptions{ContextLength: 2048}
	ask := greedy(24, longText(400)+question)

	first := loadKeeping(t, dir, starterPath(t), opts)
	cold := reply1(t, first, ask)
	if cold.done.Usage.CachedTokens != 0 {
		t.Fatalf("a first reply found %d tokens", cold.done.Usage.CachedTokens)
	}
	live := reply1(t, first, ask)
	if live.text != cold.text {
		t.Errorf("from the live sequence the reply is %q, cold %q", live.text, cold.text)
	}
	next := greedy(24, longText(400)+question, cold.text, "And of Spain?")
	liveNext := reply1(t, first, next)
	first.Close()

	second := loadKeeping(t, dir, starterPath(t), opts)
	m, err := second.Measure(t.Context(), ask)
	if err != nil || m.CachedTokens != m.PromptTokens-1 {
		t.Errorf("after a restart %+v, %v: want all but the last token cached", m, err)
	}
	restored := reply1(t, second, ask)
	if u := restored.done.Usage; restored.text != cold.text || u.CachedTokens != u.PromptTokens-1 || evaluated(second) > 1+u.ReplyTokens {
		t.Errorf("restored, the reply is %q with %+v and %d tokens evaluated; cold it is %q", restored.text, u, evaluated(second), cold.text)
	}
	second.Close()

	third := loadKeeping(t, dir, starterPath(t), opts)
	if o := reply1(t, third, next); o.text != liveNext.text || o.done.Usage.CachedTokens < o.done.Usage.PromptTokens-1-worthKeeping {
		t.Errorf("the next turn after a restart is %q with %+v, live it is %q", o.text, o.done.Usage, liveNext.text)
	}
}

func TestScriptedRepliesAreTheSameRestored(t *testing.T) {
	dir, path := t.TempDir(), scriptedPath(t, scripted.Reasoning())
	want := scripted.Reasoning().AnswerText()
	for _, name := range []string{"cold", "restored", "restored again"} {
		r := loadKeeping(t, dir, path, engine.LoadOptions{ContextLength: 2048})
		o := reply1(t, r, greedy(0, longText(150)))
		if o.text != want {
			t.Errorf("%s the reply is %q, want %q", name, o.text, want)
		}
		if cached := o.done.Usage.CachedTokens; name != "cold" && cached != o.done.Usage.PromptTokens-1 {
			t.Errorf("%s %d of %d tokens were cached", name, cached, o.done.Usage.PromptTokens)
		}
		r.Close()
	}
}

func TestBranchesAndForksReadOnFromDisk(t *testing.T) {
	dir := t.TempDir()
	opts := engine.LoadOptions{ContextLength: 2048}
	ask := func(text string) engine.Request {
		req := greedy(8, text)
		req.Messages = append([]engine.Message{{Role: engine.RoleSystem, Content: longText(300)}}, req.Messages...)
		return req
	}
	texts := []string{"Name a colour.", "Count to three.", "Name a river."}
	// A prompt that is evaluated in one batch may round otherwise than its last
	// token alone, so the replies to compare are those of the live sequences.
	var want []string
	one := loadKeeping(t, dir, starterPath(t), opts)
	for _, text := range texts {
		reply1(t, one, ask(text))
		want = append(want, reply1(t, one, ask(text)).text)
	}
	one.Close()
	before := len(files(t, dir))

	two := loadKeeping(t, dir, starterPath(t), opts)
	for i, text := range texts {
		o := reply1(t, two, ask(text))
		if o.text != want[i] {
			t.Errorf("%q after a restart is answered %q, before %q", text, o.text, want[i])
		}
		if u := o.done.Usage; u.CachedTokens < u.PromptTokens-1-worthKeeping {
			t.Errorf("%q: %+v, want all but a few tokens cached", text, u)
		}
	}
	two.Close()
	if after := len(files(t, dir)); after != before {
		t.Errorf("replies that were all known made %d files of %d", after, before)
	}

	three := loadKeeping(t, dir, starterPath(t), opts)
	if u := reply1(t, three, ask("Tell me a number.")).done.Usage; u.CachedTokens < 300 {
		t.Errorf("a new chat found %d tokens, want the system prompt's 300 and more", u.CachedTokens)
	}
}

func TestALongChatCostsDiskForItsNewTokens(t *testing.T) {
	dir := t.TempDir()
	r := loadKeeping(t, dir, scriptedPath(t, scripted.Plain()), engine.LoadOptions{ContextLength: 8192})
	texts := []string{longText(100)}
	for range 6 {
		o := reply1(t, r, greedy(0, texts...))
		texts = append(texts, o.text, longText(100))
	}
	m, err := r.Measure(t.Context(), greedy(0, texts...))
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	if n, most := len(files(t, dir)), m.PromptTokens/128+1; n > most {
		t.Errorf("a chat of %d tokens has %d files, want at most %d", m.PromptTokens, n, most)
	}
}

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

func TestARecurrentStateServesWholeOrNotAtAll(t *testing.T) {
	dir, script := t.TempDir(), counting()
	path := scriptedPath(t, script)
	load := func() *Runner {
		r := loadKeeping(t, dir, path, engine.LoadOptions{ContextLength: 4096})
		keepWhole(t, r.model, dir)
		return r
	}
	first := load()
	one := reply1(t, first, greedy(4, longText(150)))
	first.Close()

	second := load()
	req := greedy(4, longText(150))
	req.Resume = &engine.Partial{Text: one.text}
	whole := one.done.Usage.PromptTokens + 3
	// A state of the prompt that was written late leaves too little for another.
	if u := reply1(t, second, req).done.Usage; u.CachedTokens > whole || u.CachedTokens <= whole-worthKeeping {
		t.Errorf("going on found %d tokens, want the whole state of %d", u.CachedTokens, whole)
	}
	second.Close()

	third := load()
	o := reply1(t, third, greedy(4, longText(150)))
	if u := o.done.Usage; u.CachedTokens < wholeStep || u.CachedTokens >= u.PromptTokens || o.text != one.text {
		t.Errorf("starting over wrote %q with %+v; a state from within the prompt must serve, and no other", o.text, u)
	}
}

// keepWhole starts a scheduler anew that treats states as those of a recurrent
// model.
func keepWhole(t *testing.T, m *model, dir string) {
	t.Helper()
	m.scheduler.close()
	threads := chooseThreads(engine.LoadOptions{Threads: 1}, 0)
	snapshots := openSnapshots(Snapshots{Dir: dir, Budget: gib}, m.info.EngineBuild, "a recurrent model", true)
	m.scheduler = startScheduler(m.weights, m.context, prefillChunk, threads, newSpeculation(false, true), false, snapshots)
	m.scheduler.mu.Lock()
	defer m.scheduler.mu.Unlock()
	m.scheduler.cache.whole = true
}

func TestADamagedSnapshotCostsTimeAndNothingElse(t *testing.T) {
	dir, script := t.TempDir(), scripted.Plain()
	model := scriptedPath(t, script)
	ask := func() engine.Usage {
		r := loadKeeping(t, dir, model, engine.LoadOptions{ContextLength: 1024})
		defer r.Close()
		o := reply1(t, r, greedy(0, longText(70)))
		if o.text != script.AnswerText() {
			t.Errorf("the reply is %q", o.text)
		}
		return o.done.Usage
	}
	ask()
	for _, path := range files(t, dir) {
		damage(t, path)
		if u := ask(); u.CachedTokens > u.PromptTokens-worthKeeping {
			t.Errorf("a damaged snapshot served: %+v", u)
		}
		if u := ask(); u.CachedTokens != u.PromptTokens-1 {
			t.Errorf("after the damaged one was replaced: %+v", u)
		}
	}
}

// damage changes one bit of a state.
func damage(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-100] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRestoringMakesRoomAmongIdleSequences(t *testing.T) {
	dir := t.TempDir()
	path := scriptedPath(t, scripted.Plain())
	opts := engine.LoadOptions{ContextLength: 1024}
	first := loadKeeping(t, dir, path, opts)
	reply1(t, first, greedy(0, longText(140)))
	first.Close()

	second := loadKeeping(t, dir, path, opts)
	reply1(t, second, greedy(0, "Another. "+longText(140)))
	o := reply1(t, second, greedy(0, longText(140)))
	if u := o.done.Usage; o.text != scripted.Plain().AnswerText() || u.CachedTokens != u.PromptTokens-1 {
		t.Errorf("in a context full of another chat the reply is %q with %+v", o.text, u)
	}
}

func TestIdleChatsWaitOnDiskOnly(t *testing.T) {
	path, opts := scriptedPath(t, scripted.Plain()), engine.LoadOptions{ContextLength: 8192}
	kept, alone := loadKeeping(t, t.TempDir(), path, opts), load(t, path, opts)
	long := longText(600) // of which this model makes four times as many tokens
	for name, r := range map[string]*Runner{"with snapshots": kept, "without": alone} {
		chat := reply1(t, r, greedy(1, long)).done.Usage.PromptTokens
		if chat < idleTokens+snapshot.BlockTokens {
			t.Fatalf("%d tokens make no long chat", chat)
		}
		until(t, "it is on disk", func() bool { return r == alone || onDisk(r, greedy(1, long), t) })
		reply1(t, r, greedy(1, "Hi"))
		s := r.model.scheduler
		s.mu.Lock()
		held := s.cache.held()
		s.mu.Unlock()
		if forgot := held < chat; forgot != (r == kept) {
			t.Errorf("%s, of %d tokens %d are held beside another chat", name, chat, held)
		}
		before := evaluated(r)
		if u := reply1(t, r, greedy(1, long)).done.Usage; u.CachedTokens < chat-1 || evaluated(r) > before+2 {
			t.Errorf("%s, the chat came back with %+v, %d tokens evaluated", name, u, evaluated(r)-before)
		}
	}
}

func TestMuchIsReadWithoutTheCellsOfIdleChats(t *testing.T) {
	path, opts := scriptedPath(t, scripted.Plain()), engine.LoadOptions{ContextLength: 8192}
	chat, paste := greedy(1, longText(60)), greedy(1, "Other words. "+longText(60))
	tests := []struct {
		name  string
		next  func(r *Runner) error
		stays bool
	}{
		{"a short message", func(r *Runner) error { reply1(t, r, greedy(1, "Hi")); return nil }, true},
		{"a long one", func(r *Runner) error { reply1(t, r, paste); return nil }, false},
		{"a long draft", func(r *Runner) error { return r.Warm(t.Context(), paste, nil) }, false},
	}
	for _, test := range tests {
		r := loadKeeping(t, t.TempDir(), path, opts)
		tokens := reply1(t, r, chat).done.Usage.PromptTokens
		if tokens < muchToRead || tokens > idleTokens {
			t.Fatalf("%d tokens do not make the case", tokens)
		}
		until(t, "it is on disk", func() bool { return onDisk(r, chat, t) })
		if err := test.next(r); err != nil {
			t.Fatal(err)
		}
		s := r.model.scheduler
		s.mu.Lock()
		_, held := s.cache.longest(tokensOf(t, r, chat), tokens)
		s.mu.Unlock()
		if stays := held >= tokens-1; stays != test.stays {
			t.Errorf("after %s %d tokens of %d of the chat before are held", test.name, held, tokens)
		}
		if u := reply1(t, r, chat).done.Usage; u.CachedTokens < tokens-1 {
			t.Errorf("after %s the chat came back with %+v", test.name, u)
		}
	}
}

// onDisk tells whether the disk has all of a request's prompt but its last token.
func onDisk(r *Runner, req engine.Request, t *testing.T) bool {
	tokens := tokensOf(t, r, req)
	_, end := r.model.scheduler.snapshots.find(tokens, 0)
	return end >= len(tokens)-1
}

func TestDraftsAndTitlesLeaveNoEnds(t *testing.T) {
	dir := t.TempDir()
	r := loadKeeping(t, dir, scriptedPath(t, scripted.Plain()), engine.LoadOptions{ContextLength: 1024})
	draft := greedy(0, longText(20))
	draft.Draft = true
	if err := r.Warm(t.Context(), draft, nil); err != nil {
		t.Fatal(err)
	}
	title := greedy(0, longText(70))
	title.Background = true
	reply1(t, r, title)
	r.Close()
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("a draft and a title left %v", left)
	}
}
