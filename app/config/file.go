package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxSize of config.json in bytes: far above any real one, far below trouble.
const maxSize = 1 << 20

// Load reads the settings at path; a missing file means the defaults. The
// warnings are sentences for people. A file that is no JSON object gives the
// defaults and a warning; the error is for a file that cannot be read, and
// comes with the defaults too.
func Load(path string) (Config, []string, error) {
	data, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Default(), nil, nil
	}
	if err != nil {
		return Default(), nil, fmt.Errorf("read the settings: %w", err)
	}
	c, warnings, err := parse(data)
	if err != nil {
		return Default(), []string{fmt.Sprintf(
			"The settings in %s are not valid JSON (%v); the defaults are used, and the file is set aside when a setting changes.", path, err)}, nil
	}
	return c, warnings, nil
}

// Save writes the settings to path, the whole file or nothing. Keys that this
// version does not know stay as they are. A file that is no JSON object is
// renamed to end in ".bad", so that nobody's edits are lost.
func Save(path string, c Config) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link to a file kept elsewhere stays a link
	}
	object, err := existing(path)
	if err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	for _, k := range schema() {
		delete(object, k.name)
	}
	known, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	if err := json.Unmarshal(known, &object); err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	data, err := json.MarshalIndent(object, "", "\t")
	if err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	if len(data) >= maxSize {
		return fmt.Errorf("save the settings: %d bytes are more than the %d that are read again", len(data), maxSize)
	}
	if err := replace(path, append(data, '\n')); err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	return nil
}

// existing is the object in the file at path, empty when there is none.
func existing(path string) (map[string]json.RawMessage, error) {
	data, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]json.RawMessage{}, nil
	}
	if err == nil {
		object, err := parseObject(data)
		if err == nil {
			return object, nil
		}
	}
	if err := os.Rename(path, path+".bad"); err != nil {
		return nil, err
	}
	return map[string]json.RawMessage{}, nil
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxSize {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxSize)
	}
	return data, nil
}

// replace puts data in the place of the file at path, synced before it gets
// the name.
func replace(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
