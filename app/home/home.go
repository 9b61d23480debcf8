// Package home says where the app keeps its things, and sees to it that one
// data folder has one owner.
//
// Four folders follow the XDG rules (on Windows and macOS their counterparts):
// config, data, cache and state. NOTSO_HOME, when set, moves all four under
// one folder, for portable use and for tests. Find reads the environment on
// each call; it is called once, at start, and not concurrently. Acquire takes
// the lock that must be held before the database is opened for writing;
// readers need none.
package home

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
)

// Paths are absolute. The folders exist; the files may not.
type Paths struct {
	Config string // folder
	Data   string // folder
	Cache  string // folder; may be emptied at any time
	State  string // folder

	ConfigFile string // settings
	Passages   string // folder: texts for /quote
	Prompts    string // folder: the user's own prompts
	Database   string // the chats
	Models     string // folder: GGUF files
	KV         string // folder: snapshots of evaluated prompts
	Log        string
	Geometry   string // size and place of the window
	Lock       string // see Acquire
}

// Find works out the paths and creates the folders that are missing, readable
// by their owner alone.
func Find() (Paths, error) {
	p, err := Locate()
	if err != nil {
		return Paths{}, err
	}
	for _, dir := range []string{p.Config, p.Data, p.Cache, p.State, p.Passages, p.Prompts, p.Models, p.KV} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return Paths{}, fmt.Errorf("create the folder %s: %w", dir, err)
		}
	}
	return p, nil
}

// Locate works out the paths and creates nothing.
func Locate() (Paths, error) {
	if root := os.Getenv("NOTSO_HOME"); root != "" {
		dir, err := filepath.Abs(root)
		if err != nil {
			return Paths{}, fmt.Errorf("NOTSO_HOME %q: %w", root, err)
		}
		return under(filepath.Join(dir, "config"), filepath.Join(dir, "data"),
			filepath.Join(dir, "cache"), filepath.Join(dir, "state")), nil
	}
	xdg.Reload() // it reads the environment when the program starts, which is too early for tests
	return under(filepath.Join(xdg.ConfigHome, "notso"), filepath.Join(xdg.DataHome, "notso"),
		filepath.Join(xdg.CacheHome, "notso"), filepath.Join(xdg.StateHome, "notso")), nil
}

// under names everything inside the four folders. No two names are equal: on
// Windows the folders themselves may be.
func under(config, data, cache, state string) Paths {
	return Paths{
		Config: config, Data: data, Cache: cache, State: state,
		ConfigFile: filepath.Join(config, "config.json"),
		Passages:   filepath.Join(config, "passages"),
		Prompts:    filepath.Join(config, "prompts"),
		Database:   filepath.Join(data, "chats.db"),
		Models:     filepath.Join(data, "models"),
		KV:         filepath.Join(cache, "kv"),
		Log:        filepath.Join(state, "notso.log"),
		Geometry:   filepath.Join(state, "window.json"),
		Lock:       filepath.Join(data, "notso.lock"),
	}
}
