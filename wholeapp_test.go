package main

import (
	"os"
	"path/filepath"
	"testing"

	"notso/app"
	"notso/app/home"
	"notso/app/webtest"
)

// starterFile is the starter model, as make test fetches it.
const starterFile = "models/SmolLM2-135M-Instruct.Q4_1.gguf"

// whole is the program as its window has it, with its folders, settings and
// worker, in a headless browser.
type whole struct {
	*app.App
	*parts
	paths home.Paths
	page  *webtest.Page
}

// openWhole opens it on an empty home with those settings, and with the starter
// model linked under the name "starter".
func openWhole(t *testing.T, settings string) *whole {
	t.Helper()
	t.Setenv("NOTSO_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("NOTSO_MODEL", "")
	t.Setenv("NOTSO_ENGINE_LIB", engineLibraries(t))
	t.Setenv(roleVariable, workerRole) // of the processes that this one starts
	paths, err := home.Find()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(paths.ConfigFile, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	starter, err := filepath.Abs(starterFile)
	if err == nil {
		err = os.MkdirAll(paths.Models, 0o700)
	}
	if err == nil {
		err = os.Symlink(starter, filepath.Join(paths.Models, "starter.gguf"))
	}
	if err != nil {
		t.Fatal(err)
	}
	w := &whole{paths: paths}
	if w.parts, err = open(t.Context(), paths, "", true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.parts.Close() })
	var server *webtest.Server
	w.parts.Emit = func(event string, data any) { server.Emit(event, data) }
	if w.App, err = app.New(w.parts.Options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.App.Shutdown)
	server = webtest.NewServer(t, w.App.Handler())
	w.App.Startup()
	w.page = webtest.NewBrowser(t).Open(t, server)
	w.page.Until(`document.querySelector('.pill[data-state=ready]')`)
	return w
}
