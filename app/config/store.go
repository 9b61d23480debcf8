package config

import "sync"

// Store shares the settings of a running app. All methods may be called
// concurrently.
type Store struct {
	path string

	mu  sync.Mutex
	now Config
}

// Open loads the settings at path; see Load for the warnings and the error.
// The Store works in every case: with an error, it starts from the defaults.
func Open(path string) (*Store, []string, error) {
	c, warnings, err := Load(path)
	return &Store{path: path, now: c}, warnings, err
}

// Get returns the settings as they are now.
func (s *Store) Get() Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Update lets change edit the settings and saves them. Nothing has changed
// when it returns an error. change must not call the Store.
func (s *Store) Update(change func(*Config)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.now
	change(&next)
	if err := Save(s.path, next); err != nil {
		return err
	}
	s.now = next
	return nil
}
