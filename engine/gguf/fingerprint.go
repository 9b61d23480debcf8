package gguf

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// sample is how many bytes of each tensor a fingerprint sees.
const sample = 1024

// Fingerprint names the weights of a file: equal files have equal fingerprints,
// and files that differ in their header, their size or in anything that touches
// all weights, such as another training or quantisation, have different ones.
//
// It is the first half, in hex, of the SHA-256 over each file's length, its whole
// header, and 1 KiB from the middle of each tensor, so that it takes
// milliseconds for any file. It does not prove that a file is intact.
// The error is a *engine.ModelFileError.
func Fingerprint(path string) (string, error) {
	name, err := fingerprint(path)
	if err != nil {
		return "", modelFileError(path, err)
	}
	return name, nil
}

func fingerprint(path string) (string, error) {
	first, err := read(path)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, path := range first.parts() {
		if err := sampleInto(hash, path); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:16]), nil
}

// sampleInto hashes what a fingerprint sees of one file.
func sampleInto(hash io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	f, err := read(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(hash, "gguf fingerprint 1 %d %d\n", f.Size, len(f.header))
	hash.Write(f.header)
	buf := make([]byte, sample)
	for _, t := range f.Tensors {
		start, ok := f.extent(t)
		if !ok {
			return fault("tensor %q lies outside the file", t.Name)
		}
		n := min(t.Size, sample)
		if _, err := file.ReadAt(buf[:n], start+int64(t.Size-n)/2); err != nil {
			return fmt.Errorf("read tensor %q: %w", t.Name, err)
		}
		hash.Write(buf[:n])
	}
	return nil
}
