package main

import (
	"context"
	"sync"

	"notso/app/home"
	"notso/app/library"
	"notso/engine"
	"notso/engine/fit"
	"notso/engine/gguf"
	"notso/engine/runner"
)

// What a model takes beside its weights and its KV cache, for lack of its
// header: the buffers of a batch and the process, in bytes, and what its speed
// depends on, about as those of the catalogue have it.
const (
	offerLayers     = 32
	offerVocabulary = 100_000

	offerCompute = 300 << 20
	offerProcess = 100 << 20
	offerContext = 8192 // tokens that a verdict counts on
)

// offerFits judges models of the catalogue, of which nothing is here yet but
// their numbers. The devices are asked once, the memory each time.
func offerFits(paths home.Paths) func(library.Entry, library.Source) engine.Fit {
	devices := sync.OnceValue(func() fit.Machine { return machine(context.Background(), paths) })
	return func(e library.Entry, f library.Source) engine.Fit {
		m := devices()
		m.RAM = runner.AvailableMemory()
		return offerFit(e, f, m)
	}
}

func offerFit(e library.Entry, f library.Source, m fit.Machine) engine.Fit {
	context := min(offerContext, e.Context)
	v := engine.Fit{Kind: engine.FitsCPU, RAM: m.RAM, Context: context,
		Need: engine.Need{Weights: f.SizeBytes, KV: e.KVBytes * int64(context), Compute: offerCompute, Process: offerProcess}}
	for _, free := range m.GPUs {
		v.VRAM += free
	}
	onGPU := v.Need.Weights + v.Need.KV + v.Need.Compute
	switch {
	case v.VRAM > onGPU:
		v.Kind = engine.FitsGPU
	case m.RAM > 0 && v.Need.Total() > m.RAM:
		v.Kind = engine.FitsNot
	}
	if v.Kind == engine.FitsCPU && f.SizeBytes > 0 && m.BytesPerSecond > 0 {
		v.TokensPerSecond = fit.Speed(float64(f.SizeBytes), offerLayers, offerVocabulary, m.BytesPerSecond)
	}
	return v
}

// fitsBeside tells whether the model at path fits into the memory that is left.
func fitsBeside(path string) bool {
	file, err := gguf.Check(path)
	if err != nil {
		return true // loading says what is wrong
	}
	v, err := judge(context.Background(), file)
	return err == nil && v.Kind != engine.FitsNot && v.Need.Total() < runner.AvailableMemory()
}
