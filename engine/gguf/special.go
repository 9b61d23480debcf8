package gguf

import (
	"slices"
	"strings"
)

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
			return fault("%s is %q, which is not known", key, kind)
		}
	}
	n, ok := f.param("rope.dimension_count")
	head := f.headSize()
	if !ok || head == 0 {
		return nil
	}
	whole := slices.Contains(strings.Fields(wholeRope), f.architecture())
	if n%2 != 0 || n > head || whole && n != head {
		return fault("it rotates %d of the %d dimensions of a head", n, head)
	}
	return nil
}

// checkWindow wants a pattern of sliding windows that leaves some layer one.
func (f *File) checkWindow() error {
	if window, ok := f.param("attention.sliding_window"); ok && window > 0 {
		pattern, ok := f.params("attention.sliding_window_pattern")
		some := !ok || len(pattern) == 1 && pattern[0] != 1
		for _, p := range pattern {
			some = some || len(pattern) > 1 && p != 0
		}
		if !some {
			return fault("it has a sliding window that no layer uses")
		}
	}
	layers, _ := f.param("block_count")
	if shared, ok := f.param("attention.shared_kv_layers"); ok && shared > 0 && shared+2 > layers {
		return fault("it lets %d of %d layers share their keys and values", shared, layers)
	}
	return nil
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
	if groups > 1 && (groups >= count || count%groups != 0 || inUse == 0 || inUse >= groups) {
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

// checkTypes wants types that llama.cpp can compute with: vectors, such as norms
// and biases, as F32, and matrices as anything that is meant for weights.
func (f *File) checkTypes() error {
	for _, t := range f.Tensors {
		switch t.Type {
		case Q8_1, Q8_K, I8, I16, I64, F64:
			return fault("tensor %q is of the type %v, which is not one for weights", t.Name, t.Type)
		case I32:
			if !strings.Contains(t.Name, "tid2eid") { // DeepSeek 4 maps tokens to experts
				return fault("tensor %q is of the type %v, which is not one for weights", t.Name, t.Type)
			}
		case F32:
		default:
			if t.Elements() == t.Dims[0] {
				return fault("tensor %q is a vector of the type %v instead of F32", t.Name, t.Type)
			}
		}
	}
	return nil
}
