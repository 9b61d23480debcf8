package gguf

import "math"

// Value is one metadata value, decoded when it is asked for.
type Value struct {
	Type ValueType
	Elem ValueType // of an array
	Len  int       // elements of an array

	start, end int    // within the header
	raw        []byte // little-endian; an array's elements one after the other
}

// Keys are the metadata keys in the order of the file.
func (f *File) Keys() []string { return f.keys }

// Value returns the value of key, as it stands in the file.
func (f *File) Value(key string) (Value, bool) {
	v, ok := f.values[key]
	return v, ok
}

// Text returns a string value. ok is false when key is absent or of another type.
func (f *File) Text(key string) (s string, ok bool) {
	v, ok := f.values[key]
	if !ok || v.Type != String {
		return "", false
	}
	return string(v.raw[8:]), true
}

// Uint returns a whole number that is not negative, of any width.
func (f *File) Uint(key string) (n uint64, ok bool) {
	v, ok := f.values[key]
	if !ok || !v.Type.integer() {
		return 0, false
	}
	return integer(v.Type, v.raw)
}

// Float returns a floating-point value.
func (f *File) Float(key string) (x float64, ok bool) {
	v, ok := f.values[key]
	if !ok {
		return 0, false
	}
	return v.float()
}

// Bool returns a truth value.
func (f *File) Bool(key string) (b, ok bool) {
	v, ok := f.values[key]
	if !ok || v.Type != Bool {
		return false, false
	}
	return v.raw[0] != 0, true
}

// Uints returns an array of whole numbers that are not negative (or of truth
// values, as 0 and 1); a single number is an array of one.
func (f *File) Uints(key string) (ns []uint64, ok bool) {
	v, ok := f.values[key]
	if !ok {
		return nil, false
	}
	elem := v.Type
	if v.Type == Array {
		elem = v.Elem
	}
	if !elem.integer() && elem != Bool {
		return nil, false
	}
	width := int(elem.size())
	for at := 0; at < len(v.raw); at += width {
		n, ok := integer(elem, v.raw[at:])
		if !ok {
			return nil, false
		}
		ns = append(ns, n)
	}
	return ns, true
}

// Strings returns an array of strings. They share one piece of memory.
func (f *File) Strings(key string) (list []string, ok bool) {
	v, ok := f.values[key]
	if !ok || v.Type != Array || v.Elem != String {
		return nil, false
	}
	all := string(v.raw)
	list = make([]string, 0, v.Len)
	for at := 0; at < len(all); {
		n := int(le.Uint64(v.raw[at:]))
		at += 8
		list = append(list, all[at:at+n])
		at += n
	}
	return list, true
}

func (v Value) float() (float64, bool) {
	switch v.Type {
	case Float32:
		return float64(math.Float32frombits(le.Uint32(v.raw))), true
	case Float64:
		return math.Float64frombits(le.Uint64(v.raw)), true
	}
	return 0, false
}

// integer decodes a whole number; ok is false for a negative one.
func integer(t ValueType, raw []byte) (n uint64, ok bool) {
	var i int64
	switch t {
	case Uint8, Bool:
		return uint64(raw[0]), true
	case Uint16:
		return uint64(le.Uint16(raw)), true
	case Uint32:
		return uint64(le.Uint32(raw)), true
	case Uint64:
		return le.Uint64(raw), true
	case Int8:
		i = int64(int8(raw[0]))
	case Int16:
		i = int64(int16(le.Uint16(raw)))
	case Int32:
		i = int64(int32(le.Uint32(raw)))
	case Int64:
		i = int64(le.Uint64(raw))
	}
	return uint64(i), i >= 0
}
