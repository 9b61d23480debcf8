package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"notso/app"
	"notso/app/chat"
	"notso/app/cli"
	"notso/app/command"
	"notso/app/config"
	"notso/app/home"
	"notso/engine"
	"notso/engine/scripted"
)

func TestAReplayIsIdenticalOnTheSameMachine(t *testing.T) {
	wild := 1.5
	tests := []struct {
		name  string
		model func(t *testing.T, path string)
		opts  app.TalkOptions
		more  bool // the reply is continued once
	}{
		{name: "a scripted reply", model: writeScript(scripted.Plain())},
		{name: "a scripted reply with reasoning", model: writeScript(scripted.Reasoning()), opts: app.TalkOptions{Thinking: engine.ThinkingOn}},
		{name: "the same without", model: writeScript(scripted.Reasoning()), opts: app.TalkOptions{Thinking: engine.ThinkingOff}},
		{name: "a reply that ended within its reasoning and was continued", model: writeScript(scripted.Reasoning()),
			opts: app.TalkOptions{Thinking: engine.ThinkingOn, MaxTokens: 4}, more: true},
		{name: "a reply to a message with a file", model: writeScript(scripted.Plain()), opts: app.TalkOptions{Files: []string{"LICENSE"}}},
		{name: "the starter model, drawn with a seed", model: linkStarter, opts: app.TalkOptions{Temperature: &wild, MaxTokens: 16}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			test.model(t, p.model("it"))
			turn := p.talk(test.opts, test.more)
			if turn.Text+turn.Reasoning == "" {
				t.Fatalf("the reply is empty: %+v", turn)
			}
			got := p.replay(turn.ID)
			if !got.Identical() || len(got.Changes()) > 0 {
				t.Errorf("%q %q came out as %q %q; changes: %+v", turn.Reasoning, turn.Text, got.Reasoning, got.Text, got.Changes())
			}
		})
	}
}

func TestALaterReplyOfAChatIsReplayed(t *testing.T) {
	p := newPlace(t)
	linkStarter(t, p.model("it"))
	wild := 1.2
	turn := chat.Turn{}
	for _, text := range []string{"Why is the sky blue?", "And the sea? Explain it as you would to a child.", "And why is it not so at night?"} {
		turn = p.say(turn.Chat, text, app.TalkOptions{Temperature: &wild, MaxTokens: 24}, false)
	}
	if turn.Stats.CachedTokens == 0 || turn.Stats.Batches == "" {
		t.Fatalf("the last reply took over nothing, or was not recorded: %+v", turn.Stats)
	}
	got := p.replay(turn.ID)
	batches, differ := got.Batches()
	if !got.Identical() || differ || got.Stats.CachedTokens != 0 {
		t.Errorf("%q came out as %q; batches: %+v", turn.Text, got.Text, batches)
	}
	// As a reply of an older version, which told nothing of its batches.
	got.Turn.Stats.Batches = ""
	if batches, differ := got.Batches(); !differ || batches.Then == "" || batches.Now == "" {
		t.Errorf("batches that were not recorded: %+v", batches)
	}
}

func TestAReplayBeginsWhereTheChatDidThen(t *testing.T) {
	p := newPlace(t)
	writeScript(scripted.Plain())(t, p.model("it"))
	var replies []chat.Turn
	id := int64(0)
	for _, text := range []string{"Why is the sky blue?", "And the sea?", "And the grass?"} {
		turn := p.say(id, text, app.TalkOptions{}, false)
		id = turn.Chat
		replies = append(replies, turn)
		p.reset(id)
	}
	for i, turn := range replies {
		if got := p.replay(turn.ID); len(got.Changes()) > 0 {
			t.Errorf("reply %d, with %d resets since: changes: %+v", i+1, len(replies)-i, got.Changes())
		}
	}
	if a, b := replies[1].Stats.Reset, replies[2].Stats.Reset; a != replies[0].ID || b != replies[1].ID {
		t.Errorf("the replies saw what came after the turns %d and %d, want %d and %d", a, b, replies[0].ID, replies[1].ID)
	}
}

func TestAReplaySaysWhatHasChanged(t *testing.T) {
	tests := []struct {
		name   string
		change func(t *testing.T, p *place)
		want   []string
	}{
		{"nothing", func(*testing.T, *place) {}, nil},
		{"the system prompt", setting(func(c *config.Config) { c.System = "Answer in Latin." }), []string{"prompt"}},
		{"the context's length", setting(func(c *config.Config) { c.ContextLength = 1024 }), []string{"context length"}},
		{"the type of the KV cache", setting(func(c *config.Config) { c.KVType = "q8_0" }), []string{"KV cache"}},
		{"the model's file", func(t *testing.T, p *place) { writeScript(scripted.ToolCall())(t, p.model("it")) }, []string{"model", "prompt"}},
		{"the model is another one", func(t *testing.T, p *place) {
			if err := os.Rename(p.model("it"), filepath.Join(t.TempDir(), "it.gguf")); err != nil {
				t.Fatal(err)
			}
			writeScript(scripted.Reasoning())(t, p.model("other"))
		}, []string{"model", "prompt"}},
		{"the engine's build", func(t *testing.T, p *place) { t.Setenv("NOTSO_ENGINE", "scripted") }, []string{"model", "engine", "prompt"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			writeScript(scripted.Plain())(t, p.model("it"))
			turn := p.talk(app.TalkOptions{Thinking: engine.ThinkingOff}, false)
			test.change(t, p)
			got := p.replay(turn.ID)
			var changed []string
			for _, c := range got.Changes() {
				changed = append(changed, c.What)
			}
			if !slices.Equal(changed, test.want) {
				t.Errorf("the changes are %+v, want %v", got.Changes(), test.want)
			}
		})
	}
}

// setting is a change of the settings.
func setting(change func(c *config.Config)) func(t *testing.T, p *place) {
	return func(t *testing.T, p *place) {
		settings, _, err := config.Open(p.paths.ConfigFile)
		if err == nil {
			err = settings.Update(change)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAReplyOfAnOlderVersionHasOnlyChangesThatWereRecorded(t *testing.T) {
	p := newPlace(t)
	writeScript(scripted.Plain())(t, p.model("it"))
	got := p.replay(p.talk(app.TalkOptions{}, false).ID)
	got.Turn.Stats.KVType, got.Turn.Stats.ContextLength = "", 0
	if got.Stats.KVType != "f16" || got.Stats.ContextLength == 0 || len(got.Changes()) > 0 {
		t.Errorf("with %q and %d tokens now the changes are %+v", got.Stats.KVType, got.Stats.ContextLength, got.Changes())
	}
}

func TestWhatCannotBeReplayed(t *testing.T) {
	p := newPlace(t)
	writeScript(scripted.Plain())(t, p.model("it"))
	turn := p.talk(app.TalkOptions{}, false)
	for _, id := range []int64{turn.Parent, turn.ID + 1} {
		if _, err := replay(t.Context(), p.paths, id); err == nil {
			t.Errorf("turn %d was replayed", id)
		}
	}
}

// place is a home of its own.
type place struct {
	t     *testing.T
	paths home.Paths
}

func newPlace(t *testing.T) *place {
	t.Setenv("NOTSO_HOME", t.TempDir())
	t.Setenv("NOTSO_ENGINE_LIB", engineLibraries(t))
	t.Setenv(roleVariable, workerRole) // of the processes that this one starts
	paths, err := home.Find()
	if err != nil {
		t.Fatal(err)
	}
	return &place{t, paths}
}

func (p *place) model(name string) string { return filepath.Join(p.paths.Models, name+".gguf") }

// talk stores a chat of one message and returns its reply.
func (p *place) talk(opts app.TalkOptions, more bool) chat.Turn {
	p.t.Helper()
	return p.say(0, "Why is the sky blue?", opts, more)
}

// say adds a message to a chat, 0 for a new one, in a process of its own.
func (p *place) say(id int64, text string, opts app.TalkOptions, more bool) chat.Turn {
	p.t.Helper()
	service, closer, err := openTalker(p.t.Context(), p.paths, cli.TalkerOptions{Stored: true})
	if err != nil {
		p.t.Fatal(err)
	}
	defer closer.Close()
	a := service.(*talker).app
	turn, err := a.Talk(p.t.Context(), id, text, opts, nil)
	if err == nil && more {
		if turn, err = a.Continue(p.t.Context(), turn.ID); err == nil {
			turn, err = a.Await(p.t.Context(), turn)
		}
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return turn
}

// reset puts aside what the chat holds, in a process of its own.
func (p *place) reset(id int64) {
	p.t.Helper()
	service, closer, err := openTalker(p.t.Context(), p.paths, cli.TalkerOptions{Stored: true})
	if err != nil {
		p.t.Fatal(err)
	}
	defer closer.Close()
	if _, err := service.(*talker).app.Run(p.t.Context(), id, command.Call{Name: "reset"}, nil); err != nil {
		p.t.Fatal(err)
	}
}

// replay leaves NOTSO_HOME as it was.
func (p *place) replay(turn int64) chat.Replay {
	p.t.Helper()
	got, err := replay(p.t.Context(), p.paths, turn)
	if err != nil {
		p.t.Fatal(err)
	}
	return got
}

func writeScript(script scripted.Script) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		t.Helper()
		if err := scripted.WriteModel(path, script); err != nil {
			t.Fatal(err)
		}
	}
}

func linkStarter(t *testing.T, path string) {
	t.Helper()
	starter, err := filepath.Abs(filepath.Join("models", "SmolLM2-135M-Instruct.Q4_1.gguf"))
	if err == nil {
		_, err = os.Stat(starter)
	}
	if err == nil {
		err = os.Symlink(starter, path)
	}
	if err != nil {
		t.Fatalf("the starter model is missing: run make test (%v)", err)
	}
}
