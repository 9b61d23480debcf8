package app

import (
	"path/filepath"
	"reflect"
	"testing"

	"notso/app/chat"
	"notso/app/config"
	"notso/engine/scripted"
)

// undo takes back what out did, as the button of its toast does.
func (b *bench) undo(path string) {
	b.t.Helper()
	if got := b.request("POST", path, ""); got.Code >= 300 {
		b.t.Fatalf("POST %s is answered with %d: %s", path, got.Code, got.Body)
	}
}

func (b *bench) chat(id int64) chat.Chat {
	b.t.Helper()
	c, err := b.store.Chat(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func TestTakingATitleBackLeavesTheChatToBeNamedByItself(t *testing.T) {
	b := newBench(t, scripted.Options{})
	before := b.chat(b.say(0, "Hello").Chat)
	out := b.run(before.ID, "/title My  own")
	if c := b.chat(before.ID); c.Title != "My own" || !c.Named {
		t.Errorf("the chat is %q, named %v", c.Title, c.Named)
	}
	b.undo(out.Undo)
	if c := b.chat(before.ID); c.Title != before.Title || c.Named {
		t.Errorf("after the undo it is %q, named %v; want %q, as it was made", c.Title, c.Named, before.Title)
	}
}

func TestAChatThatIsChangedByHandAnswersAsNoPreset(t *testing.T) {
	for _, line := range []string{"/temp 0.2", "/thinking off"} {
		b := newBench(t, scripted.Options{})
		if err := b.opts.Config.Update(func(c *config.Config) { c.Presets = []config.Preset{{Name: "Brief"}} }); err != nil {
			t.Fatal(err)
		}
		id := b.say(0, "Hello").Chat
		b.run(id, "/preset Brief")
		if got := b.chat(id).Settings.Preset; got != "Brief" {
			t.Fatalf("the preset is %q", got)
		}
		b.run(id, line)
		if got := b.chat(id).Settings.Preset; got != "" {
			t.Errorf("after %s the chat still says that it answers as %q", line, got)
		}
	}
}

func TestTakingAModelsDefaultsBackLoadsItAsBefore(t *testing.T) {
	b := newShelfBench(t, false, "models/one.gguf")
	b.Startup()
	ready := func(loads int) func() bool {
		return func() bool {
			b.model.mu.Lock()
			defer b.model.mu.Unlock()
			return b.model.state == "ready" && b.model.load == loads
		}
	}
	b.until("the model is loaded", ready(1))
	one := "/models/" + modelKey(filepath.Join(b.root, "models", "one.gguf")) + "/defaults"
	if got := b.request("POST", one, "context_length=2048"); got.Code != 200 {
		t.Fatalf("%d: %s", got.Code, got.Body)
	}
	b.until("it is loaded with its own context", ready(2))
	for _, told := range sent[toastView](b.bench) {
		if told.Undo != "" {
			b.undo(told.Undo)
		}
	}
	b.until("it is loaded as before", ready(3))
	if got := b.request("POST", one, "temperature=0.3"); got.Code != 200 {
		t.Fatalf("%d: %s", got.Code, got.Body)
	}
	if !ready(3)() {
		t.Error("a temperature loads the model again")
	}
}

func TestAnUndoLeavesWhatWasChangedLater(t *testing.T) {
	b := newBench(t, scripted.Options{})
	id := b.say(0, "Hello").Chat
	system := b.run(id, "/system Be brief.")
	cool := b.run(id, "/temp 0.2")
	b.run(id, "/temp 0.4")
	b.undo(system.Undo)
	if s := b.chat(id).Settings; s.System != "" || s.Temperature == nil || *s.Temperature != 0.4 {
		t.Errorf("the undo of /system leaves %+v, want the temperature alone", s)
	}
	b.undo(cool.Undo)
	if s := b.chat(id).Settings; s.Temperature == nil || *s.Temperature != 0.4 {
		t.Errorf("the undo of an older temperature leaves %+v, want the newer one", s)
	}
	if told := sent[toastView](b); len(told) != 1 || told[0].Text != b.App.say("settings.undo_kept") {
		t.Errorf("told is %+v, want that something was changed since", told)
	}
}

func TestTheUndoOfAPresetLeavesWhatWasChangedLater(t *testing.T) {
	b := newBench(t, scripted.Options{})
	warm := 0.9
	presets := []config.Preset{{Name: "Warm", Manner: config.Manner{Temperature: &warm, System: "Be kind."}}}
	if err := b.opts.Config.Update(func(c *config.Config) { c.Presets = presets }); err != nil {
		t.Fatal(err)
	}
	id := b.say(0, "Hello").Chat
	used := b.run(id, "/preset Warm")
	later := b.run(id, "/temp 0.4")
	b.undo(used.Undo)
	if s := b.chat(id).Settings; s.System != "" || s.Preset != "" || s.Temperature == nil || *s.Temperature != 0.4 {
		t.Errorf("the undo of the preset leaves %+v, want the later temperature alone", s)
	}
	b.run(id, "/preset Warm")
	b.undo(later.Undo)
	if s := b.chat(id).Settings; s.Preset != "Warm" || s.Temperature == nil || *s.Temperature != warm {
		t.Errorf("the undo of an older temperature leaves %+v, want the preset", s)
	}
}

func TestTakingAPresetBackLeavesTheOthers(t *testing.T) {
	a, b, c := config.Preset{Name: "A"}, config.Preset{Name: "B"}, config.Preset{Name: "C"}
	warm := 0.9
	otherB := config.Preset{Name: "b", Manner: config.Manner{Temperature: &warm}}
	for _, tt := range []struct {
		name               string
		now, before, after []config.Preset
		want               []config.Preset
		kept               bool
	}{
		{"a deleted one comes back to its place", []config.Preset{a, c}, []config.Preset{a, b}, []config.Preset{a}, []config.Preset{a, b, c}, false},
		{"one that was saved goes", []config.Preset{a, b, c}, []config.Preset{a}, []config.Preset{a, b}, []config.Preset{a, c}, false},
		{"one that was saved over is the old one", []config.Preset{a, otherB, c}, []config.Preset{a, b}, []config.Preset{a, otherB}, []config.Preset{a, b, c}, false},
		{"one that was saved anew since stays", []config.Preset{a, otherB}, []config.Preset{a, b}, []config.Preset{a}, []config.Preset{a, otherB}, true},
	} {
		if got, kept := presetTakenBack(tt.now, tt.before, tt.after, "B"); !reflect.DeepEqual(got, tt.want) || kept != tt.kept {
			t.Errorf("%s: %+v, %v", tt.name, got, kept)
		}
	}
}

func TestAModelThatIsNotTheChosenOneIsTheOneThatIsLoadedAgain(t *testing.T) {
	b := newShelfBench(t, false, "models/one.gguf", "models/two.gguf")
	b.Startup()
	ready := func(loads int) func() bool {
		return func() bool {
			b.model.mu.Lock()
			defer b.model.mu.Unlock()
			return b.model.state == "ready" && b.model.next == "" && b.model.load == loads
		}
	}
	b.until("the model is loaded", ready(1))
	_, chosen, _ := b.model.current()
	other := filepath.Join(b.root, "models", "two.gguf")
	if chosen == other {
		other = filepath.Join(b.root, "models", "one.gguf")
	}
	b.model.open(other)
	b.until("the other is loaded", ready(2))
	if err := b.changeConfig(func(c *config.Config) { c.ContextLength = 2048 }); err != nil {
		t.Fatal(err)
	}
	b.until("it is loaded again", ready(3))
	if _, path, _ := b.model.current(); path != other {
		t.Errorf("a longer context loads %s, want %s, which answered", path, other)
	}
}
