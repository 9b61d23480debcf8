package main

import (
	"cmp"
	"context"
	"sync"
	"time"

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
	offerLayers     = 32 // of one whose layers nobody told
	offerVocabulary = 100_000

	offerCompute = 300 << 20
	offerProcess = 100 << 20
	offerContext = 8192 // tokens that a verdict counts on
)

// devicesAge is how old what graphics devices said of their memory may be. To ask
// them anew takes a process, and up to a second of the driver's.
const devicesAge = 10 * time.Second

// offerFits judges models of the catalogue, of which nothing is here yet but
// their numbers, on the machine as it is now.
func offerFits(paths home.Paths) func(library.Entry, library.Source) engine.Fit {
	now := recent(devicesAge, time.Now, func() fit.Machine { return machine(context.Background(), paths) })
	return func(e library.Entry, f library.Source) engine.Fit {
		m := now()
		m.RAM = runner.AvailableMemory() // which costs nothing to ask
		return offerFit(e, f, m)
	}
}

// recent is ask, with an answer that may be so old.
func recent[T any](age time.Duration, now func() time.Time, ask func() T) func() T {
	var mu sync.Mutex
	var said T
	var at time.Time
	return func() T {
		mu.Lock()
		defer mu.Unlock()
		if at.IsZero() || now().Sub(at) > age {
			said, at = ask(), now()
		}
		return said
	}
}

func offerFit(e library.Entry, f library.Source, m fit.Machine) engine.Fit {
	length := min(offerContext, e.Context)
	v := engine.Fit{Context: length, Layers: cmp.Or(e.Layers, offerLayers) + 1,
		Need: engine.Need{Weights: f.SizeBytes, KV: e.KVBytes * int64(length), Compute: offerCompute, Process: offerProcess}}
	each := max(1, (v.Need.Weights+v.Need.KV)/int64(v.Layers)) // about: which layers are larger is in the header
	for _, free := range m.GPUs {
		v.GPULayers += int(max(0, free-offerCompute-fit.GPUReserve) / each)
	}
	v.GPULayers = min(v.GPULayers, v.Layers)
	return fit.Verdict(v, m, f.SizeBytes, offerVocabulary)
}

// fitsBeside tells whether the model at path fits into the memory that is left.
func fitsBeside(path string) bool {
	file, err := gguf.Check(path)
	if err != nil {
		return true // loading says what is wrong
	}
	v, err := judge(context.Background(), file, path)
	return err == nil && v.Kind != engine.FitsNot && v.Need.Total() < runner.AvailableMemory()
}
