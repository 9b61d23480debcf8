package fit

import (
	"slices"
	"strconv"
	"strings"

	"notso/engine"
	"notso/engine/gguf"
)

// Machine is what a model can be loaded on, now.
type Machine struct {
	RAM            int64   // bytes that can be had without swapping; 0 unknown
	GPUs           []int64 // free bytes of each
	BytesPerSecond float64 // that all cores together read; 0 unknown
}

// Judge says how the model of f fits the machine: where Choose puts it, what that
// takes, and how fast it is.
func Judge(f *gguf.File, s Settings, m Machine) engine.Fit {
	place := Choose(f, s, m)
	need := Estimate(f, Settings{Context: place.Context, KVType: s.KVType})
	return Verdict(engine.Fit{Need: need, Context: place.Context, GPULayers: place.Layers, Layers: place.All}, m, BytesPerToken(f), vocabulary(f))
}

// Verdict completes a fit of which the need and the place are known: of a model
// that reads so many bytes of its weights for each token.
func Verdict(v engine.Fit, m Machine, bytesPerToken int64, vocabulary int) engine.Fit {
	v.RAM = m.RAM
	for _, free := range m.GPUs {
		v.VRAM += free
	}
	onCPU := 1 - float64(v.GPULayers)/float64(v.Layers)
	if onCPU > 0 && m.BytesPerSecond > 0 {
		v.TokensPerSecond = Speed(float64(bytesPerToken)*onCPU, float64(v.Layers-1)*onCPU, vocabulary, m.BytesPerSecond)
	}
	host := v.Need.Process + int64(float64(v.Need.Total()-v.Need.Process)*onCPU)
	switch {
	case v.GPULayers == v.Layers:
		v.Kind = engine.FitsGPU
	case m.RAM > 0 && host > m.RAM:
		v.Kind = engine.FitsNot
	case v.GPULayers > 0:
		v.Kind = engine.FitsPartly
	default:
		v.Kind = engine.FitsCPU
	}
	return v
}

// GPUReserve stays free of a GPU's memory for its driver and the desktop.
const GPUReserve = 400 << 20

// GPULayers is how many layers go to the GPUs, the output counted as the last:
// as many as s says, else as many as fit with their part of the KV cache and the
// buffers of a batch. llama.cpp begins with the last.
func GPULayers(f *gguf.File, s Settings, free []int64) int {
	all := layers(f) + 1
	switch {
	case len(free) == 0 || s.GPULayers < 0:
		return 0
	case s.GPULayers > 0:
		return min(s.GPULayers, all)
	}
	length := roundUp(int64(s.Context), ContextStep)
	buffers := computeBytes(f, length, GPUBatchTokens) + GPUReserve
	rooms := slices.Clone(free)
	sizes := layerSizes(f, length, s.KVType)
	at, n := 0, 0
	rooms[0] -= buffers
	for _, size := range slices.Backward(sizes) {
		for at < len(rooms) && rooms[at] < size {
			if at++; at < len(rooms) {
				rooms[at] -= buffers
			}
		}
		if at == len(rooms) {
			break
		}
		rooms[at] -= size
		n++
	}
	return n
}

// layerSizes is what each layer takes with its part of the cache, the output
// last.
func layerSizes(f *gguf.File, length int64, kvType string) []int64 {
	sizes := make([]int64, layers(f)+1)
	last := len(sizes) - 1
	kv := f.KVElements()
	for i := range min(len(kv), last) {
		sizes[i] = length * int64(kv[i]) * 2
		if kvType == "q8_0" {
			sizes[i] = sizes[i] * 34 / 64
		}
	}
	output, embedding := int64(0), int64(0)
	for _, t := range f.Tensors {
		switch rest, isBlock := strings.CutPrefix(t.Name, "blk."); {
		case isBlock:
			number, _, _ := strings.Cut(rest, ".")
			if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < last {
				sizes[i] += int64(t.Size)
			}
		case t.Name == "output.weight":
			output = int64(t.Size)
		case t.Name == "token_embd.weight":
			embedding = int64(t.Size)
		}
	}
	if sizes[last] = output; output == 0 {
		sizes[last] = embedding // tied: the embedding is the output too
	}
	return sizes
}

func layers(f *gguf.File) int { return int(param(f, "block_count")) }

// BytesPerToken is what decoding one token reads of the weights: all of them but
// an embedding that is not the output too, of which one row is read, and experts
// that are not used.
func BytesPerToken(f *gguf.File) int64 {
	experts, used := param(f, "expert_count"), param(f, "expert_used_count")
	var all, embedding int64
	tied := true
	for _, t := range f.Tensors {
		size := int64(t.Size)
		if experts > 0 && strings.Contains(t.Name, "_exps.") {
			size = size / experts * used
		}
		all += size
		switch t.Name {
		case "token_embd.weight":
			embedding = size
		case "output.weight":
			tied = false
		}
	}
	if tied {
		return all
	}
	return all - embedding
}
