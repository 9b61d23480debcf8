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
		f.checkShape,
		f.checkVocabulary,
		f.checkTemplate,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkTensors wants each tensor right after the one before it, as llama.cpp
// does, and the last one within the file.
func (f *File) checkTensors() error {
	var end uint64 // from DataOffset
	for _, t := range f.Tensors {
		if t.Offset > uint64(f.Size) || t.Size > uint64(f.Size) ||
			uint64(f.DataOffset)+t.Offset+t.Size > uint64(f.Size) {
			return fault("tensor %q lies outside the file", t.Name)
		}
		switch {
		case t.Offset%uint64(f.Alignment) != 0:
			return fault("tensor %q is not aligned to %d bytes", t.Name, f.Alignment)
		case t.Offset < end:
			return fault("tensor %q overlaps the one before it", t.Name)
		case t.Offset > end:
			return fault("tensor %q leaves a gap after the one before it", t.Name)
		}
		end = (t.Offset + t.Size + uint64(f.Alignment) - 1) &^ uint64(f.Alignment-1)
	}
	return nil
}
