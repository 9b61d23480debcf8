package gguf_test

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"notso/engine/gguf"
)

// model is a file in the making: a llama of one layer that passes the check
// until a test spoils it.
type model struct {
	keys    []string
	values  map[string]any
	tensors []tensor
}

type tensor struct {
	name string
	kind gguf.TensorType
	dims []uint64
}

func newModel() *model {
	m := &model{values: map[string]any{}}
	m.set("general.architecture", "llama")
	m.set("general.name", "Tiny")
	m.set("llama.block_count", uint32(1))
	m.set("llama.context_length", uint32(128))
	m.set("llama.embedding_length", uint32(64))
	m.set("llama.feed_forward_length", uint32(64))
	m.set("llama.attention.head_count", uint32(4))
	m.set("llama.attention.head_count_kv", uint32(2))
	m.set("llama.attention.layer_norm_rms_epsilon", float32(1e-5))
	m.set("llama.rope.dimension_count", uint32(16))
	m.set("tokenizer.ggml.model", "gpt2")
	m.set("tokenizer.ggml.pre", "gpt-2")
	m.set("tokenizer.ggml.tokens", []string{"a", "b", "ab", "<end>"})
	m.set("tokenizer.ggml.token_type", []int32{1, 1, 1, 3})
	m.set("tokenizer.ggml.merges", []string{"a b"})
	m.set("tokenizer.ggml.eos_token_id", uint32(3))
	m.set("tokenizer.chat_template", "{{ messages[0].content }}")
	m.tensors = []tensor{
		{"token_embd.weight", gguf.F32, []uint64{64, 4}},
		{"output_norm.weight", gguf.F32, []uint64{64}},
		{"blk.0.attn_q.weight", gguf.F32, []uint64{64, 64}},
	}
	return m
}

// set sets a key; nil takes it away.
func (m *model) set(key string, value any) {
	if _, known := m.values[key]; !known {
		m.keys = append(m.keys, key)
	}
	m.values[key] = value
	if value == nil {
		delete(m.values, key)
		m.keys = slices.DeleteFunc(m.keys, func(k string) bool { return k == key })
	}
}

// rename makes the model one of another architecture.
func (m *model) rename(architecture string) {
	for i, key := range m.keys {
		if rest, ok := strings.CutPrefix(key, "llama."); ok {
			m.keys[i] = architecture + "." + rest
			m.values[m.keys[i]] = m.values[key]
		}
	}
	m.set("general.architecture", architecture)
}

// moe turns the model into one with experts.
func (m *model) moe(count, used uint32) {
	m.set("llama.expert_count", count)
	m.set("llama.expert_used_count", used)
}

// spm gives the model a SentencePiece vocabulary, with a token for each byte
// below n.
func (m *model) spm(n int) {
	tokens := []string{"<s>", "</s>"}
	for b := range n {
		tokens = append(tokens, fmt.Sprintf("<0x%02X>", b))
	}
	m.set("tokenizer.ggml.model", "llama")
	m.set("tokenizer.ggml.tokens", tokens)
	m.set("tokenizer.ggml.token_type", nil)
	m.tensors[0].dims = []uint64{64, uint64(len(tokens))}
}

// write makes the file and returns its path.
func (m *model) write(t testing.TB) string {
	t.Helper()
	var w gguf.Writer
	for _, key := range m.keys {
		w.Set(key, m.values[key])
	}
	for _, x := range m.tensors {
		w.Add(x.name, x.kind, x.dims, zeros(x))
	}
	path := filepath.Join(t.TempDir(), "tiny.gguf")
	if err := w.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// zeros is the data of a tensor of the types that the tests use.
func zeros(x tensor) func(io.Writer) error {
	blocks := map[gguf.TensorType][2]uint64{
		gguf.F32: {1, 4}, gguf.F16: {1, 2}, gguf.I32: {1, 4}, gguf.Q8_1: {32, 36}, q4_1: {32, 20},
	}
	block, size := blocks[x.kind][0], blocks[x.kind][1]
	n := size
	for _, d := range x.dims {
		n *= d
	}
	return func(w io.Writer) error {
		_, err := io.CopyN(w, strings.NewReader(strings.Repeat("\x00", int(n/block))), int64(n/block))
		return err
	}
}

const q4_1 = gguf.TensorType(3)
