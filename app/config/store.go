package config

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
)

// Store shares the settings of a running app. All methods may be called
// concurrently.
type Store struct {
	path string
	say  func(Config, string) string // nil: in English

	mu     sync.Mutex
	now    Config
	known  fs.FileInfo // of the file that now came from or went to; nil for none
	missed *missed     // what Update found in the file, for Reload to tell; nil for nothing
}

// missed is an edit of the file that was read before Reload looked.
type missed struct {
	before   Config
	warnings []string
	changed  bool
}

// ValueError says that a setting cannot have a value.
type ValueError struct {
	Key     string
	Given   string
	Allowed string // "a number from 0 to 2"
}

func (e *ValueError) Error() string { return fmt.Sprintf("%s is %q", e.Key, e.Given) }

// Open loads the settings at path; see Load for the warnings and the error.
// The Store works in every case: with an error, it starts from the defaults.
func Open(path string) (*Store, []string, error) {
	s := &Store{path: path, known: look(path)}
	c, warnings, err := Load(path)
	s.now = c
	return s, warnings, err
}

// Speak lets say put the comments of a file that is written anew into the
// language that the settings name. It is called before the Store is shared.
func (s *Store) Speak(say func(c Config, english string) string) { s.say = say }

func (s *Store) in(c Config) func(string) string {
	return func(text string) string {
		if s.say == nil {
			return text
		}
		return s.say(c, text)
	}
}

// Path is where the settings are kept.
func (s *Store) Path() string { return s.path }

// Get returns the settings as they are now.
func (s *Store) Get() Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Update lets change edit the settings and saves them. Nothing has changed
// when it returns an error. What somebody changed in the file meanwhile counts.
// change must not call the Store.
func (s *Store) Update(change func(*Config)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notice()
	next := s.now
	change(&next)
	if err := write(s.path, next, s.in(next)); err != nil {
		return err
	}
	s.now, s.known = next, look(s.path)
	return nil
}

// Set changes one setting to the value that text stands for: "" unsets what
// may be unset.
// Errors: *ValueError.
func (s *Store) Set(name, text string) error {
	k, known := FindKey(name)
	if !known {
		return fmt.Errorf("there is no setting %q to be set", name)
	}
	scratch := Default()
	if err := k.Put(&scratch, text); err != nil {
		return err
	}
	return s.Update(func(c *Config) { k.Put(c, text) })
}

// Reload reads the file again if it has changed since it was read or written.
// changed tells whether any setting is another now. A file that is not valid
// leaves the settings as they are, and the warning says so; it is told once. What
// Update found in the file is told here, too.
func (s *Store) Reload() (before, after Config, warnings []string, changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notice()
	if m := s.missed; m != nil {
		s.missed = nil
		return m.before, s.now, m.warnings, m.changed
	}
	return s.now, s.now, nil, false
}

// notice reads the file if somebody changed it, and keeps what is to be told.
func (s *Store) notice() {
	before := s.now
	warnings, changed := s.reload()
	if !changed && len(warnings) == 0 {
		return
	}
	if s.missed == nil {
		s.missed = &missed{before: before}
	}
	s.missed.warnings = append(s.missed.warnings, warnings...)
	s.missed.changed = s.missed.changed || changed
}

func (s *Store) reload() (warnings []string, changed bool) {
	found := look(s.path)
	if found == nil || same(found, s.known) {
		return nil, false
	}
	data, err := read(s.path)
	if err != nil {
		return nil, false // it is on its way; a later look will tell
	}
	s.known = found
	next, warnings, err := parse(data)
	if err != nil {
		return []string{fmt.Sprintf("The settings file was changed but is not valid (%v); the settings stay as they were.", err)}, false
	}
	s.now = next
	return warnings, true
}

// look describes the file at path, nil when there is none.
func look(path string) fs.FileInfo {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return info
}

func same(a, b fs.FileInfo) bool {
	return a != nil && b != nil && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && os.SameFile(a, b)
}

// Text is the value of the setting in c as people type it, "" when it is unset.
func (k Key) Text(c Config) string {
	values, err := c.values()
	if err != nil {
		return ""
	}
	value := values[k.Name]
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text // null too: it leaves text empty
	}
	return string(value)
}

// json is what text stands for; nil unsets the setting.
func (k Key) json(text string) (json.RawMessage, bool) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" && k.Open {
		return nil, true
	}
	switch {
	case k.Kind == Text || k.Kind == Choice && k.Name != "font_size":
		value, err := json.Marshal(text)
		return value, err == nil
	case k.Kind == Decimal:
		trimmed = strings.Replace(trimmed, ",", ".", 1) // as many people write it
		n, err := strconv.ParseFloat(trimmed, 64)
		if err != nil {
			return nil, false
		}
		value, err := json.Marshal(n)
		return value, err == nil
	}
	return json.RawMessage(trimmed), json.Valid([]byte(trimmed))
}

// Put sets the setting in c to the value that text stands for, as Store.Set.
// Errors: *ValueError; c is then as it was.
func (k Key) Put(c *Config, text string) error {
	value, ok := k.json(text)
	if !ok || k.Kind == Table || value != nil && !k.set(c, value) {
		return &ValueError{Key: k.Name, Given: text, Allowed: k.Allowed}
	}
	if value == nil {
		k.Copy(c, Config{})
	}
	return nil
}

// Copy gives the setting in c the value that it has in from.
func (k Key) Copy(c *Config, from Config) {
	values, err := c.values()
	if err != nil {
		return
	}
	theirs, err := from.values()
	if err != nil {
		return
	}
	values[k.Name] = theirs[k.Name]
	var next Config
	for _, other := range Keys() {
		switch v := values[other.Name]; {
		case string(v) == "null":
		case other.Kind == Table:
			other.read(&next, v)
		default:
			other.set(&next, v)
		}
	}
	*c = next
}
