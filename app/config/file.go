package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"notso/app/spelling"
)

// maxSize of config.json in bytes: far above any real one, far below trouble.
const maxSize = 1 << 20

// heading opens a file that is written anew.
const heading = "Settings of NotSo SmolLM3. The window's settings page changes this file, and the window follows when the file changes. Comments like this one stay."

// commentWidth is how long the lines of the heading are, in runes.
const commentWidth = 80

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

// Save writes the settings to path, the whole file or nothing. What is in the
// file besides stays as it is: comments, the order, and keys that this version
// does not know. A file that is no JSON object is renamed to end in ".bad", so
// that nobody's edits are lost.
func Save(path string, c Config) error {
	return write(path, c, func(text string) string { return text })
}

// write is Save with the comments of a new file as say has them.
func write(path string, c Config, say func(string) string) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link to a file kept elsewhere stays a link
	}
	doc, err := existing(path)
	if err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	values, err := c.values()
	if err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	var data []byte
	if doc.commented() {
		defaults, err := Default().values()
		if err != nil {
			return fmt.Errorf("save the settings: %w", err)
		}
		// What somebody took out of the file stays out while it is as usual.
		for name, value := range values {
			if bytes.Equal(value, defaults[name]) && !doc.has(name) {
				delete(values, name)
			}
		}
		data = doc.with(values)
	} else {
		data = anew(values, doc, say)
	}
	if len(data) >= maxSize {
		return fmt.Errorf("save the settings: %d bytes are more than the %d that are read again", len(data), maxSize)
	}
	if err := replace(path, data); err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	return nil
}

// values is every setting as JSON, null where it is unset.
func (c Config) values() (map[string]json.RawMessage, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	values := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &values); err != nil {
		return nil, err
	}
	for _, k := range Keys() {
		if _, set := values[k.Name]; !set {
			values[k.Name] = null
			if k.Kind == Whole && !k.Open {
				values[k.Name] = json.RawMessage("0")
			}
		}
	}
	return values, nil
}

// anew is a whole file: each setting below its comment, then what doc has that
// this version does not know.
func anew(values map[string]json.RawMessage, doc document, say func(string) string) []byte {
	var out bytes.Buffer
	out.WriteString(comment(say(heading)) + "{")
	comma := ""
	var group Group
	for i, k := range Keys() {
		out.WriteString(comma)
		if i > 0 && k.Group != group {
			out.WriteByte('\n')
		}
		group, comma = k.Group, ","
		allowed := ""
		if k.Kind == Choice || k.Kind == Whole || k.Kind == Decimal {
			allowed = " (" + say(k.Allowed) + ")"
		}
		fmt.Fprintf(&out, "\n\t// %s%s\n\t%q: %s", say(k.About), allowed, k.Name, pretty(values[k.Name]))
	}
	for _, m := range doc.members {
		if _, known := values[m.name]; !known {
			name, _ := json.Marshal(m.name)
			fmt.Fprintf(&out, ",\n\t%s: %s", name, pretty(doc.value(m)))
		}
	}
	out.WriteString("\n}\n")
	return out.Bytes()
}

// comment is a text as comments of one line each.
func comment(text string) string {
	var out strings.Builder
	line := "//"
	for word := range strings.FieldsSeq(text) {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > commentWidth {
			out.WriteString(line + "\n")
			line = "//"
		}
		line += " " + word
	}
	return out.String() + line + "\n"
}

func (d document) has(name string) bool {
	for _, m := range d.members {
		if m.name == name {
			return true
		}
	}
	return false
}

// parse reads the object in data over the defaults. The error is for data that
// is no JSON object at all.
func parse(data []byte) (Config, []string, error) {
	c := Default()
	doc, err := parseDocument(data)
	if err != nil {
		return c, nil, err
	}
	var warnings, names []string
	for _, k := range Keys() {
		names = append(names, k.Name)
	}
	lines := map[string]int{}
	for _, m := range doc.members {
		if line, twice := lines[m.name]; twice {
			warnings = append(warnings, fmt.Sprintf("The setting %q stands in line %d and in line %d; the last one counts.", m.name, line, m.line))
		}
		lines[m.name] = m.line
		k, known := FindKey(m.name)
		value := doc.value(m)
		switch {
		case !known:
			advice := ""
			if near := spelling.Near(m.name, names); len(near) > 0 {
				advice = fmt.Sprintf(" Perhaps %q is meant.", strings.Join(near, `" or "`))
			}
			warnings = append(warnings, fmt.Sprintf("There is no setting %q (line %d); it is ignored.%s", m.name, m.line, advice))
		case bytes.Equal(value, null):
		case k.Kind == Table:
			warnings = append(warnings, k.read(&c, value)...)
		case !k.set(&c, value):
			warnings = append(warnings, fmt.Sprintf("The setting %q (line %d) is %s, but it must be %s; the default is used.",
				k.Name, m.line, shorten(value), k.Allowed))
		}
	}
	return c, warnings, nil
}

// existing is the document in the file at path, empty when there is none.
func existing(path string) (document, error) {
	data, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return document{}, nil
	}
	if err == nil {
		doc, err := parseDocument(data)
		if err == nil {
			return doc, nil
		}
	}
	if err := os.Rename(path, path+".bad"); err != nil {
		return document{}, err
	}
	return document{}, nil
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
