package shelf

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"notso/app/library"
)

// Verdict is what a check of a model's bytes found.
type Verdict struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`         // of the file, of each part in order with a space between
	Want   string `json:"want,omitempty"` // of the publisher; "" when it is not known
	Intact bool   `json:"intact"`         // as published
}

// Verify reads a model's files and compares them with what their publisher
// stated. progress, which may be nil, hears of fractions from 0 to 1.
func (s *Shelf) Verify(ctx context.Context, path string, progress func(float64)) (Verdict, error) {
	m := s.opts.Library.Look(path)
	v := Verdict{Name: m.Name, Want: s.want(m)}
	if progress == nil {
		progress = func(float64) {}
	}
	var sums []string
	var done int64
	for _, file := range m.Files() {
		sum, err := sumOf(ctx, file, func(n int) {
			done += int64(n)
			progress(float64(done) / float64(max(1, m.SizeBytes)))
		})
		if err != nil {
			return v, err
		}
		sums = append(sums, sum)
	}
	v.SHA256 = strings.Join(sums, " ")
	v.Intact = v.Want != "" && v.SHA256 == v.Want
	if v.Intact {
		return v, s.Note(path, func(r *Record) { r.Verified = s.opts.Now() })
	}
	return v, nil
}

// want is the checksum that a model's publisher states, "" when nobody knows:
// that of its download, of the catalogue, or in the name of Ollama's blob.
func (s *Shelf) want(m library.Model) string {
	if r := s.records()[s.key(m.Path)]; r.SHA256 != "" {
		return r.SHA256
	}
	if _, source, ok := s.opts.Catalogue.OfFile(m.Name); ok && source.SHA256 != "" && m.SizeBytes == source.SizeBytes {
		return source.SHA256
	}
	if target, err := filepath.EvalSymlinks(m.Path); err == nil {
		if sum, is := strings.CutPrefix(filepath.Base(target), "sha256-"); is && len(sum) == 64 {
			return sum
		}
	}
	return ""
}

func sumOf(ctx context.Context, path string, read func(int)) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	buf := make([]byte, 1<<20)
	for {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		n, err := f.Read(buf)
		hash.Write(buf[:n])
		read(n)
		if err == io.EOF {
			return hex.EncodeToString(hash.Sum(nil)), nil
		}
		if err != nil {
			return "", fmt.Errorf("read %s: %w", filepath.Base(path), err)
		}
	}
}
