// Package gguf reads the header of GGUF model files, says in plain words what is
// wrong with a file before llama.cpp may open it, and writes such files.
//
// llama.cpp trusts a file: a wrong field can end the process that loads it. So
// every file passes Check first. Check reads the header and not the weights, so
// it takes milliseconds whatever the size of the file.
//
//   - Read gives the header: typed metadata and the list of tensors; ReadFrom does
//     so for a file that is elsewhere.
//   - Check is Read and everything that must hold before the file is opened.
//   - File.Summary is what people want to know of a model.
//   - Fingerprint names the weights of a file.
//   - Writer makes files, of any size, without holding the tensors in memory.
//
// A model that is split into files is known by its first part: Check looks at all
// of them and adds up their tensors.
//
// Both versions of the format that are in use, 2 and 3, are read; version 3 is
// written. Only little-endian files are known. Functions may be called
// concurrently; a File may be read concurrently.
package gguf

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"notso/engine"
)

// What a header may hold. The largest seen in the wild are 4 times smaller or
// more; the limits keep a lying count from costing memory or time.
const (
	maxHeader  = 256 << 20 // bytes
	maxKeys    = 1 << 16
	maxTensors = 1 << 16
	maxItems   = 1 << 24 // elements of one array
	maxKey     = 1 << 16 // bytes of a key
	maxText    = 64 << 20
	maxName    = 63 // bytes of a tensor's name, GGML_MAX_NAME without its end
	maxDims    = 4  // GGML_MAX_DIMS

	defaultAlignment = 32 // bytes, when general.alignment is absent
)

// File is the header of a GGUF file.
type File struct {
	Path       string
	Size       int64 // bytes of the file
	Version    uint32
	Alignment  int64 // bytes; a power of two
	DataOffset int64 // where the tensor data begins
	Tensors    []Tensor

	header []byte // everything before the tensor data
	keys   []string
	values map[string]Value
}

// Tensor is an entry of the list of tensors.
type Tensor struct {
	Name   string
	Type   TensorType
	Dims   []uint64 // 1 to 4, the fastest first
	Offset uint64   // bytes from File.DataOffset
	Size   uint64   // bytes
}

// Elements is the number of weights.
func (t Tensor) Elements() uint64 {
	n := uint64(1)
	for _, d := range t.Dims {
		n *= d
	}
	return n
}

// Read returns the header of the file at path, without judging whether it makes
// a model. The error is a *engine.ModelFileError.
func Read(path string) (*File, error) {
	f, err := read(path)
	if err != nil {
		return nil, modelFileError(path, err)
	}
	return f, nil
}

// ReadFrom returns the header that r begins with, of a file of size bytes called
// name. Only the header is read, so that r may be the beginning of a file that is
// not here yet.
// Errors: ErrShort where r has less than the header, *engine.ModelFileError.
func ReadFrom(name string, r io.ReaderAt, size int64) (*File, error) {
	f, err := parse(name, r, size)
	switch {
	case errors.Is(err, ErrShort):
		return nil, fmt.Errorf("%s: %w", name, ErrShort)
	case err != nil:
		return nil, modelFileError(name, err)
	}
	return f, nil
}

func read(path string) (*File, error) {
	info, err := os.Stat(path) // before opening: that would wait for a pipe
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is a folder or a device, not a file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return nil, err
	}
	return parse(path, file, info.Size())
}

// modelFileError puts err into words for people.
func modelFileError(path string, err error) error {
	return &engine.ModelFileError{Path: path, Reason: reason(err)}
}

func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "this user may not read it"
	}
	return err.Error()
}

// fault is a reason, a clause that follows the path of the file.
func fault(format string, args ...any) error { return fmt.Errorf(format, args...) }
