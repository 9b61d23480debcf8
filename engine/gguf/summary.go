package gguf

import (
	"path/filepath"
	"strings"
)

// Summary is what people want to know of a model.
type Summary struct {
	Name            string // general.name, else the file's base name
	Architecture    string // such as "smollm3"
	Parameters      int64  // weights in all tensors
	Quantisation    string // such as "Q4_K_M", else the type of most weights
	TrainedContext  int    // tokens; 0 when the file does not tell
	Template        string // the chat template; "" for none
	KVBytesPerToken int64  // of the KV cache in f16; 0 for a model without one
}

// Summary reads the model's description out of the header.
func (f *File) Summary() Summary {
	s := Summary{Quantisation: f.quantisation(), KVBytesPerToken: f.kvBytesPerToken()}
	name, _ := f.Text("general.name")
	s.Name = strings.ToValidUTF8(name, "\uFFFD")
	if s.Name == "" {
		s.Name = strings.TrimSuffix(filepath.Base(f.Path), ".gguf")
	}
	s.Architecture, _ = f.Text("general.architecture")
	s.Template, _ = f.Text("tokenizer.chat_template")
	if n, ok := f.param("context_length"); ok {
		s.TrainedContext = int(min(n, 1<<31-1))
	}
	for _, t := range f.Tensors {
		s.Parameters += int64(t.Elements())
	}
	return s
}

// param is a hyperparameter of the file's architecture.
func (f *File) param(name string) (uint64, bool) {
	return f.Uint(f.architecture() + "." + name)
}

// params is a hyperparameter that may differ by layer.
func (f *File) params(name string) ([]uint64, bool) {
	return f.Uints(f.architecture() + "." + name)
}

func (f *File) quantisation() string {
	if n, ok := f.Uint("general.file_type"); ok {
		if name, ok := fileType(n); ok {
			return name
		}
	}
	weights := map[TensorType]uint64{}
	most := F32
	for _, t := range f.Tensors {
		weights[t.Type] += t.Elements()
		if weights[t.Type] > weights[most] {
			most = t.Type
		}
	}
	return most.String()
}

// kvBytesPerToken adds up the keys and values of all layers, 2 bytes each.
func (f *File) kvBytesPerToken() int64 {
	var elements uint64
	for _, n := range f.KVElements() {
		elements += n
	}
	return int64(2 * elements)
}

// KVElements is how many numbers each layer keeps of a token in the KV cache; 0
// for a layer without attention, nil for a file that does not tell.
func (f *File) KVElements() []uint64 {
	layers, _ := f.param("block_count")
	width, _ := f.param("embedding_length")
	heads, _ := f.params("attention.head_count")
	kvHeads, ok := f.params("attention.head_count_kv")
	if !ok {
		kvHeads = heads
	}
	if layers == 0 || layers > maxLayers || len(heads) == 0 || len(kvHeads) == 0 {
		return nil
	}
	elements := make([]uint64, layers)
	for i := range layers {
		h, kv := layer(heads, i), layer(kvHeads, i)
		if h == 0 || kv == 0 {
			continue // a layer without attention
		}
		key, ok := f.param("attention.key_length")
		if !ok {
			key = width / h
		}
		value, ok := f.param("attention.value_length")
		if !ok {
			value = width / h
		}
		elements[i] = min(kv, maxWidth) * (min(key, maxWidth) + min(value, maxWidth))
	}
	return elements
}

// layer is the value for one layer of a list that has one for each, or one for all.
func layer(list []uint64, i uint64) uint64 {
	if i < uint64(len(list)) && len(list) > 1 {
		return list[i]
	}
	return list[0]
}
