// Package fit estimates, from the header of a model file alone, how much memory
// the model takes and how fast it will be, before anything of it is loaded or
// even fetched.
//
//	need := fit.Estimate(file, fit.Settings{Context: 8192})
//	verdict := fit.Judge(file, fit.Settings{}, machine)
//
// The estimates are of the process that holds the model, with the context full:
// what the weights, the KV cache and the buffers of a batch take, and the process
// itself. A test compares engine.Need.Peak with the peaks of loaded models; it is
// within 5 %. Estimates and verdicts are numbers; words are for those who show
// them. Functions may be called concurrently.
package fit

import (
	"strings"

	"notso/engine"
	"notso/engine/gguf"
)

// Settings are how a model would be loaded.
type Settings struct {
	Context   int    // tokens; 0 is the largest that fits
	KVType    string // "f16" (also ""), or "q8_0"
	GPULayers int    // 0 is as many as fit, negative none
}

// What the engine loads models with; see engine/runner.
const (
	// BatchTokens are evaluated at once, at most, on a CPU; GPUBatchTokens on a
	// GPU.
	BatchTokens    = 256 + 16
	GPUBatchTokens = 512 + 16

	// Sequences share a context, one of them for copies.
	Sequences = 17

	// ContextStep: llama.cpp rounds a context's length up to it.
	ContextStep = 256
)

// Estimate is what a model takes on a CPU with a context of so many tokens.
func Estimate(f *gguf.File, s Settings) engine.Need {
	length := roundUp(int64(s.Context), ContextStep)
	need := engine.Need{
		KV:      length*KVBytesPerToken(f, s.KVType) + stateBytes(f)*Sequences,
		Compute: computeBytes(f, length, BatchTokens),
		Process: processBytes + vocabularyBytes(f) + roundedBytes(),

		Repacked: repackedBytes(f),
	}
	for _, t := range f.Tensors {
		need.Weights += int64(t.Size)
	}
	return need
}

// KVBytesPerToken is what the KV cache keeps of each token.
func KVBytesPerToken(f *gguf.File, kvType string) int64 {
	n := f.Summary().KVBytesPerToken
	if kvType == "q8_0" {
		n = n * 34 / 64 // blocks of 32 numbers in 34 bytes
	}
	return n
}

// stateBytes is what a recurrent layer keeps of a sequence, all such layers
// together: the last inputs of a convolution and the state, in float32. Which
// layers those are is known by their tensors.
func stateBytes(f *gguf.File) (total int64) {
	inner, groups, state := param(f, "ssm.inner_size"), param(f, "ssm.group_count"), param(f, "ssm.state_size")
	conv, short := param(f, "ssm.conv_kernel"), param(f, "shortconv.l_cache")
	for _, t := range f.Tensors {
		switch {
		case strings.HasSuffix(t.Name, ".ssm_conv1d.weight") && conv > 0:
			total += 4 * ((conv-1)*(inner+2*groups*state) + state*inner)
		case strings.HasSuffix(t.Name, ".shortconv.conv.weight") && short > 0:
			total += 4 * (short - 1) * param(f, "embedding_length")
		}
	}
	return total
}

// computeBytes is what one batch passes through at most: the widest step of a
// layer, the masks that say who sees whom, and the results.
func computeBytes(f *gguf.File, length, batch int64) int64 {
	width, ff := param(f, "embedding_length"), param(f, "feed_forward_length")
	if used := param(f, "expert_used_count"); used > 0 {
		ff = max(ff, used*param(f, "expert_feed_forward_length"))
	}
	layer := (3*width + 2*ff) * batch * 4
	mask := length * batch * (4 + 2) // float32, and float16 for the attention
	results := int64(vocabulary(f)) * Sequences * 4 * 2
	return layer + mask + results
}

const (
	// processBytes is what a worker takes without a model.
	processBytes = 84 << 20

	// tokenBytes is what llama.cpp and we keep of each token and each merge, in
	// tables by number and by text.
	tokenBytes = 250
	mergeBytes = 150
)

func vocabularyBytes(f *gguf.File) int64 {
	merges, _ := f.Value("tokenizer.ggml.merges")
	return int64(vocabulary(f))*tokenBytes + int64(merges.Len)*mergeBytes
}

func vocabulary(f *gguf.File) int {
	tokens, _ := f.Value("tokenizer.ggml.tokens")
	return tokens.Len
}

// param is a hyperparameter of the file's architecture; of one that differs by
// layer the largest, 0 for none.
func param(f *gguf.File, name string) (largest int64) {
	architecture, _ := f.Text("general.architecture")
	list, _ := f.Uints(architecture + "." + name)
	for _, n := range list {
		largest = max(largest, int64(min(n, 1<<32)))
	}
	return largest
}

func roundUp(n, step int64) int64 { return (n + step - 1) / step * step }
