package gguf

import "strings"

// checkRope wants an even number of rotated dimensions within a head, and a
// scaling that llama.cpp can name.
func (f *File) checkRope() error {
	prefix := f.architecture() + ".rope."
	if v, ok := f.values[prefix+"scaling.type"]; ok {
		kind, _ := f.Text(prefix + "scaling.type")
		switch kind {
		case "none", "linear", "yarn", "longrope":
		default:
			return fault("%sscaling.type is a %v that llama.cpp cannot name: %q", prefix, v.Type, kind)
		}
	}
	n, ok := f.param("rope.dimension_count")
	head := f.headSize()
	if !ok || head == 0 {
		return nil
	}
	if n%2 != 0 || n > head {
		return fault("it rotates %d of the %d dimensions of a head", n, head)
	}
	return nil
}

// headSize is the length of a key of the first layer that has attention; 0 when
// there is none.
func (f *File) headSize() uint64 {
	if n, ok := f.param("attention.key_length"); ok {
		return n
	}
	width, _ := f.param("embedding_length")
	heads, _ := f.params("attention.head_count")
	for _, h := range heads {
		if h > 0 {
			return width / h
		}
	}
	return 0
}

// checkLatent looks at multi-head latent attention (DeepSeek), where the keys of
// the cache are made of a compressed and a rotated part.
func (f *File) checkLatent() error {
	rank, ok := f.param("attention.kv_lora_rank")
	rotated, known := f.param("rope.dimension_count")
	if !ok || !known {
		return nil
	}
	key, ok := f.param("attention.key_length_mla")
	if !ok {
		return nil
	}
	if key <= rotated {
		return fault("it rotates %d of the %d dimensions of a key and leaves none", rotated, key)
	}
	if head := f.headSize(); head != rank+rotated {
		return fault("it has keys of %d dimensions that are made of %d and %d", head, rank, rotated)
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

// checkExperts wants as many experts used as there can be.
func (f *File) checkExperts() error {
	count, _ := f.param("expert_count")
	used, _ := f.params("expert_used_count")
	for _, n := range used {
		if n > count {
			return fault("it uses %d of %d experts", n, count)
		}
	}
	if count > 0 && (len(used) == 0 || used[0] == 0) {
		return fault("it uses none of its %d experts", count)
	}
	inner, ok := f.param("ssm.inner_size")
	width, _ := f.param("embedding_length")
	if ok && f.architecture() == "jamba" && inner != 2*width {
		return fault("it has a state of %d for a width of %d", inner, width)
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
