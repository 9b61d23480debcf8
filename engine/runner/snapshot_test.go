package runner

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"notso/engine"
	"notso/engine/scripted"
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
