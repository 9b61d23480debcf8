package gguf

import (
	"math"
	"strconv"
	"strings"
)

// Limits of llama.cpp v0.4.0 (LLAMA_MAX_LAYERS, LLAMA_MAX_EXPERTS) and of sense.
const (
	maxLayers  = 512
	maxExperts = 1024
	maxWidth   = 1 << 20
	maxCount   = 1<<31 - 1 // llama.cpp keeps many numbers as int32
)

// checkShape looks at the hyperparameters, alone and beside each other, for what
// llama.cpp asserts or divides by. What it refuses by itself, such as a tensor of
// the wrong shape, is its own to say.
func (f *File) checkShape() error {
	for _, check := range []func() error{
		f.checkNumbers,
		f.checkHeads,
		f.checkRope,
		f.checkLatent,
		f.checkWindow,
		f.checkExperts,
		f.checkRecurrent,
		f.checkBlocks,
		f.checkEmbedding,
		f.checkAttention,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkNumbers bounds each number by itself.
func (f *File) checkNumbers() error {
	for _, b := range []struct {
		name     string
		required bool
		min, max uint64
	}{
		{"block_count", true, 1, maxLayers},
		{"context_length", true, 1, maxCount},
		{"embedding_length", true, 1, maxWidth},
		{"feed_forward_length", false, 0, maxWidth * 16},
		{"attention.head_count", !recurrent(f.architecture()), 0, maxWidth},
		{"attention.head_count_kv", false, 0, maxWidth},
		{"attention.key_length", false, 1, maxWidth},
		{"attention.value_length", false, 1, maxWidth},
		{"rope.dimension_count", false, 0, maxWidth},
		{"expert_count", false, 0, maxExperts},
		{"expert_used_count", false, 0, maxExperts},
		{"expert_gating_func", false, 1, 4},
		{"experts_per_group", false, 1, maxExperts},
		{"full_attention_interval", false, 1, maxLayers},
	} {
		key := f.architecture() + "." + b.name
		v, ok := f.values[key]
		if !ok {
			if b.required {
				return fault("it does not tell its %s", key)
			}
			continue
		}
		list, ok := f.Uints(key)
		if !ok {
			return fault("%s is not a number of 0 or more", key)
		}
		if v.Type == Array && b.name != "block_count" {
			if layers, _ := f.param("block_count"); uint64(v.Len) != layers {
				return fault("%s has %d values for %d layers", key, v.Len, layers)
			}
		}
		for _, n := range list {
			if n < b.min || n > b.max {
				return fault("%s is %d, not from %d to %d", key, n, b.min, b.max)
			}
		}
	}
	return f.checkFloats()
}

// checkFloats refuses what is not a number, and a negative epsilon.
func (f *File) checkFloats() error {
	for _, key := range f.keys {
		x, ok := f.values[key].float()
		if !ok || !strings.HasPrefix(key, f.architecture()+".") {
			continue
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fault("%s is %v", key, x)
		}
		if strings.HasSuffix(key, "epsilon") && (x < 0 || x > 1) {
			return fault("%s is %v, not from 0 to 1", key, x)
		}
	}
	return nil
}

// checkHeads wants heads that divide what they share.
func (f *File) checkHeads() error {
	if recurrent(f.architecture()) {
		return nil
	}
	heads, _ := f.params("attention.head_count")
	kvHeads, ok := f.params("attention.head_count_kv")
	if !ok {
		kvHeads = heads
	}
	layers, _ := f.param("block_count")
	if len(heads) == 1 && heads[0] == 0 {
		return fault("it has no attention heads")
	}
	for i := range layers {
		if h, kv := layer(heads, i), layer(kvHeads, i); kv > 0 && (h == 0 || h%kv != 0) {
			return fault("layer %d shares %d heads for keys and values among %d heads", i, kv, h)
		}
	}
	if extra, _ := f.param("nextn_predict_layers"); extra >= layers {
		return fault("it predicts ahead with %d of its %d layers", extra, layers)
	}
	width, _ := f.param("embedding_length")
	if _, ok := f.param("attention.key_length"); !ok && len(heads) == 1 && width%heads[0] != 0 {
		return fault("it divides a width of %d among %d heads", width, heads[0])
	}
	return nil
}

func (f *File) architecture() string {
	name, _ := f.Text("general.architecture")
	return name
}

// block splits the name of a layer's tensor into the layer's number and the rest.
func block(name string) (i uint64, rest string, ok bool) {
	rest, ok = strings.CutPrefix(name, "blk.")
	if !ok {
		return 0, "", false
	}
	number, rest, _ := strings.Cut(rest, ".")
	i, err := strconv.ParseUint(number, 10, 64)
	return i, rest, err == nil
}

// checkBlocks wants no tensor of a layer that is not counted.
func (f *File) checkBlocks() error {
	layers, _ := f.param("block_count")
	for _, t := range f.Tensors {
		if i, _, ok := block(t.Name); ok && i >= layers {
			return fault("it has the tensor %q, but %d layers", t.Name, layers)
		}
	}
	return nil
}

// checkEmbedding wants a row of the right width for each token.
func (f *File) checkEmbedding() error {
	tokens := f.values["tokenizer.ggml.tokens"].Len
	width, _ := f.param("embedding_length")
	for _, t := range f.Tensors {
		if t.Name != "token_embd.weight" {
			continue
		}
		if t.Dims[0] != width {
			return fault("it is %d wide, but its tokens are %d wide", width, t.Dims[0])
		}
		if len(t.Dims) != 2 || t.Dims[1] != uint64(tokens) {
			return fault("it has %d tokens, but %d rows for them", tokens, t.Elements()/t.Dims[0])
		}
		return nil
	}
	return nil // CodeShell has none; the others llama.cpp refuses
}
