package shelf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"notso/app/fetch"
	"notso/app/library"
	"notso/engine"
)

// Import puts the model at path on the shelf without copying it: by a link,
// which works on. name is what to call it, "" for the file's own name. All
// parts of a split model come along. The file must pass the check first.
// Errors: *engine.ModelFileError, ErrTaken, ErrThere, ErrName.
func (s *Shelf) Import(path, name string) (library.Model, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return library.Model{}, err
	}
	m := s.opts.Library.Look(path)
	if s.owns(m.Path) {
		return m, ErrThere
	}
	if m.Problem != "" {
		return m, &engine.ModelFileError{Path: path, Reason: m.Problem}
	}
	if models, err := s.opts.Library.List(); err == nil {
		for _, known := range models {
			if sameFile(known.Path, m.Path) {
				return known, ErrThere
			}
		}
	}
	name = first(name, goodStem(m.Name))
	if !fetch.GoodName(name + ".gguf") {
		return m, ErrName
	}
	files := m.Files()
	targets := make([]string, len(files))
	for i, f := range files {
		behind := strings.TrimPrefix(filepath.Base(f), m.Name)
		if len(files) == 1 {
			behind = ".gguf" // such as of a blob, which has no ending
		}
		targets[i] = filepath.Join(s.opts.Folder, name+behind)
		if _, err := os.Lstat(targets[i]); err == nil {
			return m, ErrTaken
		}
	}
	for i, f := range files {
		if err := link(f, targets[i]); err != nil {
			for _, made := range targets[:i] {
				os.Remove(made)
			}
			return m, fmt.Errorf("link %s: %w", filepath.Base(f), err)
		}
	}
	return s.opts.Library.Look(targets[0]), nil
}

// ErrThere: the model is already on the shelf.
var ErrThere = errors.New("this model is already on the shelf")

// link makes a symbolic link, or where the system lets nobody do that, as
// Windows often does, a second name for the same file.
func link(file, at string) error {
	err := os.Symlink(file, at)
	if err != nil && os.Link(file, at) == nil {
		return nil
	}
	return err
}

func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// goodStem makes a file's name one that the shelf takes.
func goodStem(name string) string {
	name = regexp.MustCompile(`[^A-Za-z0-9._-]+`).ReplaceAllString(name, "-")
	return strings.TrimLeft(name, ".-_")
}
