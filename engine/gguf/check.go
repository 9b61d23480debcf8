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

// check goes from what makes a file readable to what makes a model run. It looks
// at hyperparameters, alone and beside each other, for what llama.cpp asserts or
// divides by; what llama.cpp refuses by itself, such as a tensor of the wrong
// shape, is its own to say.
func (f *File) check() error {
	for _, check := range []func() error{
		f.checkArchitecture,
		f.checkTensors,
		f.join,
		f.checkWeights,
		f.checkTypes,
		f.checkVocabulary,
		f.checkTemplate,
		f.checkNumbers,
		f.checkFloats,
		f.checkBlocks,
		f.checkEmbedding,
		f.checkExperts,
		f.checkRecurrent,
		f.checkHeads,
		f.checkRope,
		f.checkWindow,
		f.checkLatent,
		f.checkAttention,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}
