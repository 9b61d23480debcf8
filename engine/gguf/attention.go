package gguf

import (
	"slices"
	"strings"
)

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
	width, _ := f.param("embedding_length")
	if _, ok := f.param("attention.key_length"); !ok && len(heads) == 1 && width%heads[0] != 0 {
		return fault("it divides a width of %d among %d heads", width, heads[0])
	}
	return nil
}

// wholeRope lists the architectures whose graph in llama.cpp v0.4.0 asserts that
// all of a head is rotated. They were found by loading a tiny model of each with
// half of that.
const wholeRope = `apertus arcee arctic baichuan codeshell cogvlm cohere2moe dbrx deepseek dots1 ernie4_5
	ernie4_5-moe exaone exaone-moe exaone4 granite granitemoe grok hunyuan-dense hunyuan-moe hunyuan_vl hy_v3
	internlm2 jais2 maincoder mellum minicpm mistral3 olmo olmo2 olmoe orion paddleocr pangu-embedded plamo
	qwen2 qwen2moe qwen2vl qwen3 qwen3moe qwen3vl qwen3vlmoe seed_oss smallthinker smollm3 starcoder2 talkie
	xverse`

// checkRope wants an even number of rotated dimensions within a head, and a
// scaling that llama.cpp can name.
func (f *File) checkRope() error {
	key := f.architecture() + ".rope.scaling.type"
	if _, ok := f.values[key]; ok {
		switch kind, _ := f.Text(key); kind {
		case "none", "linear", "yarn", "longrope":
		default:
			return fault("%s is %.40q, which is not known", key, kind)
		}
	}
	n, ok := f.param("rope.dimension_count")
	head := f.headSize()
	if !ok || head == 0 {
		return nil
	}
	whole := slices.Contains(strings.Fields(wholeRope), f.architecture())
	_, hybrid := f.param("ssm.conv_kernel") // may do without; for the others 0 has no end
	if n%2 != 0 || n > head || whole && n != head || n == 0 && !hybrid {
		return fault("it rotates %d of the %d dimensions of a head", n, head)
	}
	return nil
}

// checkWindow wants a pattern of sliding windows that leaves some layer one.
func (f *File) checkWindow() error {
	window, hasWindow := f.param("attention.sliding_window")
	pattern, hasPattern := f.params("attention.sliding_window_pattern")
	if hasWindow && hasPattern {
		some := len(pattern) == 1 && pattern[0] != 1 // one layer in so many has no window
		for _, p := range pattern {
			some = some || len(pattern) > 1 && p != 0
		}
		if !some || window == 0 {
			return fault("it has a sliding window of %d tokens that no layer can use", window)
		}
	}
	return nil
}

// checkLatent looks at multi-head latent attention (DeepSeek), where the keys of
// the cache are made of a compressed and a rotated part.
func (f *File) checkLatent() error {
	rank, _ := f.param("attention.kv_lora_rank")
	rotated, _ := f.param("rope.dimension_count")
	key, ok := f.param("attention.key_length_mla")
	if !ok {
		return nil
	}
	if rotated == 0 || key <= rotated {
		return fault("it rotates %d of the %d dimensions of a key, which must leave some", rotated, key)
	}
	if head := f.headSize(); head != rank+rotated {
		return fault("it has keys of %d dimensions that are made of %d and %d", head, rank, rotated)
	}
	return nil
}

// ownAttention tells whether the matrices of an architecture's attention are not
// simply heads times their length: gates beside the queries, layers of several
// lengths, or a shape that no file was at hand for.
func (f *File) ownAttention() bool {
	if _, ok := f.values[f.architecture()+".attention.key_length_swa"]; ok {
		return true
	}
	switch f.architecture() {
	case "bailingmoe3", "deepseek2-ocr", "deepseek4", "dots3note", "glm-dsa", "granite_swa", "graniteswitch",
		"kimi-k3", "kimi-linear", "minicpm3", "minimax-m3", "plm", "qwen35", "qwen35moe", "qwen3next", "qwen4exp":
		return true
	}
	return recurrent(f.architecture())
}

// checkAttention wants the matrices of each layer to have a place for every head.
// llama.cpp trusts the counts of many architectures.
func (f *File) checkAttention() error {
	if f.ownAttention() {
		return nil
	}
	heads, _ := f.params("attention.head_count")
	kvHeads, ok := f.params("attention.head_count_kv")
	if !ok {
		kvHeads = heads
	}
	key, value := f.headSize(), f.evenHead()
	if n, ok := f.param("attention.value_length"); ok {
		value = n
	}
	if n, ok := f.param("attention.key_length_mla"); ok { // the others are those of the cache
		key = n
		value, _ = f.param("attention.value_length_mla")
	}
	for _, t := range f.Tensors {
		i, name, ok := block(t.Name)
		if !ok || len(t.Dims) != 2 {
			continue
		}
		h, kv := layer(heads, i), layer(kvHeads, i)
		have, want := t.Dims[1], uint64(0)
		switch name {
		case "attn_q.weight":
			want = h * key
		case "attn_k.weight":
			want = kv * key
		case "attn_v.weight":
			want = kv * value
		case "attn_qkv.weight":
			want = h*key + kv*(key+value)
		case "attn_output.weight":
			have, want = t.Dims[0], h*value
		default:
			continue
		}
		if have != want {
			return fault("tensor %q has room for %d values, but its heads make %d", t.Name, have, want)
		}
	}
	return nil
}

// headSize is the length of a key, of the first layer that has attention; 0 when
// there is none.
func (f *File) headSize() uint64 {
	if n, ok := f.param("attention.key_length"); ok {
		return n
	}
	return f.evenHead()
}

// evenHead is the length of a head that has its even share of the width.
func (f *File) evenHead() uint64 {
	width, _ := f.param("embedding_length")
	heads, _ := f.params("attention.head_count")
	for _, h := range heads {
		if h > 0 {
			return width / h
		}
	}
	return 0
}
