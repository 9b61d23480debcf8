package gguf

import (
	"math"
	"slices"
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
		{"expert_gating_func", gated(f.architecture()), 1, 4},
		{"experts_per_group", false, 1, maxExperts},
		{"full_attention_interval", false, 1, maxLayers},
		{"attention.temperature_length", false, 1, maxCount},
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
	return nil
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

// checkBlocks wants no tensor of a layer that is not counted, and layers left for
// what they are there for.
func (f *File) checkBlocks() error {
	layers, _ := f.param("block_count")
	if extra, _ := f.param("nextn_predict_layers"); extra >= layers {
		return fault("it predicts ahead with %d of its %d layers", extra, layers)
	}
	if shared, _ := f.param("attention.shared_kv_layers"); shared > 0 && shared+2 > layers {
		return fault("it lets %d of %d layers share their keys and values", shared, layers)
	}
	if deep, _ := f.param("n_deepstack_layers"); deep > layers {
		return fault("it feeds images into %d of %d layers", deep, layers)
	}
	for _, t := range f.Tensors {
		if i, _, ok := block(t.Name); ok && i >= layers {
			return fault("it has the tensor %q, but %d layers", t.Name, layers)
		}
	}
	return nil
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

// checkExperts wants no more experts used than there are, and groups that they
// can be divided into.
func (f *File) checkExperts() error {
	count, _ := f.param("expert_count")
	used, _ := f.params("expert_used_count")
	for _, n := range used {
		if n > count {
			return fault("it uses %d of %d experts", n, count)
		}
	}
	if count > 0 && (len(used) == 0 || slices.Max(used) == 0) {
		return fault("it uses none of its %d experts", count)
	}
	groups, _ := f.param("expert_group_count")
	inUse, _ := f.param("expert_group_used_count")
	if groups > 0 && groups >= count || groups > 1 && (count%groups != 0 || inUse == 0 || inUse >= groups) {
		return fault("it uses %d of %d groups of %d experts", inUse, groups, count)
	}
	return nil
}

// checkRecurrent looks at the shapes of state-space and RWKV layers, for the few
// architectures that assert them.
func (f *File) checkRecurrent() error {
	width, _ := f.param("embedding_length")
	inner, hasInner := f.param("ssm.inner_size")
	groups, _ := f.param("ssm.group_count")
	shift, hasShift := f.param("token_shift_count")
	head, hasHead := f.param("wkv.head_size")
	switch name := f.architecture(); {
	case name == "jamba" && hasInner && inner != 2*width:
		return fault("it has a state of %d for a width of %d", inner, width)
	case name == "plamo2" && groups != 0:
		return fault("it has %d groups in its state instead of none", groups)
	case (name == "rwkv6" || name == "rwkv7") && hasShift && shift != 2:
		return fault("it shifts tokens by %d instead of 2", shift)
	case hasHead && strings.Contains(name, "rwkv") && (head == 0 || width%head != 0):
		return fault("it divides a width of %d into heads of %d", width, head)
	}
	return nil
}
