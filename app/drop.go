package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"notso/app/library"
	"notso/app/shelf"
)

// How far into a folder models are looked for, and how many are taken at once:
// a model's folder holds a handful, a whole disk would be a mistake.
const (
	dropDepth = 3
	dropMost  = 200
)

// Drop takes what was dropped on the window: models onto the shelf, everything
// else as files of the next message. It says in a sentence what it did not take.
func (a *App) Drop(paths []string) {
	paths, refused := a.importDropped(paths)
	chatID := a.shown()
	for _, path := range paths {
		if _, err := a.Attach(a.ctx, chatID, path); err != nil {
			refused = append(refused, refusal{filepath.Base(path), err})
		}
	}
	if len(paths) > 0 {
		a.opts.Emit("refresh", refreshEvent{What: "attachments", Chat: chatID})
	}
	a.tellRefused(refused)
}

// refusal is something that was dropped and not taken.
type refusal struct {
	name string
	err  error
}

// importDropped links the model files among paths, and those in folders. What is
// no model at all is for others.
func (a *App) importDropped(paths []string) (rest []string, refused []refusal) {
	var taken []library.Model
	seen := map[string]bool{} // models, since the parts of one often come together
	for _, path := range paths {
		files := modelFiles(path)
		if len(files) == 0 || a.opts.Shelf == nil {
			rest = append(rest, path)
		}
		for _, file := range files {
			first := a.opts.Library.Glance(file).Path
			if a.opts.Shelf == nil || seen[first] {
				continue
			}
			seen[first] = true
			m, err := a.opts.Shelf.Import(file, "")
			switch {
			case errors.Is(err, shelf.ErrThere) && len(files) > 1: // the folder was dropped before
			case err != nil:
				refused = append(refused, refusal{filepath.Base(file), err})
			default:
				taken = append(taken, m)
			}
		}
	}
	if len(taken) > 0 {
		a.modelsChanged()
		text := a.brought(taken[0])
		if len(taken) > 1 {
			var names []string
			for _, m := range taken {
				names = append(names, m.Name)
			}
			text = a.say("models.imported_more", a.language().Number(len(taken)), strings.Join(names, ", "))
		}
		a.toast(toastView{Text: text, Kind: "info"})
	}
	return rest, refused
}

// modelFiles is path if it is called like a model, or what is in there if it is a
// folder.
func modelFiles(path string) (files []string) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		if isModelName(path) {
			files = append(files, path)
		}
		return files
	}
	_ = filepath.WalkDir(path, func(at string, e fs.DirEntry, err error) error { // what cannot be read holds none
		below, _ := filepath.Rel(path, at)
		switch {
		case err != nil, e.IsDir() && below != "." && strings.Count(below, string(filepath.Separator)) >= dropDepth:
			return fs.SkipDir
		case len(files) == dropMost:
			return fs.SkipAll
		case !e.IsDir() && isModelName(at):
			files = append(files, at)
		}
		return nil
	})
	return files
}

func isModelName(path string) bool { return strings.EqualFold(filepath.Ext(path), ".gguf") }

// tellRefused says what was not taken, and why the first of it was not.
func (a *App) tellRefused(refused []refusal) {
	if len(refused) == 0 {
		return
	}
	text := a.sentence(refused[0].err)
	if n := len(refused); n > 1 {
		var names []string
		for _, r := range refused {
			names = append(names, r.name)
		}
		text = a.say("models.not_taken", a.language().Number(n), shorten(strings.Join(names, ", "), 200), text)
	}
	a.toast(toastView{Text: text, Kind: "error"})
}
