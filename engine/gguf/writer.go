package gguf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Writer collects metadata and tensors and writes them as one GGUF version 3
// file. The same calls give the same bytes. The zero value is ready.
type Writer struct {
	keys    uint64
	meta    []byte
	tensors []pending
	err     error
}

type pending struct {
	Tensor
	data func(io.Writer) error
}

// Set adds a metadata value: a bool, a string, an intN, uintN or floatN, or a
// slice of one of these. Any other type is an error of WriteTo.
func (w *Writer) Set(key string, value any) {
	t, elem, n := valueType(value)
	if t == Array && elem == Array {
		w.fail(fmt.Errorf("write %s: no GGUF type for %T", key, value))
		return
	}
	w.keys++
	w.meta = appendText(w.meta, key)
	w.meta = le.AppendUint32(w.meta, uint32(t))
	if t == Array {
		w.meta = le.AppendUint32(w.meta, uint32(elem))
		w.meta = le.AppendUint64(w.meta, uint64(n))
	}
	switch v := value.(type) {
	case string:
		w.meta = appendText(w.meta, v)
	case []string:
		for _, s := range v {
			w.meta = appendText(w.meta, s)
		}
	default:
		w.meta, _ = binary.Append(w.meta, le, value) // cannot fail for the types of valueType
	}
}

// Add appends a tensor. data is called while the file is written and must write
// exactly the bytes that the type and the dimensions make (see Float32s).
func (w *Writer) Add(name string, t TensorType, dims []uint64, data func(io.Writer) error) {
	p := pending{Tensor: Tensor{Name: name, Type: t, Dims: dims}, data: data}
	if len(name) > maxName || len(dims) == 0 || len(dims) > maxDims {
		w.fail(fmt.Errorf("write tensor %q: impossible name or dimensions %v", name, dims))
		return
	}
	if err := p.measure(); err != nil {
		w.fail(fmt.Errorf("write: %w", err))
		return
	}
	if n := len(w.tensors); n > 0 {
		last := w.tensors[n-1]
		p.Offset = pad(last.Offset + last.Size)
	}
	w.tensors = append(w.tensors, p)
}

// Float32s is the data of an F32 tensor.
func Float32s(data []float32) func(io.Writer) error {
	return func(w io.Writer) error { return binary.Write(w, le, data) }
}

// WriteFile writes the file at path, whole or not at all.
func (w *Writer) WriteFile(path string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".gguf-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // finds nothing once the file is renamed
	if _, err := w.WriteTo(tmp); err != nil {
		tmp.Close()
		return err
	}
	if err := errors.Join(tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// WriteTo writes the file to dst and returns its length in bytes. The first
// error of Set and Add is reported here.
func (w *Writer) WriteTo(dst io.Writer) (int64, error) {
	if w.err != nil {
		return 0, w.err
	}
	out := &counter{w: bufio.NewWriterSize(dst, 1<<20)}
	out.Write(w.head())
	out.pad()
	for _, t := range w.tensors {
		start := out.n
		if err := t.data(out); err != nil {
			return out.n, fmt.Errorf("write tensor %q: %w", t.Name, err)
		}
		if got := out.n - start; got != int64(t.Size) && out.err == nil {
			return out.n, fmt.Errorf("write tensor %q: %d bytes of data for %d", t.Name, got, t.Size)
		}
		out.pad()
	}
	if out.err != nil {
		return out.n, out.err
	}
	return out.n, out.w.Flush()
}

func (w *Writer) head() []byte {
	b := []byte("GGUF")
	b = le.AppendUint32(b, 3)
	b = le.AppendUint64(b, uint64(len(w.tensors)))
	b = le.AppendUint64(b, w.keys)
	b = append(b, w.meta...)
	for _, t := range w.tensors {
		b = appendText(b, t.Name)
		b = le.AppendUint32(b, uint32(len(t.Dims)))
		for _, d := range t.Dims {
			b = le.AppendUint64(b, d)
		}
		b = le.AppendUint32(b, uint32(t.Type))
		b = le.AppendUint64(b, t.Offset)
	}
	return b
}

// fail keeps the first error.
func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

var le = binary.LittleEndian

func appendText(b []byte, s string) []byte {
	return append(le.AppendUint64(b, uint64(len(s))), s...)
}

// pad rounds up to the default alignment.
func pad(n uint64) uint64 { return (n + defaultAlignment - 1) &^ (defaultAlignment - 1) }

// valueType is the GGUF type of a Go value; an array of arrays stands for none.
func valueType(value any) (t, elem ValueType, n int) {
	switch v := value.(type) {
	case uint8:
		return Uint8, 0, 1
	case int8:
		return Int8, 0, 1
	case uint16:
		return Uint16, 0, 1
	case int16:
		return Int16, 0, 1
	case uint32:
		return Uint32, 0, 1
	case int32:
		return Int32, 0, 1
	case float32:
		return Float32, 0, 1
	case bool:
		return Bool, 0, 1
	case string:
		return String, 0, 1
	case uint64:
		return Uint64, 0, 1
	case int64:
		return Int64, 0, 1
	case float64:
		return Float64, 0, 1
	case []uint8:
		return Array, Uint8, len(v)
	case []int8:
		return Array, Int8, len(v)
	case []uint16:
		return Array, Uint16, len(v)
	case []int16:
		return Array, Int16, len(v)
	case []uint32:
		return Array, Uint32, len(v)
	case []int32:
		return Array, Int32, len(v)
	case []float32:
		return Array, Float32, len(v)
	case []bool:
		return Array, Bool, len(v)
	case []string:
		return Array, String, len(v)
	case []uint64:
		return Array, Uint64, len(v)
	case []int64:
		return Array, Int64, len(v)
	case []float64:
		return Array, Float64, len(v)
	}
	return Array, Array, 0
}

// counter counts what passes through and keeps the first error.
type counter struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *counter) Write(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(b)
	c.n, c.err = c.n+int64(n), err
	return n, err
}

func (c *counter) pad() {
	c.Write(make([]byte, pad(uint64(c.n))-uint64(c.n)))
}
