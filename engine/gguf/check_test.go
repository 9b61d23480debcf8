package gguf_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/gguf"
)

func TestCheckAccepts(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*model)
	}{
		{"a plain model", func(*model) {}},
		{"a vocabulary of bytes", func(m *model) { m.spm(256) }},
		{"tokens without a text", func(m *model) { m.set("tokenizer.ggml.tokens", []string{"a", "", "", "<end>"}) }},
		{"an id that stands for none", func(m *model) { m.set("tokenizer.ggml.bos_token_id", uint32(math.MaxUint32)) }},
		{"a padding token beyond the others", func(m *model) { m.set("tokenizer.ggml.padding_token_id", uint32(4)) }},
		{"experts", func(m *model) { m.moe(8, 2) }},
		{"heads given for each layer", func(m *model) { m.set("llama.attention.head_count", []uint32{4}) }},
		{"no chat template", func(m *model) { m.set("tokenizer.chat_template", nil) }},
		{"a quantised matrix", func(m *model) { m.tensors[2].kind = q4_1 }},
		{"another alignment than the usual", func(m *model) { m.set("general.alignment", uint32(32)) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newModel()
			tt.change(m)
			if _, err := gguf.Check(m.write(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	nan := float32(math.NaN())
	for _, tt := range []struct {
		name   string
		change func(*model)
		want   string
	}{
		{"no architecture", func(m *model) { m.set("general.architecture", nil) }, "does not tell its architecture"},
		{"an unknown architecture", func(m *model) { m.set("general.architecture", "llamb") }, `the architecture "llamb"`},
		{"an embedding model", func(m *model) { m.set("general.architecture", "bert") }, "an embedding model"},
		{"an adapter", func(m *model) { m.set("general.type", "adapter") }, `calls itself "adapter"`},
		{"a later part of a split model", func(m *model) { m.set("split.count", uint16(3)); m.set("split.no", uint16(1)) }, "part 2 of the 3"},
		{"a first part under another name", func(m *model) { m.set("split.count", uint16(3)) }, "does not end in -00001-of-00003.gguf"},
		{"a vocabulary alone", func(m *model) { m.tensors = nil }, "holds no weights"},

		{"a key twice", func(m *model) { m.keys = append(m.keys, "general.name") }, `the metadata key "general.name" twice`},
		{"a tensor twice", func(m *model) { m.tensors = append(m.tensors, m.tensors[1]) }, `two tensors named "output_norm.weight"`},
		{"a norm that is not F32", func(m *model) { m.tensors[1].kind = gguf.F16 }, "is a vector of the type F16"},
		{"a type that is only for sums", func(m *model) { m.tensors[2].kind = gguf.Q8_1 }, "not one for weights"},
		{"whole numbers for weights", func(m *model) { m.tensors[2].kind = gguf.I32 }, "not one for weights"},

		{"no layers", func(m *model) { m.set("llama.block_count", uint32(0)) }, "block_count is 0"},
		{"too many layers", func(m *model) { m.set("llama.block_count", uint32(513)) }, "block_count is 513"},
		{"no block count", func(m *model) { m.set("llama.block_count", nil) }, "does not tell its llama.block_count"},
		{"a tensor of a layer too many", func(m *model) { m.tensors[2].name = "blk.1.attn_q.weight" }, "but 1 layers"},
		{"no context", func(m *model) { m.set("llama.context_length", uint32(0)) }, "context_length is 0"},
		{"a width as text", func(m *model) { m.set("llama.embedding_length", "64") }, "is not a number"},
		{"a negative width", func(m *model) { m.set("llama.embedding_length", int32(-64)) }, "is not a number"},
		{"another width than the tokens", func(m *model) { m.set("llama.embedding_length", uint32(128)) }, "is 128 wide"},
		{"no heads", func(m *model) { m.set("llama.attention.head_count", uint32(0)) }, "no attention heads"},
		{"no head count", func(m *model) { m.set("llama.attention.head_count", nil) }, "head_count"},
		{"heads for another number of layers", func(m *model) { m.set("llama.attention.head_count", []uint32{4, 4}) }, "2 values for 1 layers"},
		{"heads that do not divide the width", func(m *model) {
			m.set("llama.attention.head_count", uint32(6))
		}, "divides a width of 64 among 6 heads"},
		{"heads that do not share evenly", func(m *model) { m.set("llama.attention.head_count_kv", uint32(3)) }, "shares 3 heads"},
		{"more heads for keys than heads", func(m *model) { m.set("llama.attention.head_count_kv", uint32(8)) }, "shares 8 heads"},

		{"a negative epsilon", func(m *model) { m.set("llama.attention.layer_norm_rms_epsilon", float32(-1)) }, "not from 0 to 1"},
		{"an epsilon that is no number", func(m *model) { m.set("llama.attention.layer_norm_rms_epsilon", nan) }, "is NaN"},
		{"an odd rotation", func(m *model) { m.set("llama.rope.dimension_count", uint32(15)) }, "rotates 15 of the 16"},
		{"a rotation beyond the head", func(m *model) { m.set("llama.rope.dimension_count", uint32(18)) }, "rotates 18 of the 16"},
		{"an unknown rope scaling", func(m *model) { m.set("llama.rope.scaling.type", "lineal") }, "lineal"},
		{"a rotation of half a head where all is wanted", func(m *model) { m.rename("qwen2"); m.set("qwen2.rope.dimension_count", uint32(8)) }, "rotates 8 of the 16"},
		{"layers to predict ahead and no others", func(m *model) { m.set("llama.nextn_predict_layers", uint32(1)) }, "1 of its 1 layers"},
		{"a head count that the queries do not fit", func(m *model) {
			m.set("llama.attention.head_count", uint32(2))
			m.set("llama.attention.key_length", uint32(16))
		}, "room for 64 values, but its heads make 32"},
		{"experts in groups that do not divide them", func(m *model) {
			m.moe(8, 2)
			m.set("llama.expert_group_count", uint32(3))
			m.set("llama.expert_group_used_count", uint32(1))
		}, "1 of 3 groups of 8 experts"},
		{"more experts used than there are", func(m *model) { m.moe(2, 3) }, "uses 3 of 2 experts"},
		{"no experts used", func(m *model) { m.moe(2, 0) }, "uses none of its 2 experts"},
		{"experts used of none", func(m *model) { m.moe(0, 1) }, "uses 1 of 0 experts"},
		{"too many experts", func(m *model) { m.moe(1025, 1) }, "expert_count is 1025"},
		{"an unknown gating", func(m *model) { m.set("llama.expert_gating_func", uint32(9)) }, "expert_gating_func is 9"},

		{"no tokenizer", func(m *model) { m.set("tokenizer.ggml.model", nil) }, "does not tell its tokenizer"},
		{"a tokenizer that is none", func(m *model) { m.set("tokenizer.ggml.model", "no_vocab") }, "has no vocabulary"},
		{"an unknown tokenizer", func(m *model) { m.set("tokenizer.ggml.model", "gpt3") }, `the tokenizer "gpt3"`},
		{"no tokens", func(m *model) { m.set("tokenizer.ggml.tokens", nil) }, "no list of tokens"},
		{"too many tokens", func(m *model) { m.set("tokenizer.ggml.tokens", make([]string, 1<<20+1)) }, "1048577 tokens"},
		{"tokens that are numbers", func(m *model) { m.set("tokenizer.ggml.tokens", []uint32{1, 2}) }, "no list of tokens"},
		{"a token twice", func(m *model) { m.set("tokenizer.ggml.tokens", []string{"a", "b", "a", "c"}) }, `the token "a" twice, as 0 and 2`},
		{"another number of tokens than rows", func(m *model) { m.tensors[0].dims[1] = 5 }, "4 tokens, but 5 rows"},
		{"too few token types", func(m *model) { m.set("tokenizer.ggml.token_type", []int32{1}) }, "1 values for 4 tokens"},
		{"token types as text", func(m *model) { m.set("tokenizer.ggml.token_type", []string{"a"}) }, "not a list of int32"},
		{"too few scores", func(m *model) { m.set("tokenizer.ggml.scores", []float32{1}) }, "1 values for 4 tokens"},
		{"an id beyond the tokens", func(m *model) { m.set("tokenizer.ggml.eos_token_id", uint32(4)) }, "eos_token_id is 4, but there are 4 tokens"},
		{"an id as text", func(m *model) { m.set("tokenizer.ggml.eos_token_id", "3") }, "is a string, not a number"},
		{"no merges", func(m *model) { m.set("tokenizer.ggml.merges", []string{}) }, "without merges"},
		{"a byte without a token", func(m *model) { m.spm(255) }, "no token for the byte 255"},
		{"a template that is no text", func(m *model) { m.set("tokenizer.chat_template", uint32(1)) }, "is not a text"},
		{"a template without end", func(m *model) {
			m.set("tokenizer.chat_template", strings.Repeat("x", 1<<20+1))
		}, "a chat template of 1048577 bytes"},
		{"a template that is not UTF-8", func(m *model) { m.set("tokenizer.chat_template", "\xff") }, "not UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newModel()
			tt.change(m)
			path := m.write(t)
			_, err := gguf.Check(path)
			wantReason(t, err, path, tt.want)
		})
	}
}

// Fields that the writer would not get wrong are changed in its bytes.
func TestCheckRefusesBytes(t *testing.T) {
	le := binary.LittleEndian
	after := func(b []byte, text string) []byte {
		i := bytes.Index(b, []byte(text))
		if i < 0 {
			t.Fatalf("no %q in the file", text)
		}
		return b[i+len(text):]
	}
	for _, tt := range []struct {
		name   string
		change func(b []byte) []byte
		want   string
	}{
		{"an empty file", func(b []byte) []byte { return nil }, "is not a GGUF file"},
		{"another format", func(b []byte) []byte { copy(b, "PK\x03\x04"); return b }, "is not a GGUF file"},
		{"version 1", func(b []byte) []byte { le.PutUint32(b[4:], 1); return b }, "version 1, which is no longer supported"},
		{"a version to come", func(b []byte) []byte { le.PutUint32(b[4:], 4); return b }, "version 4"},
		{"the other byte order", func(b []byte) []byte { le.PutUint32(b[4:], 3<<24); return b }, "big-endian"},
		{"a count of tensors that lies", func(b []byte) []byte { le.PutUint64(b[8:], 1<<40); return b }, "claims to hold 1099511627776 tensors"},
		{"a count of keys that lies", func(b []byte) []byte { le.PutUint64(b[16:], 1<<40); return b }, "claims to hold 1099511627776 metadata keys"},
		{"a header that is cut", func(b []byte) []byte { return b[:100] }, "the file is cut off"},
		{"weights that are cut", func(b []byte) []byte { return b[:len(b)-65] }, `tensor "blk.0.attn_q.weight" lies outside the file`},
		{"a text that is longer than the file", func(b []byte) []byte {
			le.PutUint64(after(b, "general.name")[4:], 1<<40)
			return b
		}, `"general.name": the file is cut off`},
		{"a list that is longer than the file", func(b []byte) []byte {
			le.PutUint64(after(b, "tokenizer.ggml.tokens")[8:], 1<<20)
			return b
		}, `"tokenizer.ggml.tokens": the file is cut off`},
		{"a list without measure", func(b []byte) []byte {
			le.PutUint64(after(b, "tokenizer.ggml.tokens")[8:], 1<<60)
			return b
		}, "claims to hold 1152921504606846976 values"},
		{"an unknown type of value", func(b []byte) []byte { le.PutUint32(after(b, "general.name"), 77); return b }, "the unknown type 77"},
		{"lists within a list", func(b []byte) []byte { le.PutUint32(after(b, "tokenizer.ggml.tokens")[4:], 9); return b }, "the unknown array"},
		{"no dimensions", func(b []byte) []byte { le.PutUint32(after(b, "output_norm.weight"), 0); return b }, "has 0 dimensions"},
		{"too many dimensions", func(b []byte) []byte { le.PutUint32(after(b, "output_norm.weight"), 5); return b }, "has 5 dimensions"},
		{"a dimension of 0", func(b []byte) []byte { le.PutUint64(after(b, "output_norm.weight")[4:], 0); return b }, "a dimension of 0"},
		{"dimensions that overflow", func(b []byte) []byte {
			le.PutUint64(after(b, "token_embd.weight")[4:], 1<<40)
			le.PutUint64(after(b, "token_embd.weight")[12:], 1<<40)
			return b
		}, "impossible dimensions"},
		{"a size that overflows", func(b []byte) []byte { le.PutUint64(after(b, "output_norm.weight")[4:], 1<<62); return b }, "impossible dimensions"},
		{"a removed type", func(b []byte) []byte { le.PutUint32(after(b, "output_norm.weight")[12:], 4); return b }, "the unknown type 4"},
		{"rows that are no blocks", func(b []byte) []byte { le.PutUint32(after(b, "output_norm.weight")[12:], 12); return b }, "Q4_K stores 256 at a time"},
		{"a tensor outside the file", func(b []byte) []byte {
			le.PutUint64(after(b, "blk.0.attn_q.weight")[24:], math.MaxUint64-31)
			return b
		}, "lies outside the file"},
		{"a tensor on another", func(b []byte) []byte { le.PutUint64(after(b, "blk.0.attn_q.weight")[24:], 1024); return b }, "overlaps the one before"},
		{"a tensor out of line", func(b []byte) []byte { le.PutUint64(after(b, "blk.0.attn_q.weight")[24:], 1281); return b }, "not aligned to 32"},
		{"a gap", func(b []byte) []byte { le.PutUint64(after(b, "output_norm.weight")[16:], 1056); return b }, "leaves a gap"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := os.ReadFile(newModel().write(t))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "spoilt.gguf")
			if err := os.WriteFile(path, tt.change(b), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = gguf.Check(path)
			wantReason(t, err, path, tt.want)
		})
	}
}

func TestCheckAlignment(t *testing.T) {
	for _, tt := range []struct {
		name  string
		value any
		want  string
	}{
		{"none", uint32(0), "not a power of two"},
		{"no power of two", uint32(48), "not a power of two"},
		{"not a uint32", uint64(32), "is a uint64"},
		{"too little for llama.cpp", uint32(16), "aligned to 16 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newModel()
			m.set("general.alignment", tt.value)
			path := m.write(t)
			_, err := gguf.Check(path)
			wantReason(t, err, path, tt.want)
		})
	}
}

func TestCheckOfWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.gguf")
	_, err := gguf.Check(missing)
	wantReason(t, err, missing, "there is no such file")
	_, err = gguf.Check(dir)
	wantReason(t, err, dir, "not a file")
}

func wantReason(t *testing.T, err error, path, want string) {
	t.Helper()
	var file *engine.ModelFileError
	if !errors.As(err, &file) {
		t.Fatalf("got %v, want a ModelFileError with %q", err, want)
	}
	if !strings.Contains(file.Reason, want) || file.Path != path {
		t.Errorf("got %q for %s, want %q", file.Reason, file.Path, want)
	}
}
