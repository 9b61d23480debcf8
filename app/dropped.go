package app

import (
	"context"
	"os"
	"path/filepath"
	"slices"
)

// Dropped keeps what was dropped on the window until the page says what took it:
// the web view shows the page what is dragged, but hands the files to the app.
func (a *App) Dropped(paths []string) {
	paths = slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return path == "" }) // a link is no file
	if len(paths) == 0 {
		return
	}
	a.mu.Lock()
	a.dropped = paths
	a.mu.Unlock()
	a.opts.Emit("dropped", nil)
}

// postDropped takes what was dropped last: as chats to import, of which it shows
// the preview, or as Drop does.
func (a *App) postDropped(ctx context.Context, r request) (answer, error) {
	a.mu.Lock()
	paths := a.dropped
	a.dropped = nil
	a.mu.Unlock()
	if r.FormValue("as") != "chats" {
		a.Drop(paths)
		return answer{}, nil
	}
	var id int64
	var refused []refusal
	for _, path := range paths {
		read, err := a.readImportAt(id, path)
		if err != nil {
			refused = append(refused, refusal{filepath.Base(path), err})
			continue
		}
		id = read
	}
	a.tellRefused(refused)
	if id == 0 {
		return answer{}, nil
	}
	view, err := a.previewImport(ctx, id)
	return show(fragment{Name: "import.html", View: view}), err
}

// readImportAt is readImport for the file at path.
func (a *App) readImportAt(to int64, path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return a.readImport(to, f)
}
