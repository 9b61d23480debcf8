package library

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// scan lists the models in a folder by name, one entry for a split one.
func scan(folder string) ([]Model, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for models: %w", err)
	}
	var models []Model
	for _, e := range entries {
		path, ok := file(filepath.Join(folder, e.Name()))
		if !ok && e.Type()&fs.ModeSymlink != 0 && strings.EqualFold(filepath.Ext(path), ".gguf") {
			stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
			models = append(models, Model{Name: stem, Path: path, Parts: 1, Problem: "the file that it links to is gone"})
			continue
		}
		if !ok || !strings.EqualFold(filepath.Ext(path), ".gguf") {
			continue
		}
		m := scanFile(path)
		if !slices.ContainsFunc(models, func(known Model) bool { return known.Path == m.Path }) {
			models = append(models, m)
		}
	}
	return models, nil
}

// scanFile is the model that the file at path holds or is a part of.
func scanFile(path string) Model {
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	name, _, count := split(stem)
	if count == 0 {
		return Model{Name: stem, Path: path, SizeBytes: size(path), Parts: 1}
	}
	m := Model{Name: name, Parts: count}
	for i := range count {
		part := partPath(filepath.Dir(path), name, i+1, count, filepath.Ext(path))
		if i == 0 {
			m.Path = part
		}
		if _, ok := file(part); !ok && m.Problem == "" {
			m.Problem = fmt.Sprintf("part %d of %d is missing", i+1, count)
		}
		m.SizeBytes += size(part)
	}
	return m
}

// NameOf is what the model at path is called: its file's name, without the number
// of the part.
func NameOf(path string) string {
	name, _, _ := split(strings.TrimSuffix(filepath.Base(path), ".gguf"))
	return name
}

// Files are the paths of the model's parts, in order.
func (m Model) Files() []string {
	if m.Parts <= 1 {
		return []string{m.Path}
	}
	files := make([]string, m.Parts)
	for i := range files {
		files[i] = partPath(filepath.Dir(m.Path), m.Name, i+1, m.Parts, filepath.Ext(m.Path))
	}
	return files
}

func partPath(folder, name string, part, count int, extension string) string {
	return filepath.Join(folder, fmt.Sprintf("%s-%05d-of-%05d%s", name, part, count, extension))
}

// split takes the part number off the name of a file that is one of several,
// as llama.cpp's gguf-split names them. count is 0 for a whole file.
func split(stem string) (name string, part, count int) {
	m := regexp.MustCompile(`^(.+)-(\d{5})-of-(\d{5})$`).FindStringSubmatch(stem)
	if m == nil {
		return stem, 0, 0
	}
	part, _ = strconv.Atoi(m[2])
	count, _ = strconv.Atoi(m[3])
	const most = 1000 // parts; more is a name that only looks like one
	if part < 1 || part > count || count > most {
		return stem, 0, 0
	}
	return m[1], part, count
}

// file returns the absolute path when it leads to a plain file.
func file(path string) (string, bool) {
	if path == "" {
		return "", false
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	info, err := os.Stat(absolute)
	return absolute, err == nil && info.Mode().IsRegular()
}

// size is 0 for a file that is not there.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
