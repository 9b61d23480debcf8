package gguf

import (
	"errors"
	"io"
	"math"
	"math/bits"
)

// parse reads a header from a file of size bytes.
func parse(path string, r io.ReaderAt, size int64) (*File, error) {
	c := &cursor{r: r, size: size}
	f := &File{Path: path, Size: size, values: map[string]Value{}}

	magic, err := c.take(4)
	if err != nil || string(magic) != "GGUF" {
		return nil, fault("it is not a GGUF file")
	}
	if err := f.parseVersion(c); err != nil {
		return nil, err
	}
	tensors, err := c.uint64()
	if err != nil {
		return nil, err
	}
	keys, err := c.uint64()
	if err != nil {
		return nil, err
	}
	if tensors > maxTensors {
		return nil, fault("it claims to hold %d tensors", tensors)
	}
	if keys > maxKeys {
		return nil, fault("it claims to hold %d metadata keys", keys)
	}
	for i := range keys {
		if err := f.parseKey(c, i); err != nil {
			return nil, err
		}
	}
	if err := f.parseAlignment(c.buf); err != nil {
		return nil, err
	}
	names := make(map[string]bool, tensors)
	for i := range tensors {
		t, err := parseTensor(c, i)
		if err != nil {
			return nil, err
		}
		if names[t.Name] {
			return nil, fault("it has two tensors named %q", t.Name)
		}
		names[t.Name] = true
		f.Tensors = append(f.Tensors, t)
	}
	f.DataOffset = (c.off + f.Alignment - 1) &^ (f.Alignment - 1)
	f.header = c.buf[:c.off]
	for key, v := range f.values {
		v.raw = f.header[v.start:v.end:v.end]
		f.values[key] = v
	}
	return f, nil
}

func (f *File) parseVersion(c *cursor) error {
	v, err := c.uint32()
	if err != nil {
		return err
	}
	switch {
	case v == 2 || v == 3:
		f.Version = v
		return nil
	case v == 1:
		return fault("it is of GGUF version 1, which is no longer supported")
	case v != 0 && v&0xffff == 0:
		return fault("it is made for big-endian machines")
	}
	return fault("it is of GGUF version %d; versions 2 and 3 are known", v)
}

func (f *File) parseKey(c *cursor, i uint64) error {
	raw, err := c.text(maxKey)
	if err != nil {
		return fault("metadata key %d: %w", i, err)
	}
	key := string(raw)
	if !plain(key) {
		return fault("metadata key %d is %.40q, which is no name", i, key)
	}
	if _, twice := f.values[key]; twice {
		return fault("it has the metadata key %.40q twice", key)
	}
	v, err := parseValue(c)
	if err != nil {
		return fault("metadata key %.40q: %w", key, err)
	}
	f.keys = append(f.keys, key)
	f.values[key] = v
	return nil
}

func parseValue(c *cursor) (Value, error) {
	t, err := c.uint32()
	if err != nil {
		return Value{}, err
	}
	v := Value{Type: ValueType(t)}
	if v.Type != Array {
		v.start = int(c.off)
		err = parseItems(c, v.Type, 1)
		v.end = int(c.off)
		return v, err
	}
	if t, err = c.uint32(); err != nil {
		return Value{}, err
	}
	n, err := c.uint64()
	if err != nil {
		return Value{}, err
	}
	if n > maxItems {
		return Value{}, fault("it claims to hold %d values", n)
	}
	v.Elem, v.Len = ValueType(t), int(n)
	v.start = int(c.off)
	err = parseItems(c, v.Elem, n)
	v.end = int(c.off)
	return v, err
}

// parseItems passes over n values of one type.
func parseItems(c *cursor, t ValueType, n uint64) error {
	if width := t.size(); width > 0 {
		_, err := c.take(n * width)
		return err
	}
	if t != String {
		return fault("it is of the unknown %v", t)
	}
	if n > c.left()/8 { // each string has at least its length
		return errCut
	}
	for range n {
		if _, err := c.text(maxText); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) parseAlignment(header []byte) error {
	f.Alignment = defaultAlignment
	v, ok := f.values["general.alignment"]
	if !ok {
		return nil
	}
	if v.Type != Uint32 {
		return fault("general.alignment is a %v, not a uint32", v.Type)
	}
	n := le.Uint32(header[v.start:v.end])
	if n == 0 || n&(n-1) != 0 || n > 1<<20 {
		return fault("general.alignment is %d, not a power of two", n)
	}
	f.Alignment = int64(n)
	return nil
}

func parseTensor(c *cursor, i uint64) (Tensor, error) {
	raw, err := c.text(maxName)
	if err != nil {
		return Tensor{}, fault("name of tensor %d: %w", i, err)
	}
	t := Tensor{Name: string(raw)}
	if !plain(t.Name) {
		return Tensor{}, fault("tensor %d is called %.40q, which is no name", i, t.Name)
	}
	dims, err := c.uint32()
	if err != nil {
		return Tensor{}, err
	}
	if dims == 0 || dims > maxDims {
		return Tensor{}, fault("tensor %q has %d dimensions", t.Name, dims)
	}
	for range dims {
		d, err := c.uint64()
		if err != nil {
			return Tensor{}, err
		}
		t.Dims = append(t.Dims, d)
	}
	kind, err := c.uint32()
	if err != nil {
		return Tensor{}, err
	}
	t.Type = TensorType(kind)
	if t.Offset, err = c.uint64(); err != nil {
		return Tensor{}, err
	}
	return t, t.measure()
}

// plain tells whether a name is of printable ASCII, as all names are.
func plain(name string) bool {
	for _, b := range []byte(name) {
		if b <= ' ' || b > '~' {
			return false
		}
	}
	return name != ""
}

// measure checks the dimensions and sets Size.
func (t *Tensor) measure() error {
	l, ok := t.Type.layout()
	if !ok {
		return fault("tensor %q is of the unknown %v", t.Name, t.Type)
	}
	n := uint64(1)
	for _, d := range t.Dims {
		if d == 0 {
			return fault("tensor %q has a dimension of 0", t.Name)
		}
		hi, lo := bits.Mul64(n, d)
		if hi != 0 || lo > math.MaxInt64 {
			return fault("tensor %q has impossible dimensions %v", t.Name, t.Dims)
		}
		n = lo
	}
	if t.Dims[0]%l.block != 0 {
		return fault("tensor %q has rows of %d weights, but %s stores %d at a time", t.Name, t.Dims[0], l.name, l.block)
	}
	hi, size := bits.Mul64(n/l.block, l.size)
	if hi != 0 || size > math.MaxInt64 {
		return fault("tensor %q has impossible dimensions %v", t.Name, t.Dims)
	}
	t.Size = size
	return nil
}

// ErrShort: the header goes on where the reader ends, and not the file.
var ErrShort = errors.New("the file is cut off")

// errCut: the header goes on where the file ends.
var errCut = fault("the file is cut off")

// cursor walks through the beginning of a file and keeps what it has passed.
type cursor struct {
	r    io.ReaderAt
	size int64 // of the file
	off  int64
	buf  []byte // the file from 0 on, at least to off
}

func (c *cursor) left() uint64 { return uint64(c.size - c.off) }

// take returns the next n bytes, valid until the next call.
func (c *cursor) take(n uint64) ([]byte, error) {
	if n > c.left() {
		return nil, errCut
	}
	end := c.off + int64(n)
	if end > maxHeader {
		return nil, fault("the header is larger than %d MiB", maxHeader>>20)
	}
	if err := c.fill(end); err != nil {
		return nil, err
	}
	b := c.buf[c.off:end]
	c.off = end
	return b, nil
}

// fill reads on until the buffer reaches end, in steps that double; of what is
// beyond it, as much as there is.
func (c *cursor) fill(end int64) error {
	have := int64(len(c.buf))
	if end <= have {
		return nil
	}
	want := min(max(end, 2*have, 1<<20), c.size)
	grown := make([]byte, want)
	copy(grown, c.buf)
	n, err := c.r.ReadAt(grown[have:], have)
	if have+int64(n) < end {
		if err == io.EOF {
			return ErrShort
		}
		return err
	}
	c.buf = grown[:have+int64(n)]
	return nil
}

func (c *cursor) uint32() (uint32, error) {
	b, err := c.take(4)
	if err != nil {
		return 0, err
	}
	return le.Uint32(b), nil
}

func (c *cursor) uint64() (uint64, error) {
	b, err := c.take(8)
	if err != nil {
		return 0, err
	}
	return le.Uint64(b), nil
}

// text returns a string of at most limit bytes.
func (c *cursor) text(limit uint64) ([]byte, error) {
	n, err := c.uint64()
	if err != nil {
		return nil, err
	}
	if n > c.left() {
		return nil, errCut
	}
	if n > limit {
		return nil, fault("a text of %d bytes is longer than %d", n, limit)
	}
	return c.take(n)
}
