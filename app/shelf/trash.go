package shelf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// trashKept is how long what another run removed can still be brought back.
const trashKept = 24 * time.Hour

// trash is the folder of removed models. It lies beside the models, so that
// moving a file there takes no time and no room.
func (s *Shelf) trash() string { return filepath.Join(s.opts.Folder, ".trash") }

// Remove takes a model off the shelf into the trash. A file of another program
// loses its link and nothing else. Errors: ErrNotOwn.
func (s *Shelf) Remove(path string) error {
	if !s.owns(path) {
		return ErrNotOwn
	}
	m := s.opts.Library.Look(path)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(s.trash(), 0o700); err != nil {
		return fmt.Errorf("remove %s: %w", m.Name, err)
	}
	dir, err := os.MkdirTemp(s.trash(), fmt.Sprintf("%d-", s.opts.Now().Unix()))
	if err != nil {
		return fmt.Errorf("remove %s: %w", m.Name, err)
	}
	s.removed = append(s.removed, dir)
	return move(m.Files(), dir)
}

// Restore brings the model of that file name back from the trash, the one that
// was removed last. Errors: ErrGone, ErrTaken.
func (s *Shelf) Restore(name string) (path string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dirs, _ := filepath.Glob(filepath.Join(s.trash(), "*"))
	slices.Sort(dirs)
	for _, dir := range slices.Backward(dirs) {
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		slices.Sort(files)
		if len(files) == 0 || s.opts.Library.Look(files[0]).Name != strings.TrimSuffix(name, ".gguf") {
			continue
		}
		for _, f := range files {
			if _, err := os.Lstat(filepath.Join(s.opts.Folder, filepath.Base(f))); err == nil {
				return "", ErrTaken
			}
		}
		if err := move(files, s.opts.Folder); err != nil {
			return "", err
		}
		os.Remove(dir)
		s.removed = slices.DeleteFunc(s.removed, func(other string) bool { return other == dir })
		return filepath.Join(s.opts.Folder, filepath.Base(files[0])), nil
	}
	return "", ErrGone
}

// ErrGone: the trash no longer has the model.
var ErrGone = errors.New("this model is no longer in the trash")

// move puts files into a folder, all of them or none.
func move(files []string, folder string) error {
	for i, f := range files {
		if err := os.Rename(f, filepath.Join(folder, filepath.Base(f))); err != nil {
			for _, back := range files[:i] {
				os.Rename(filepath.Join(folder, filepath.Base(back)), back)
			}
			return fmt.Errorf("move %s: %w", filepath.Base(f), err)
		}
	}
	return nil
}

// sweep empties the trash of what was put there long ago.
func (s *Shelf) sweep() {
	dirs, _ := filepath.Glob(filepath.Join(s.trash(), "*"))
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err == nil && s.opts.Now().Sub(info.ModTime()) > trashKept {
			os.RemoveAll(dir)
		}
	}
}
