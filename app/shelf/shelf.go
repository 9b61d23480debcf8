// Package shelf is the models folder as people see it: what is on it, where more
// comes from, and what may be done with it.
//
// It puts together what others know: package library finds the files, fetch
// downloads them, hub says what a repository holds. Its own are the records of
// each model (where it came from, when it was last used, how fast it was), the
// links to files of other programs, and the trash, out of which a removed model
// comes back until the program ends.
//
// The shelf never copies, changes or deletes a file outside the models folder:
// such a file is linked, and removing it removes the link. All methods may be
// called concurrently.
package shelf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"notso/app/fetch"
	"notso/app/hub"
	"notso/app/library"
)

// Options are the settings of a Shelf.
type Options struct {
	Folder  string           // the user's models folder
	Records string           // path of the file of records
	Library *library.Library // finds the files; the Shelf does not own it

	Catalogue library.Catalogue // empty is the built-in one

	Mirror string                     // see hub.New; "" is the hub itself
	Rate   int64                      // of all downloads together, in bytes a second; 0 is no limit
	Token  func(origin string) string // see fetch.ClientOptions
	Agent  string                     // names this program to the hub
	Now    func() time.Time           // nil is time.Now

	Patient bool // see fetch.Options
}

// Shelf is the models folder and everything around it.
type Shelf struct {
	opts      Options
	client    *fetch.Client
	downloads *fetch.Manager
	hub       atomic.Pointer[hub.Hub]

	watcher atomic.Pointer[func(fetch.Progress)]

	mu      sync.Mutex // over the records and the trash
	removed []string   // folders in the trash that this run filled
}

// Open returns the shelf. What other runs left in the trash goes a day after
// it was put there; downloads that they left wait for Downloads().Continue.
func Open(opts Options) (*Shelf, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if len(opts.Catalogue.Models) == 0 {
		opts.Catalogue = library.BuiltIn()
	}
	trusted, err := hub.Trusted(opts.Mirror)
	if err != nil {
		return nil, err
	}
	s := &Shelf{opts: opts}
	s.client = fetch.NewClient(fetch.ClientOptions{Policy: fetch.Policy{Trusted: trusted}, Token: opts.Token, Agent: opts.Agent})
	s.hub.Store(hub.New(s.client, opts.Mirror))
	s.downloads, err = fetch.Open(fetch.Options{Folder: opts.Folder, Client: s.client, Rate: opts.Rate, Changed: s.changed, Patient: opts.Patient})
	if err != nil {
		return nil, err
	}
	s.sweep()
	return s, nil
}

// Watch lets one function hear of the downloads, see fetch.Options.Changed.
func (s *Shelf) Watch(changed func(fetch.Progress)) { s.watcher.Store(&changed) }

func (s *Shelf) changed(p fetch.Progress) {
	if told := s.watcher.Load(); told != nil {
		(*told)(p)
	}
}

// Downloads are those into the folder.
func (s *Shelf) Downloads() *fetch.Manager { return s.downloads }

// Catalogue is the list of models that are known to work well.
func (s *Shelf) Catalogue() library.Catalogue { return s.opts.Catalogue }

// Hub is where more models are.
func (s *Shelf) Hub() *hub.Hub { return s.hub.Load() }

// SetMirror has another server stand in for the hub from now on, as
// Options.Mirror; "" is the hub itself. Downloads from the mirror before stop if
// the open network does not have it.
func (s *Shelf) SetMirror(mirror string) error {
	trusted, err := hub.Trusted(mirror)
	if err != nil {
		return err
	}
	s.client.SetPolicy(fetch.Policy{Trusted: trusted})
	s.hub.Store(hub.New(s.client, mirror))
	return nil
}

// Close ends the downloads, which go on when the shelf is opened again, and
// empties the trash of what this run put there.
func (s *Shelf) Close() error {
	errs := []error{s.downloads.Close()}
	s.client.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, dir := range s.removed {
		errs = append(errs, os.RemoveAll(dir))
	}
	s.removed = nil
	os.Remove(s.trash()) // where it is empty
	return errors.Join(errs...)
}

// Keep leaves what this run removed in the trash when it ends, for those who
// come after it: see Restore.
func (s *Shelf) Keep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removed = nil
}

// Folder is where the models are.
func (s *Shelf) Folder() string { return s.opts.Folder }

// Item is a model on the shelf.
type Item struct {
	library.Model
	Record
	Own    bool `json:"own"`    // stands in the models folder, so it can be renamed and removed
	Linked bool `json:"linked"` // is a file of another program
}

// Items lists the models, as library.List does.
func (s *Shelf) Items() ([]Item, error) {
	models, err := s.opts.Library.List()
	records := s.records()
	items := make([]Item, len(models))
	for i, m := range models {
		items[i] = Item{Model: m, Record: records[s.key(m.Path)], Own: s.owns(m.Path), Linked: isLink(m.Path)}
		if e, ok := s.entry(m.Name, items[i].Record); ok {
			items[i].Licence = first(items[i].Licence, e.Licence)
		}
	}
	return items, err
}

// Entry returns what the catalogue says of the model at path: it is known by its
// file's name, or, when that was changed, by where it was fetched from.
func (s *Shelf) Entry(path string) (library.Entry, bool) {
	return s.entry(s.opts.Library.Glance(path).Name, s.records()[s.key(path)])
}

func (s *Shelf) entry(name string, r Record) (library.Entry, bool) {
	if e, ok := s.opts.Catalogue.OfModel(name); ok {
		return e.As(name), true
	}
	for _, e := range s.opts.Catalogue.Models {
		for _, f := range e.Files {
			if r.SHA256 != "" && r.SHA256 == f.SHA256 || r.Source != "" && r.Source == f.Repository {
				return e.As(name), true
			}
		}
	}
	return library.Entry{}, false
}

// Find returns the model that a person names by path or name.
// Errors: *library.NotFoundError.
func (s *Shelf) Find(name string) (Item, error) {
	path, err := s.opts.Library.Resolve(name)
	if err != nil {
		return Item{}, err
	}
	items, err := s.Items()
	for _, i := range items {
		if i.Path == path {
			return i, nil
		}
	}
	if err != nil {
		return Item{}, err
	}
	m := s.opts.Library.Look(path)
	return Item{Model: m, Record: s.records()[s.key(path)], Linked: isLink(path)}, nil
}

// OfFile returns the model that a file of the folder holds or is a part of.
// Errors: *library.NotFoundError.
func (s *Shelf) OfFile(name string) (Item, error) { return s.Find(s.path(name)) }

// path is where a file of the shelf stands.
func (s *Shelf) path(name string) string {
	path, err := filepath.Abs(filepath.Join(s.opts.Folder, name))
	if err != nil {
		return filepath.Join(s.opts.Folder, name)
	}
	return path
}

// owns tells whether the file stands in the models folder itself.
func (s *Shelf) owns(path string) bool {
	folder, err := filepath.Abs(s.opts.Folder)
	return err == nil && filepath.Dir(path) == folder
}

// Rename gives a model another name. Errors: ErrNotOwn, ErrName, ErrTaken.
func (s *Shelf) Rename(path, name string) (renamed string, err error) {
	name = strings.TrimSuffix(strings.TrimSpace(name), ".gguf")
	if !fetch.GoodName(name + ".gguf") {
		return "", ErrName
	}
	if !s.owns(path) {
		return "", ErrNotOwn
	}
	parts := s.opts.Library.Look(path).Files()
	old := s.opts.Library.Look(path).Name
	targets := make([]string, len(parts))
	for i, part := range parts {
		targets[i] = filepath.Join(s.opts.Folder, name+strings.TrimPrefix(filepath.Base(part), old))
		if _, err := os.Lstat(targets[i]); err == nil {
			return "", ErrTaken
		}
	}
	for i, part := range parts {
		if err := os.Rename(part, targets[i]); err != nil {
			for j := range i { // all or nothing
				os.Rename(targets[j], parts[j])
			}
			return "", fmt.Errorf("rename %s: %w", old, err)
		}
	}
	s.moveRecord(s.key(path), s.key(targets[0]))
	return targets[0], nil
}

var (
	// ErrNotOwn: the file stands elsewhere, so it is not ours to change.
	ErrNotOwn = errors.New("this file is not in the models folder, so it is left as it is")

	// ErrName: no file should be called so.
	ErrName = errors.New("a model's name has letters, digits, dots, dashes and underscores, and at most 150 of them")

	// ErrTaken: another model has that name.
	ErrTaken = errors.New("there is already a model of that name")
)

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

func first[T comparable](values ...T) T {
	var zero T
	if i := slices.IndexFunc(values, func(v T) bool { return v != zero }); i >= 0 {
		return values[i]
	}
	return zero
}
