package llama

import (
	"context"
	"errors"
	"fmt"
	"os"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

// ModelOptions sets how a model is loaded.
type ModelOptions struct {
	GPULayers int // layers to keep on a GPU; 0 keeps all on the CPU, AllLayers all on the GPU

	// Read has the weights read into memory of this process. Else they are mapped,
	// so that the system may drop and reload their pages.
	Read bool
}

// AllLayers as ModelOptions.GPULayers puts the whole model on the GPU.
const AllLayers = -1

// Model holds the weights of one file.
type Model struct {
	library *Library
	handle  yzma.Model
	vocab   *Vocab
}

// LoadModel opens the GGUF file at path. progress, which may be nil, gets
// fractions from 0 to 1 on this goroutine; C code calls it, so it must not call
// this package. Cancelling ctx ends the load at the next of them.
//
// llama.cpp aborts the process on some damaged files: check them first.
// Errors: ctx.Err(), or llama.cpp's reason as a clause for people.
func (l *Library) LoadModel(ctx context.Context, path string, opts ModelOptions, progress func(fraction float64)) (*Model, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("not a file")
	}
	id := l.loads.start(func(fraction float64) bool {
		if progress != nil {
			progress(fraction)
		}
		return ctx.Err() == nil
	})
	defer l.loads.end(id)

	params := yzma.ModelDefaultParams()
	params.LoadMode = yzma.LoadModeMmap
	if opts.Read {
		params.LoadMode = yzma.LoadModeNone
	}
	params.NGpuLayers = int32(opts.GPULayers)
	params.ProgressCallback = l.loads.callback
	params.ProgressCallbackUserData = id
	l.log.forget()
	handle, err := yzma.ModelLoadFromFile(path, params)
	if ctx.Err() != nil {
		if handle != 0 {
			yzma.ModelFree(handle)
		}
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, errors.New(l.log.reason())
	}
	m := &Model{library: l, handle: handle}
	m.vocab = newVocab(yzma.ModelGetVocab(handle))
	return m, nil
}

// Close frees the weights. Contexts and samplers must be closed before.
func (m *Model) Close() error {
	if m.handle == 0 {
		return nil
	}
	handle := m.handle
	m.handle = 0
	if err := yzma.ModelFree(handle); err != nil {
		return fmt.Errorf("free the model: %w", err)
	}
	return nil
}

// Library is what the model was loaded with.
func (m *Model) Library() *Library { return m.library }

// Vocab is the model's vocabulary. It lives as long as the model.
func (m *Model) Vocab() *Vocab { return m.vocab }

// Metadata returns a value of the file's header as text. Arrays have none.
func (m *Model) Metadata(key string) (value string, ok bool) {
	return yzma.ModelMetaValStr(m.handle, key)
}

// Layers counts the model's layers, without the output layer.
func (m *Model) Layers() int { return int(yzma.ModelNLayer(m.handle)) }

// TrainedContext is in tokens.
func (m *Model) TrainedContext() int { return int(yzma.ModelNCtxTrain(m.handle)) }

// SizeBytes is the size of all tensors.
func (m *Model) SizeBytes() int64 { return int64(yzma.ModelSize(m.handle)) }

// Parameters is the number of weights.
func (m *Model) Parameters() int64 { return int64(yzma.ModelNParams(m.handle)) }

// Generates tells whether the model writes text token by token. Encoders and
// diffusion models do not.
func (m *Model) Generates() bool {
	return yzma.ModelHasDecoder(m.handle) && !yzma.ModelHasEncoder(m.handle) && !yzma.ModelIsDiffusion(m.handle)
}

// Recurrent tells whether a sequence's past is folded into one state, of which
// no part can be removed or copied.
func (m *Model) Recurrent() bool {
	return yzma.ModelIsRecurrent(m.handle) || yzma.ModelIsHybrid(m.handle)
}
