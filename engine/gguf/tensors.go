package gguf

import "strings"

// checkTensors wants each tensor right after the one before it and the last one
// within the file, as llama.cpp does, at addresses that it can compute with.
func (f *File) checkTensors() error {
	if f.Alignment < defaultAlignment {
		return fault("its weights are aligned to %d bytes, less than %d", f.Alignment, defaultAlignment)
	}
	alignment := uint64(f.Alignment)
	var end uint64 // from DataOffset
	for _, t := range f.Tensors {
		_, inside := f.extent(t)
		switch {
		case t.Offset%alignment != 0:
			return fault("tensor %q is not aligned to %d bytes", t.Name, alignment)
		case !inside:
			return fault("tensor %q lies outside the file", t.Name)
		case t.Offset < end:
			return fault("tensor %q overlaps the one before it", t.Name)
		case t.Offset > end:
			return fault("tensor %q leaves a gap after the one before it", t.Name)
		}
		end = (t.Offset + t.Size + alignment - 1) &^ (alignment - 1)
	}
	return nil
}

// extent is where t begins, in bytes from the start of the file; ok is false when
// it does not end within it.
func (f *File) extent(t Tensor) (start int64, ok bool) {
	room := uint64(max(f.Size-f.DataOffset, 0))
	if t.Offset > room || t.Size > room-t.Offset {
		return 0, false
	}
	return f.DataOffset + int64(t.Offset), true
}

// checkTypes wants types that llama.cpp can compute with: vectors, such as norms
// and biases, as F32, and matrices as anything that is meant for weights.
func (f *File) checkTypes() error {
	for _, t := range f.Tensors {
		switch t.Type {
		case Q8_1, Q8_K, I8, I16, I64, F64:
			return fault("tensor %q is of the type %v, which is not one for weights", t.Name, t.Type)
		case I32:
			if !strings.Contains(t.Name, "tid2eid") { // DeepSeek 4 maps tokens to experts
				return fault("tensor %q is of the type %v, which is not one for weights", t.Name, t.Type)
			}
		case F32:
		default:
			if t.Elements() == t.Dims[0] {
				return fault("tensor %q is a vector of the type %v instead of F32", t.Name, t.Type)
			}
		}
	}
	return nil
}
