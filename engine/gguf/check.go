package gguf

// Check reads the header of the file at path and refuses whatever would make
// llama.cpp fail in a way that nothing can catch, or answer with nonsense. The
// error is a *engine.ModelFileError whose reason is for people.
//
// It does not look at the weights: any bits are numbers.
func Check(path string) (*File, error) {
	f, err := read(path)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return nil, modelFileError(path, err)
	}
	return f, nil
}

func (f *File) check() error {
	for _, check := range []func() error{
		f.checkArchitecture,
		f.checkTensors,
		f.checkTypes,
		f.checkVocabulary,
		f.checkShape,
		f.checkTemplate,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

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
