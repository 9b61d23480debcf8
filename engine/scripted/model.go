package scripted

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"

	"notso/engine/gguf"
)

//go:embed template.jinja
var template string

// The shape of the model, the least that llama.cpp takes for a smollm3. The
// width is what sets one step apart from all others: see tokenRows.
const (
	width         = 256
	heads         = 2
	headSize      = width / heads
	contextLength = 8192 // tokens
)

// WriteModel writes a GGUF file, below 3 MB, with which llama.cpp itself says
// the script: a smollm3 of one layer whose attention and feed-forward weights
// are zero, so that every token depends on the one before it alone.
//
// The first token follows the newline that ends a ChatML prompt; without
// thinking the template ends in an empty line, which leads straight to the
// answer. As each token has one successor, no piece may occur twice.
func WriteModel(path string, s Script) error {
	v, err := newVocabulary(s)
	if err != nil {
		return err
	}
	var w gguf.Writer
	w.Set("general.architecture", "smollm3")
	w.Set("general.type", "model")
	w.Set("general.name", "Scripted")
	w.Set("general.file_type", uint32(0))
	w.Set("smollm3.block_count", uint32(1))
	w.Set("smollm3.context_length", uint32(contextLength))
	w.Set("smollm3.embedding_length", uint32(width))
	w.Set("smollm3.feed_forward_length", uint32(width))
	w.Set("smollm3.attention.head_count", uint32(heads))
	w.Set("smollm3.attention.head_count_kv", uint32(1))
	w.Set("smollm3.attention.layer_norm_rms_epsilon", float32(1e-6))
	w.Set("smollm3.rope.dimension_count", uint32(headSize))
	w.Set("smollm3.rope.freq_base", float32(5e6))
	w.Set("smollm3.vocab_size", uint32(len(v.tokens)))
	w.Set("tokenizer.ggml.model", "gpt2")
	w.Set("tokenizer.ggml.pre", "gpt-2")
	w.Set("tokenizer.ggml.tokens", v.tokens)
	w.Set("tokenizer.ggml.token_type", v.types)
	w.Set("tokenizer.ggml.merges", []string{newline + " " + newline})
	w.Set("tokenizer.ggml.bos_token_id", uint32(v.ids[turnStart]))
	w.Set("tokenizer.ggml.eos_token_id", uint32(v.ids[turnEnd]))
	w.Set("tokenizer.ggml.add_bos_token", false)
	w.Set("tokenizer.chat_template", strings.TrimSpace(template))

	rows := tokenRows(len(v.tokens))
	add := func(name string, data []float32, dims ...uint64) {
		w.Add(name, gguf.F32, dims, gguf.Float32s(data))
	}
	vocabulary := uint64(len(v.tokens))
	add("token_embd.weight", rows, width, vocabulary)
	add("output.weight", chain(rows, v.steps(s)), width, vocabulary)
	add("output_norm.weight", ones(width), width)
	add("blk.0.attn_norm.weight", ones(width), width)
	add("blk.0.ffn_norm.weight", ones(width), width)
	for _, t := range []struct {
		name string
		in   uint64
		out  uint64
	}{
		{"attn_q", width, width},
		{"attn_k", width, headSize},
		{"attn_v", width, headSize},
		{"attn_output", width, width},
		{"ffn_gate", width, width},
		{"ffn_up", width, width},
		{"ffn_down", width, width},
	} {
		add("blk.0."+t.name+".weight", make([]float32, t.in*t.out), t.in, t.out)
	}
	if err := w.WriteFile(path); err != nil {
		return fmt.Errorf("scripted model: %w", err)
	}
	return nil
}

// tokenRows gives each token a row of random signs. Two rows agree in about
// half of their places, so their product is near 0, and that of a row with
// itself is the width: no sampler will mistake one token for another.
func tokenRows(tokens int) []float32 {
	random := rand.New(rand.NewPCG(1, 2))
	rows := make([]float32, tokens*width)
	for i := range rows {
		rows[i] = float32(random.IntN(2)*2 - 1)
	}
	return rows
}

// chain makes the output matrix: the row of each step's second token is the sum
// of the rows of the tokens that it follows.
func chain(rows []float32, steps [][2]int) []float32 {
	out := make([]float32, len(rows))
	for _, step := range steps {
		from, to := rows[step[0]*width:], out[step[1]*width:]
		for i := range width {
			to[i] += from[i]
		}
	}
	return out
}

func ones(n int) []float32 {
	list := make([]float32, n)
	for i := range list {
		list[i] = 1
	}
	return list
}
