package runner

import (
	"cmp"
	"fmt"

	"notso/engine"
	"notso/engine/gguf"
	"notso/engine/llama"
)

const (
	// defaultContext is the most that a chat gets unasked, in tokens, where the
	// memory or the model's own context is not known. The KV cache is allocated
	// whole, so every token of it costs memory from the start (SmolLM3: 72 KiB).
	defaultContext = 32_768

	// yarnFactor is how many times its own context a smollm3 takes with YaRN, as
	// its card prescribes: 131,072 tokens for SmolLM3.
	yarnFactor       = 2
	yarnArchitecture = "smollm3"

	// smallestContext is what a chat gets however short memory is.
	smallestContext = 2048

	// contextStep: llama.cpp rounds up to it.
	contextStep = 256

	// reservedBytes stay free for the system and other programs, a quarter of
	// what is available if that is more.
	reservedBytes = 3 << 29

	// buffersBytes is a generous guess of what one batch needs beside weights
	// and KV cache.
	buffersBytes = 1 << 29
)

// contextLength returns how many tokens the KV cache shall hold: what opts asks
// for, else the largest that fits in available bytes beside the weights, up to
// the model's own. yarn is the factor of a longer one, else 0. An unknown amount
// of memory, 0, counts as enough.
// Errors: *engine.UnsupportedError for a length that the model or the memory does
// not have.
func contextLength(file *gguf.File, opts engine.LoadOptions, kv llama.KVType, available int64) (n, yarn int, err error) {
	s := file.Summary()
	perToken := s.KVBytesPerToken
	if kv == llama.KVQuant8 {
		perToken = perToken * 34 / 64 // blocks of 32 numbers in 34 bytes
	}
	if n = opts.ContextLength; n > 0 {
		if s.TrainedContext > 0 && n > s.TrainedContext {
			if yarn = yarnFactor; s.Architecture != yarnArchitecture || n > yarn*s.TrainedContext {
				return 0, 0, &engine.UnsupportedError{What: fmt.Sprintf("a context of %d tokens, where the model was trained with %d,", n, s.TrainedContext)}
			}
		}
		if need := int64(n) * perToken; available > 0 && need > available {
			return 0, 0, &engine.UnsupportedError{What: fmt.Sprintf(
				"a context of %d tokens, which needs %.1f GB where %.1f GB are free,", n, float64(need)/1e9, float64(available)/1e9)}
		}
		return n, yarn, nil
	}
	if n = s.TrainedContext; n == 0 || available == 0 {
		n = min(cmp.Or(n, defaultContext), defaultContext)
	}
	if available > 0 && perToken > 0 {
		room := (available - file.Size - buffersBytes - max(reservedBytes, available/4)) / perToken
		room -= room % contextStep
		n = min(n, int(max(room, smallestContext)))
	}
	return n, 0, nil
}

// gpuLayers returns how many layers go to the GPU: as many as opts says, else
// all, or the share that fits its free memory beside the buffers.
func gpuLayers(devices []llama.Device, file *gguf.File, opts engine.LoadOptions) int {
	var free int64
	for _, d := range devices {
		if d.GPU {
			free += int64(d.FreeBytes) - buffersBytes
		}
	}
	layers, _ := file.Uint(file.Summary().Architecture + ".block_count")
	switch {
	case free <= 0 || opts.GPULayers < 0:
		return 0
	case opts.GPULayers > 0:
		return opts.GPULayers
	}
	kv := file.Summary().KVBytesPerToken * int64(min(file.Summary().TrainedContext, defaultContext))
	if need := file.Size + kv; need > free {
		return int(int64(layers) * free / need)
	}
	return llama.AllLayers
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

// memoryFor is what a model with so many layers on the GPU may take, in bytes: of
// the GPUs' memory if all are there, else of the system's.
func memoryFor(library *llama.Library, gpuLayers int) int64 {
	if gpuLayers != llama.AllLayers {
		return availableMemory(library)
	}
	var free int64
	for _, d := range library.Devices() {
		if d.GPU {
			free += int64(d.FreeBytes)
		}
	}
	return free
}

// availableMemory is what the system can give without swapping, in bytes; 0
// when it does not say.
func availableMemory(library *llama.Library) int64 {
	if n := systemMemory(); n > 0 {
		return n
	}
	for _, d := range library.Devices() {
		if !d.GPU {
			return int64(d.FreeBytes) / 2 // some systems report all memory as free
		}
	}
	return 0
}
