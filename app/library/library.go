// Package library knows which model files are on this machine, and finds the
// one that is meant.
//
// It looks, in this order, at the file that NOTSO_MODEL names and into a list
// of folders, not below them. It judges a file by its name and, through
// Options.Describe, by its header; whether llama.cpp can load it is for the
// engine to say. A Library remembers nothing, so that a file put into a folder
// is there at once, and all methods may be called concurrently.
package library

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNone: there is no model file. Errors that wrap it say how to get one.
var ErrNone = errors.New("no model file was found")

// Options say where to look.
type Options struct {
	Chosen  string   // value of NOTSO_MODEL: a path or a name; "" for none
	Folders []string // see Folders

	// Describe reads a file's header. Its error says why the file is no model.
	// Nil: files are known by name and size alone.
	Describe func(path string) (Info, error)
}

// Info is what a file's header tells.
type Info struct {
	Title          string `json:"title"` // such as "SmolLM3 3B"
	Architecture   string `json:"architecture"`
	Quantisation   string `json:"quantisation"`
	Parameters     int64  `json:"parameters"`
	TrainedContext int    `json:"trained_context"` // tokens
}

// Model is one model on disk, which may be split into several files.
type Model struct {
	Name      string `json:"name"` // of the file, without part number and ".gguf"
	Path      string `json:"path"` // of the first part
	SizeBytes int64  `json:"size_bytes"`
	Parts     int    `json:"parts"`
	Info
	Problem string `json:"problem,omitempty"` // a clause saying why it cannot be used
}

// Library finds models.
type Library struct {
	opts Options
}

// New returns a Library. It looks at nothing yet.
func New(opts Options) *Library { return &Library{opts} }

// Folders are the places for models: models, which is the user's own, then the
// folder "models" beside the program, then that of the source tree when the
// program was built in one (build/bin below it). program is its path, "" when
// that is not known.
func Folders(models, program string) []string {
	if program == "" {
		return []string{models}
	}
	beside := filepath.Dir(program)
	folders := []string{models, filepath.Join(beside, "models")}
	if filepath.Base(beside) == "bin" && filepath.Base(filepath.Dir(beside)) == "build" {
		folders = append(folders, filepath.Join(beside, "..", "..", "models"))
	}
	return folders
}

// List describes every model, those of the first folder first, by name.
// A folder that does not exist is empty; one that cannot be read is an error.
func (l *Library) List() ([]Model, error) {
	models, err := l.find()
	for i := range models {
		l.describe(&models[i])
	}
	return models, err
}

// Look describes the model that the file at path holds or is a part of, in a
// folder of the library or not.
func (l *Library) Look(path string) Model {
	m := scanFile(path)
	if _, ok := file(m.Path); !ok && m.Problem == "" {
		m.Problem = "there is no such file"
	}
	l.describe(&m)
	return m
}

// Glance is Look by name and size alone.
func (l *Library) Glance(path string) Model { return scanFile(path) }

// Pick returns the path of the model to start with: the one that NOTSO_MODEL
// names, else the preferred one (a path or a name, may be empty), else a
// SmolLM3, else the first that is fit for use. A preferred model that is gone
// is passed over; one that NOTSO_MODEL names must be there.
// Errors: *NotFoundError, ErrNone wrapped with what to do.
func (l *Library) Pick(preferred string) (string, error) {
	if l.opts.Chosen != "" {
		path, err := l.Resolve(l.opts.Chosen)
		if err != nil {
			return "", fmt.Errorf("NOTSO_MODEL: %w", err)
		}
		return path, nil
	}
	if preferred != "" {
		if path, err := l.Resolve(preferred); err == nil {
			return path, nil
		}
	}
	models, err := l.find()
	slices.SortStableFunc(models, func(a, b Model) int { return rank(a) - rank(b) })
	for _, m := range models {
		if l.describe(&m); m.Problem == "" {
			return m.Path, nil
		}
	}
	if err != nil {
		return "", err
	}
	return "", fmt.Errorf("%w: fetch one with notso models pull smollm3-3b, put a GGUF file into %s, or set NOTSO_MODEL to the path of one",
		ErrNone, l.own())
}

// rank puts the models that this program is made for first.
func rank(m Model) int {
	if strings.Contains(strings.ToLower(m.Name), "smollm3") {
		return 0
	}
	return 1
}

// describe fills in what the header tells.
func (l *Library) describe(m *Model) {
	if l.opts.Describe == nil || m.Problem != "" {
		return
	}
	info, err := l.opts.Describe(m.Path)
	if err != nil {
		m.Problem = strings.TrimPrefix(err.Error(), m.Path+": ")
		return
	}
	m.Info = info
}

// own is the user's folder, for sentences.
func (l *Library) own() string {
	if len(l.opts.Folders) == 0 {
		return "the models folder"
	}
	return l.opts.Folders[0]
}

// find lists the models by name and size alone.
func (l *Library) find() ([]Model, error) {
	var models []Model
	var errs []error
	add := func(found ...Model) {
		for _, m := range found {
			if !slices.ContainsFunc(models, func(known Model) bool { return same(known.Path, m.Path) }) {
				models = append(models, m)
			}
		}
	}
	if path, ok := file(l.opts.Chosen); ok {
		add(scanFile(path))
	}
	for _, folder := range l.opts.Folders {
		found, err := scan(folder)
		add(found...)
		errs = append(errs, err)
	}
	return models, errors.Join(errs...)
}

// same tells whether two paths lead to one file.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}
