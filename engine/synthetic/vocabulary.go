package synthetic

import (
	"fmt"

	"notso/engine/gguf"
)

// Where the special tokens stand, as in SmolLM3's vocabulary of 128,256: after
// all others.
const (
	specials = 256

	textBegin  = 0
	textEnd    = 1
	thinkOpen  = 2
	thinkClose = 3
	turnBegin  = 11
	turnEnd    = 12
)

// Token types of GGUF.
const (
	typeNormal      = 1
	typeControl     = 3
	typeUserDefined = 4
)

// setVocabulary makes a byte-level BPE: a token for each byte, then every row of
// letters, with and without a space before it, shortest first until the
// vocabulary is full, each merged out of the one that is a letter shorter.
// English comes out at two to three letters a token.
func (s Shape) setVocabulary(w *gguf.Writer) {
	tokens, merges := letters(s.Vocabulary - specials)
	types := make([]int32, s.Vocabulary)
	for i := range types {
		types[i] = typeNormal
	}
	names := map[int]string{
		textBegin: "<|begin_of_text|>", textEnd: "<|end_of_text|>",
		thinkOpen: "<think>", thinkClose: "</think>",
		turnBegin: "<|im_start|>", turnEnd: "<|im_end|>",
	}
	first := len(tokens)
	for i := range specials {
		name, ok := names[i]
		if !ok {
			name = fmt.Sprintf("<|reserved_%d|>", i)
		}
		tokens = append(tokens, name)
		types[first+i] = typeControl
	}
	types[first+thinkOpen], types[first+thinkClose] = typeUserDefined, typeUserDefined
	w.Set("tokenizer.ggml.model", "gpt2")
	w.Set("tokenizer.ggml.pre", "smaug-bpe")
	w.Set("tokenizer.ggml.tokens", tokens)
	w.Set("tokenizer.ggml.token_type", types)
	w.Set("tokenizer.ggml.merges", merges)
	w.Set("tokenizer.ggml.bos_token_id", uint32(first+textBegin))
	w.Set("tokenizer.ggml.eos_token_id", uint32(first+turnEnd))
	w.Set("tokenizer.ggml.add_bos_token", false)
}

// letters returns n tokens and the merges that make those after the bytes.
func letters(n int) (tokens, merges []string) {
	symbols := byteSymbols()
	tokens = append(tokens, symbols[:]...)
	grow := []string{symbols[' ']}
	for c := byte('a'); c <= 'z'; c++ {
		grow = append(grow, symbols[c])
	}
	for i := 0; len(tokens) < n; i++ {
		for c := byte('a'); c <= 'z' && len(tokens) < n; c++ {
			longer := grow[i] + symbols[c]
			tokens = append(tokens, longer)
			merges = append(merges, grow[i]+" "+symbols[c])
			grow = append(grow, longer)
		}
	}
	return tokens, merges
}

// byteSymbols is GPT-2's alphabet: the character that stands for each byte, which
// is the byte itself where it prints, else the next one from 256 on.
func byteSymbols() (symbols [256]string) {
	next := rune(256)
	for b := range symbols {
		switch {
		case b >= '!' && b <= '~', b >= 0xa1 && b != 0xad:
			symbols[b] = string(rune(b))
		default:
			symbols[b] = string(next)
			next++
		}
	}
	return symbols
}
