package runner

import (
	"cmp"
	"fmt"

	"notso/engine"
	"notso/engine/fit"
	"notso/engine/gguf"
	"notso/engine/llama"
)

const (
	// defaultContext is the most that a chat gets unasked, in tokens, where the
	// memory or the model's own context is not known, and where layers are to fit
	// a GPU.
	defaultContext = 32_768

	// yarnFactor is how many times its own context a smollm3 takes with YaRN, as
	// its card prescribes: 131,072 tokens for SmolLM3.
	yarnFactor       = 2
	yarnArchitecture = "smollm3"
)

// place is where a model goes and how long its context is.
type place struct {
	layers    int // on a GPU, the output counted as one
	all       int // layers that there are
	length    int // tokens
	yarn      int // factor of a longer context than the model's own, else 0
	placement engine.Placement
}

// choosePlace puts as many layers on the GPUs as opts say, else as fit; the
// context is the longest for the memory that is then used. ram is what the
// system can give, in bytes, 0 unknown.
// Errors: *engine.UnsupportedError.
func choosePlace(file *gguf.File, opts engine.LoadOptions, kv llama.KVType, devices []llama.Device, ram int64) (p place, err error) {
	opts.ContextLength = withinModel(file, opts.ContextLength)
	gpus := freeMemory(devices)
	settings := fit.Settings{Context: opts.ContextLength, KVType: string(kv), GPULayers: opts.GPULayers}
	if settings.Context == 0 {
		settings.Context = min(cmp.Or(file.Summary().TrainedContext, defaultContext), defaultContext)
	}
	blocks, _ := file.Uint(file.Summary().Architecture + ".block_count")
	p.all = int(blocks) + 1
	p.layers = fit.GPULayers(file, settings, gpus)
	memory := ram
	if p.layers == p.all {
		memory = 0
		for _, free := range gpus {
			memory += free
		}
	}
	if p.length, p.yarn, err = contextLength(file, opts, kv, memory); err != nil {
		return p, err
	}
	if p.layers == p.all && opts.ContextLength == 0 {
		longer := settings
		if longer.Context = p.length; p.length < settings.Context || fit.GPULayers(file, longer, gpus) < p.all {
			p.length = settings.Context // which fits, as the layers do
		}
	}
	switch {
	case len(gpus) == 0:
	case opts.GPULayers != 0:
		p.placement = engine.PlacedAsked
	case p.layers < p.all:
		p.placement = engine.PlacedMemory
	}
	return p, nil
}

// contextLength returns how many tokens the KV cache shall hold: what opts asks
// for, else the longest that fits in available bytes beside the weights, up to
// the model's own. yarn is the factor of a longer one, else 0. An unknown amount
// of memory, 0, counts as enough.
// Errors: *engine.UnsupportedError for a length that the memory does not have.
func contextLength(file *gguf.File, opts engine.LoadOptions, kv llama.KVType, available int64) (n, yarn int, err error) {
	s := file.Summary()
	if n = withinModel(file, opts.ContextLength); n > 0 {
		if s.TrainedContext > 0 && n > s.TrainedContext {
			yarn = yarnFactor
		}
		need := fit.Estimate(file, fit.Settings{Context: n, KVType: string(kv)})
		if bytes := need.KV + need.Compute; available > 0 && bytes > available {
			return 0, 0, &engine.UnsupportedError{What: fmt.Sprintf(
				"a context of %d tokens, which needs %.1f GB where %.1f GB are free,", n, float64(bytes)/1e9, float64(available)/1e9)}
		}
		return n, yarn, nil
	}
	if n = fit.Longest(file, string(kv), available); n == 0 || available == 0 {
		n = min(cmp.Or(n, defaultContext), defaultContext)
	}
	return n, 0, nil
}

// withinModel is a context length, or as much of it as the model takes.
func withinModel(file *gguf.File, length int) int {
	s := file.Summary()
	most := s.TrainedContext
	if s.Architecture == yarnArchitecture {
		most *= yarnFactor
	}
	if most == 0 {
		return length
	}
	return min(length, most)
}

// freeMemory is what each GPU has free, in bytes.
func freeMemory(devices []llama.Device) (free []int64) {
	for _, d := range devices {
		if d.GPU {
			free = append(free, int64(d.FreeBytes))
		}
	}
	return free
}

// deviceNames lists what a model with so many layers on the GPU runs on.
func deviceNames(devices []llama.Device, gpuLayers int) []string {
	var names []string
	for _, d := range devices {
		if !d.GPU || gpuLayers != 0 {
			names = append(names, d.Name)
		}
	}
	return names
}

// withFewer tries to load with so many layers on a GPU, and with fewer for as
// long as the device refuses, at last with none. It returns how many it took.
// Errors: those of the last try, or the first that giveUp tells.
func withFewer(layers int, try func(layers int) error, giveUp func(error) bool) (int, error) {
	for {
		err := try(layers)
		if err == nil || layers == 0 || giveUp(err) {
			return layers, err
		}
		if layers = layers * 2 / 3; layers < 3 {
			layers = 0 // moving so little is not worth the way to the device
		}
	}
}

// AvailableMemory is what the system can give without swapping, in bytes; 0
// where that is not known.
func AvailableMemory() int64 { return systemMemory() }

// availableMemory is what the system can give without swapping, in bytes; 0
// when it does not say.
func availableMemory(devices []llama.Device) int64 {
	if n := systemMemory(); n > 0 {
		return n
	}
	for _, d := range devices {
		if !d.GPU {
			return int64(d.FreeBytes) / 2 // some systems report all memory as free
		}
	}
	return 0
}
