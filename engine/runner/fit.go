package runner

import (
	"fmt"

	"notso/engine"
	"notso/engine/fit"
	"notso/engine/gguf"
	"notso/engine/llama"
)

// place is where a model goes and how long its context is.
type place struct {
	layers    int // on a GPU, the output counted as one
	all       int // layers that there are
	length    int // tokens
	yarn      int // factor of a longer context than the model's own, else 0
	placement engine.Placement
}

// choosePlace is fit.Choose for the devices as they are now, and says why so many
// layers are on them. ram is what the system can give, in bytes, 0 unknown.
// Errors: *engine.UnsupportedError for a context that the memory does not have.
func choosePlace(file *gguf.File, opts engine.LoadOptions, kv llama.KVType, devices []llama.Device, ram int64) (p place, err error) {
	gpus := freeMemory(devices)
	chosen := fit.Choose(file, fit.Settings{Context: opts.ContextLength, KVType: string(kv), GPULayers: opts.GPULayers}, fit.Machine{RAM: ram, GPUs: gpus})
	p.layers, p.all, p.length = chosen.Layers, chosen.All, chosen.Context
	if trained := file.Summary().TrainedContext; trained > 0 && p.length > trained {
		p.yarn = fit.YarnFactor
	}
	need := fit.Estimate(file, fit.Settings{Context: p.length, KVType: string(kv)})
	if bytes := need.KV + need.Compute; opts.ContextLength > 0 && chosen.Memory > 0 && bytes > chosen.Memory {
		return p, &engine.UnsupportedError{What: fmt.Sprintf(
			"a context of %d tokens, which needs %.1f GB where %.1f GB are free,", p.length, float64(bytes)/1e9, float64(chosen.Memory)/1e9)}
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
