package gguf

import (
	"fmt"
	"strings"
)

// maxParts is how many files a model may be split into.
const maxParts = 999

// join reads the other parts of a split model of which f is the first: they lie
// beside it, and llama.cpp opens them by itself. Afterwards f has the tensors of
// all, and their size.
func (f *File) join() error {
	n, ok := f.Uint("split.count")
	if !ok || n <= 1 {
		return nil
	}
	switch no, _ := f.Uint("split.no"); {
	case n > maxParts:
		return fault("it claims to be one of %d parts", n)
	case no != 0:
		return fault("it is part %d of the %d of a split model; choose the first", no+1, n)
	}
	stem, ok := strings.CutSuffix(f.Path, partSuffix(1, n))
	if !ok {
		return fault("it is the first part of %d, but its name does not end in %s", n, partSuffix(1, n))
	}
	names := make(map[string]bool)
	for _, t := range f.Tensors {
		names[t.Name] = true
	}
	for i := uint64(2); i <= n; i++ {
		part, err := read(stem + partSuffix(i, n))
		if err == nil {
			err = part.checkPart(i, n)
		}
		if err != nil {
			return fault("its part %d of %d cannot be used: %s", i, n, reason(err))
		}
		for _, t := range part.Tensors {
			if names[t.Name] {
				return fault("two of its parts have a tensor named %q", t.Name)
			}
			names[t.Name] = true
		}
		f.Tensors = append(f.Tensors, part.Tensors...)
		f.Size += part.Size
	}
	return nil
}

// Parts is how many files the model is split into that f is the first part of, 1
// for a whole one.
func (f *File) Parts() int {
	n, _ := f.Uint("split.count")
	return int(min(max(n, 1), maxParts))
}

// Join adds the later parts, in order, to f, the first, as Check does with files
// that are here. The error is a *engine.ModelFileError.
func (f *File) Join(later []*File) error {
	n := uint64(len(later) + 1)
	if f.Parts() != len(later)+1 {
		return modelFileError(f.Path, fault("it is the first of %d parts, and there are %d", f.Parts(), n))
	}
	for i, part := range later {
		if err := part.isPart(uint64(i+2), n); err != nil {
			return modelFileError(part.Path, err)
		}
		f.Tensors = append(f.Tensors, part.Tensors...)
		f.Size += part.Size
	}
	return nil
}

// checkPart wants f to be part i of n.
func (f *File) checkPart(i, n uint64) error {
	if err := f.isPart(i, n); err != nil {
		return err
	}
	return f.checkTensors()
}

func (f *File) isPart(i, n uint64) error {
	count, _ := f.Uint("split.count")
	no, _ := f.Uint("split.no")
	if count != n || no != i-1 {
		return fault("it says that it is part %d of %d", no+1, count)
	}
	return nil
}

// parts are the paths of all files of the model.
func (f *File) parts() []string {
	n, ok := f.Uint("split.count")
	stem, named := strings.CutSuffix(f.Path, partSuffix(1, n))
	if !ok || n <= 1 || n > maxParts || !named {
		return []string{f.Path}
	}
	var paths []string
	for i := uint64(1); i <= n; i++ {
		paths = append(paths, stem+partSuffix(i, n))
	}
	return paths
}

// partSuffix ends the name of part i of n.
func partSuffix(i, n uint64) string { return fmt.Sprintf("-%05d-of-%05d.gguf", i, n) }
