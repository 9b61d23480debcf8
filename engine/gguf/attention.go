package gguf

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
