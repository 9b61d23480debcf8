package synthetic

import (
	"fmt"
	"slices"

	"notso/engine/gguf"
)

// usual is the architecture of the shapes that name none.
const usual = "smollm3"

// Architectures lists those that shapes can have: the ones of the models that
// people use here. They differ in their tensors and hyperparameters.
func Architectures() []string {
	return []string{usual, "llama", "qwen2", "qwen3", "gemma3", "phi3", "granite", "lfm2"}
}

// Tiny is a shape of the architecture that is as small as can be: some megabytes
// that load at once.
func Tiny(architecture string) Shape {
	return Shape{
		Name: "tiny-" + architecture, Architecture: architecture,
		Layers: 4, Width: 256, FeedForward: 512, Heads: 4, KVHeads: 2, Vocabulary: 2_048, Context: 8_192,
	}
}

func (s Shape) architecture() string {
	if s.Architecture == "" {
		return usual
	}
	return s.Architecture
}

// convolves tells whether a layer of a lfm2 has a short convolution instead of
// attention: all but every third.
func (s Shape) convolves(layer int) bool { return s.architecture() == "lfm2" && layer%3 != 2 }

// convolution is how many tokens a short convolution sees.
const convolution = 3

// setOwn sets what the architecture has beyond the common hyperparameters.
func (s Shape) setOwn(w *gguf.Writer) {
	set := func(name string, value any) { w.Set(s.architecture()+"."+name, value) }
	head := uint32(s.Width / s.Heads)
	kvHeads := any(uint32(s.KVHeads))
	switch s.architecture() {
	case "qwen3", "gemma3":
		set("attention.key_length", head)
		set("attention.value_length", head)
	case "granite":
		set("attention.scale", float32(0.125))
		set("embedding_scale", float32(1))
		set("residual_scale", float32(1))
		set("logit_scale", float32(1))
	case "lfm2":
		set("shortconv.l_cache", uint32(convolution))
		list := make([]uint32, s.Layers)
		for i := range list {
			if !s.convolves(i) {
				list[i] = uint32(s.KVHeads)
			}
		}
		kvHeads = list
	}
	if s.architecture() == "gemma3" {
		set("attention.sliding_window", uint32(512))
	}
	set("attention.head_count_kv", kvHeads)
}

// addBlock adds the tensors of one layer. some is the type of those that get
// more bits in some layers.
func (s Shape) addBlock(w *gguf.Writer, i int, some gguf.TensorType) {
	width, ff := uint64(s.Width), uint64(s.FeedForward)
	head := width / uint64(s.Heads)
	kv := head * uint64(s.KVHeads)
	block := fmt.Sprintf("blk.%d.", i)
	matrix := func(name string, t gguf.TensorType, in, rows uint64) {
		s.addMatrix(w, block+name+".weight", t, in, rows)
	}
	norm := func(name string, n uint64) { addNorm(w, block+name+".weight", n) }

	norm("attn_norm", width)
	switch {
	case s.convolves(i):
		w.Add(block+"shortconv.conv.weight", gguf.F32, []uint64{convolution, width}, gguf.Float32s(slices.Repeat([]float32{0.1}, convolution*s.Width)))
		matrix("shortconv.in_proj", q4K, width, 3*width)
		matrix("shortconv.out_proj", q4K, width, width)
	case s.architecture() == "phi3":
		matrix("attn_qkv", q4K, width, width+2*kv)
		matrix("attn_output", q4K, width, width)
	default:
		matrix("attn_q", q4K, width, width)
		matrix("attn_k", q4K, width, kv)
		matrix("attn_v", some, width, kv)
		matrix("attn_output", q4K, width, width)
	}
	switch s.architecture() {
	case "qwen2":
		addZeros(w, block+"attn_q.bias", width)
		addZeros(w, block+"attn_k.bias", kv)
		addZeros(w, block+"attn_v.bias", kv)
	case "qwen3", "gemma3", "lfm2":
		if !s.convolves(i) {
			norm("attn_q_norm", head)
			norm("attn_k_norm", head)
		}
	}
	if s.architecture() == "gemma3" {
		norm("post_attention_norm", width)
		norm("post_ffw_norm", width)
	}
	norm("ffn_norm", width)
	if s.architecture() == "phi3" {
		matrix("ffn_up", q4K, width, 2*ff)
	} else {
		matrix("ffn_gate", q4K, width, ff)
		matrix("ffn_up", q4K, width, ff)
	}
	matrix("ffn_down", some, ff, width)
}

func addZeros(w *gguf.Writer, name string, n uint64) {
	w.Add(name, gguf.F32, []uint64{n}, gguf.Float32s(make([]float32, n)))
}
