package app

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"notso/app/chat"
	"notso/app/config"
	"notso/app/library"
	"notso/app/store"
	"notso/engine"
	"notso/engine/scripted"
)

// gatedEngine loads once its gate is open; a model called broken not at all.
type gatedEngine struct {
	engine.Engine
	gate chan struct{}
}

func (e gatedEngine) Load(ctx context.Context, path string, opts engine.LoadOptions, progress func(float64)) (engine.ModelInfo, error) {
	select {
	case <-e.gate:
	case <-ctx.Done():
		return engine.ModelInfo{}, ctx.Err()
	}
	if fileStem(path) == "broken" {
		return engine.ModelInfo{}, errors.New("it is broken")
	}
	return e.Engine.Load(ctx, path, opts, progress)
}

// newModelBench is a bench with the models one, two and broken, of which one is
// loaded, and the gate of all that are loaded beside it.
func newModelBench(t *testing.T, script scripted.Options) (*bench, chan struct{}) {
	t.Helper()
	b := &bench{t: t}
	root := t.TempDir()
	for _, name := range []string{"one", "two", "broken"} {
		if err := scripted.WriteModel(filepath.Join(root, name+".gguf"), scripted.Plain()); err != nil {
			t.Fatal(err)
		}
	}
	settings, _, err := config.Open(filepath.Join(root, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := settings.Update(func(c *config.Config) { c.Model = filepath.Join(root, "one.gguf") }); err != nil {
		t.Fatal(err)
	}
	b.aside(settings, false)
	if b.store, err = store.Open(t.Context(), filepath.Join(root, "chats.db")); err != nil {
		t.Fatal(err)
	}
	gate := make(chan struct{})
	b.App, err = New(Options{
		Store: b.store, Config: settings, Library: library.New(library.Options{Folders: []string{root}}), Engine: scripted.New(script), Emit: b.note,
		Another: func() (engine.Engine, error) { return gatedEngine{scripted.New(scripted.Options{}), gate}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.listening(true)
	t.Cleanup(func() {
		b.Shutdown()
		b.store.Close()
	})
	b.Startup()
	return b, gate
}

// TestAReplyByAnotherModelIsWrittenByIt asks for one while the loaded model
// could answer at once.
func TestAReplyByAnotherModelIsWrittenByIt(t *testing.T) {
	b, gate := newModelBench(t, scripted.Options{})
	first := b.say(0, "Hello")
	again := func(model string) chat.Turn {
		t.Helper()
		if got := b.request("POST", "/turns/"+strconv.FormatInt(first.ID, 10)+"/regenerate", "model="+model); got.Code != 200 {
			t.Fatalf("%d: %s", got.Code, got.Body)
		}
		c, err := b.store.Chat(t.Context(), first.Chat)
		if err != nil {
			t.Fatal(err)
		}
		turn, err := b.store.Turn(t.Context(), c.Head)
		if err != nil || turn.ID == first.ID {
			t.Fatalf("%+v, %v", turn, err)
		}
		return turn
	}

	begun := again("two")
	b.until("two is being loaded", func() bool { _, _, next := b.model.current(); return strings.HasSuffix(next, "two.gguf") })
	close(gate)
	second, err := b.Await(t.Context(), begun)
	if err != nil || second.State != chat.Done || second.Stats.Model != "two" {
		t.Errorf("%+v, %v: want a reply of two", second, err)
	}
	if !b.toasted("two is loaded now") {
		t.Error("nobody said that another model is loaded")
	}

	third, err := b.Await(t.Context(), again("broken"))
	if err == nil || third.State != chat.Failed || !strings.Contains(third.Error, "broken") {
		t.Errorf("%+v, %v: want one that failed, since its model did not load", third, err)
	}
	if name := b.model.name(); name != "two" {
		t.Errorf("%s answers now, want two as before", name)
	}
}

// TestAReplyKnowsItsModelWhenAnotherTakesOver holds a reply of the first model
// until the second is loaded.
func TestAReplyKnowsItsModelWhenAnotherTakesOver(t *testing.T) {
	b, gate := newModelBench(t, scripted.Options{Fault: untilStopped()})
	_, answer, err := b.Send(t.Context(), 0, "Hello")
	if err != nil {
		t.Fatal(err)
	}
	b.until("something is written", func() bool { return len(b.replies()) > 0 })
	close(gate)
	path, err := b.opts.Library.Resolve("two")
	if err != nil {
		t.Fatal(err)
	}
	b.model.open(path)
	b.until("two is loaded", func() bool { return b.model.name() == "two" })
	b.Stop(answer.Chat)
	if answer, err = b.Await(t.Context(), answer); err != nil || answer.Stats.Model != "one" {
		t.Errorf("the reply of one says that %q wrote it (%v)", answer.Stats.Model, err)
	}
}

func (b *bench) toasted(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if toast, is := e.data.(toastView); is && strings.Contains(toast.Text, text) {
			return true
		}
	}
	return false
}
