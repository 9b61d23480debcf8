package app

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"notso/app/cli/clitest"
	"notso/app/config"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/store"
	"notso/app/webtest"
	"notso/engine"
	"notso/engine/fit"
	"notso/engine/gguf"
	"notso/engine/inspect"
	"notso/engine/scripted"
)

// shelfBench is a bench with a shelf and a hub beside it: hub/OWNER/NAME/FILE
// below its root.
type shelfBench struct {
	*bench
	root string
}

// openShelfWindow shows the app of newShelfBench.
func openShelfWindow(t *testing.T, browser *webtest.Browser, half bool, files ...string) (*shelfBench, *webtest.Page) {
	t.Helper()
	b := newShelfBench(t, half, files...)
	server := webtest.NewServer(t, b.Handler())
	b.onEach = func(e event) { server.Emit(e.name, e.data) }
	b.Startup()
	return b, browser.Open(t, server)
}

// newShelfBench makes an app whose catalogue offers one model, "Tiny", and whose
// folder holds the named files; each of them is the same scripted model.
func newShelfBench(t *testing.T, half bool, files ...string) *shelfBench {
	t.Helper()
	root := t.TempDir()
	t.Setenv("HOME", filepath.Join(root, "home"))
	b := &shelfBench{bench: &bench{t: t}, root: root}
	for _, name := range append([]string{"hub/some/Tiny-GGUF/Tiny-Q4_K_M.gguf"}, files...) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := scripted.WriteModel(path, scripted.Plain()); err != nil {
			t.Fatal(err)
		}
	}
	hub := httptest.NewServer(clitest.Hub(filepath.Join(root, "hub"), half))
	t.Cleanup(func() { hub.CloseClientConnections(); hub.Close() })
	var err error
	if b.store, err = store.Open(t.Context(), filepath.Join(root, "chats.db")); err != nil {
		t.Fatal(err)
	}
	settings, _, err := config.Open(filepath.Join(root, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	b.aside(settings, false)
	models := filepath.Join(root, "models")
	lib := library.New(library.Options{Folders: []string{models}, Describe: func(path string) (library.Info, error) {
		return library.Info{Title: "Scripted", Quantisation: "F32"}, nil
	}})
	entry := library.Entry{ID: firstModel, Name: "Tiny", Maker: "Some", Licence: "MIT", Languages: []string{"en", "fr"}, Context: 8192, Parameters: 3e9, Thinks: true,
		Summary: "For tests.", Files: []library.Source{{Quantisation: "Q4_K_M", Repository: "some/Tiny-GGUF", File: "Tiny-Q4_K_M.gguf", SizeBytes: 2_100_000},
			{Quantisation: "Q8_0", Repository: "some/Tiny-GGUF", File: "Tiny-Q8_0.gguf", SizeBytes: 4_100_000_000}}}
	box, err := shelf.Open(shelf.Options{Folder: models, Records: filepath.Join(root, "models.json"), Library: lib, Mirror: hub.URL,
		Catalogue: library.Catalogue{Models: []library.Entry{entry}}})
	if err != nil {
		t.Fatal(err)
	}
	b.App, err = New(Options{
		Store: b.store, Config: settings, Library: lib, Shelf: box, Emit: b.note,
		Engine: scripted.New(scripted.Options{}), Builtin: scripted.New(scripted.Options{}),
		Another: func() (engine.Engine, error) { return scripted.New(scripted.Options{}), nil },
		Hash:    func(path string) (string, error) { return "hash of " + filepath.Base(path), nil },
		Render: func(_ context.Context, source string, _ []byte, _ time.Time) (string, error) {
			return "rendered " + source, nil
		},
		Inspect: inspectHere, Judge: judgeHere, EnoughHeader: func(shelf.Part) error { return nil },
		Fit: func(_ library.Entry, f library.Source) engine.Fit {
			speed := 18.0
			if f.Quantisation == "Q8_0" {
				speed = 5
			}
			return engine.Fit{Kind: engine.FitsCPU, TokensPerSecond: speed, Need: engine.Need{Weights: 2e9}, RAM: 8e9, Context: 8192}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.listening(true)
	t.Cleanup(func() {
		b.Shutdown()
		box.Close()
		b.store.Close()
	})
	return b
}

// here is the machine of these tests.
func here() fit.Machine { return fit.Machine{RAM: 8e9, BytesPerSecond: 1e10} }

// inspectHere lets a file explain itself as the program does.
func inspectHere(_ context.Context, path string) (engine.Anatomy, error) {
	file, err := gguf.Check(path)
	if err != nil {
		return engine.Anatomy{}, err
	}
	a, f := inspect.File(file), fit.Judge(file, fit.Settings{}, here())
	a.Fit = &f
	return a, nil
}

// judgeHere judges the beginnings of files as the program does.
func judgeHere(_ context.Context, parts []shelf.Part) (engine.Fit, error) {
	var files []*gguf.File
	for _, p := range parts {
		file, err := gguf.ReadFrom(p.Name, p.Beginning, p.SizeBytes)
		if err != nil {
			return engine.Fit{}, err
		}
		files = append(files, file)
	}
	if err := files[0].Join(files[1:]); err != nil {
		return engine.Fit{}, err
	}
	return fit.Judge(files[0], fit.Settings{}, here()), nil
}
