package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"notso/app/command"
	"notso/app/config"
	"notso/engine"
	"notso/engine/scripted"
)

// idling is an engine that notes how long it may hold an unused model.
type idling struct {
	engine.Engine
	idle time.Duration
}

func (i *idling) SetIdle(idle time.Duration) { i.idle = idle }

func TestSettingsCountAtOnce(t *testing.T) {
	b := newShelfBench(t, false)
	held := &idling{Engine: b.model.files}
	b.model.files = held
	if err := b.changeConfig(func(c *config.Config) { c.IdleMinutes, c.Mirror = 7, "no address" }); err != nil {
		t.Fatal(err)
	}
	if held.idle != 7*time.Minute {
		t.Errorf("the engine may hold an unused model for %v, want 7 minutes", held.idle)
	}
	if got := lastToast(b.bench); got.Kind != "error" {
		t.Errorf("a mirror that makes no sense is told as %+v", got)
	}
}

func TestANewPromptIsInThePaletteAtOnce(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.opts.Home.Prompts = t.TempDir()
	b.followPrompts()
	b.events = nil
	if b.followPrompts(); len(b.events) != 0 {
		t.Errorf("a folder where nothing has changed is told: %+v", b.events)
	}
	if err := os.WriteFile(b.opts.Home.Prompts+"/brief.md", []byte("# Be brief\nSum it up."), 0o600); err != nil {
		t.Fatal(err)
	}
	b.followPrompts()
	if len(b.events) != 1 || b.events[0].data != any(refreshEvent{What: "commands"}) {
		t.Errorf("the page is told %+v, want to draw its commands anew", b.events)
	}
}

func TestStatusAndSettingsNameTheModelThatAnswers(t *testing.T) {
	b := newShelfBench(t, false, "models/Chosen.gguf", "models/Other.gguf")
	b.Startup()
	answers := func(name string) func() bool {
		return func() bool {
			state, path, next := b.model.current()
			return state == "ready" && next == "" && fileStem(path) == name
		}
	}
	b.until("the first model is ready", answers("Chosen"))
	if got := b.besides(config.Key{Name: "model"}, b.opts.Config.Get()); got != "" {
		t.Errorf("beside the model that is chosen and answers the settings say %q", got)
	}
	b.model.open(filepath.Join(b.root, "models", "Other.gguf"))
	b.until("the other model is ready", answers("Other"))
	if got := b.besides(config.Key{Name: "model"}, b.opts.Config.Get()); got != "Other answers now." {
		t.Errorf("the settings say %q", got)
	}
	var out Outcome
	if err := b.statusCommand(t.Context(), command.Call{}, &out); err != nil || !strings.HasPrefix(out.Text, "Other · ") {
		t.Errorf("the status is %q, %v", out.Text, err)
	}
}

func lastToast(b *bench) (last toastView) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if toast, ok := e.data.(toastView); ok {
			last = toast
		}
	}
	return last
}

func TestTheNativeMenusFollowTheLanguage(t *testing.T) {
	b := newBench(t, scripted.Options{})
	var said []string
	b.opts.Menus = func(entries []MenuEntry) { said = append(said, entries[0].Items[0].Text) }
	speaks := func(how, want string) {
		t.Helper()
		if len(said) != 1 || said[0] != want {
			t.Errorf("%s, the menus begin with %q, want %q once", how, said, want)
		}
		said = nil
	}
	if err := b.changeConfig(func(c *config.Config) { c.Language = "fr" }); err != nil {
		t.Fatal(err)
	}
	speaks("after the setting", "Nouvelle discussion")
	if err := os.WriteFile(b.opts.Config.Path(), []byte(`{"language": "en"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.reloadSettings()
	speaks("after an edit of the file", "New chat")
	if err := b.changeConfig(func(c *config.Config) { c.Theme = config.ThemeDark }); err != nil {
		t.Fatal(err)
	}
	if len(said) != 0 {
		t.Errorf("another setting says the menus anew: %q", said)
	}
}
