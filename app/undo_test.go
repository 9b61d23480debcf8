package app

import (
	"path/filepath"
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
