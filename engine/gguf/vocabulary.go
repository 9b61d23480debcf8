package gguf

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxTokens   = 1 << 20 // the largest vocabulary known has 262,144
	maxTemplate = 1 << 20 // bytes; the largest known has about 30,000
)

func (f *File) checkVocabulary() error {
	model, ok := f.Text("tokenizer.ggml.model")
	if !ok {
		return fault("it does not tell its tokenizer")
	}
	if model == "none" || model == "no_vocab" {
		return fault("it has no vocabulary")
	}
	if n := f.values["tokenizer.ggml.tokens"].Len; n > maxTokens {
		return fault("it has %d tokens, more than %d", n, maxTokens)
	}
	tokens, ok := f.Strings("tokenizer.ggml.tokens")
	if !ok || len(tokens) == 0 {
		return fault("it has no list of tokens")
	}
	if err := unique(tokens); err != nil {
		return err
	}
	if err := f.checkLists(len(tokens)); err != nil {
		return err
	}
	if err := f.checkIDs(len(tokens)); err != nil {
		return err
	}
	switch model {
	case "gpt2", "gemma4":
		if merges := f.values["tokenizer.ggml.merges"]; merges.Elem != String || merges.Len == 0 {
			return fault("it has a tokenizer without merges")
		}
	case "llama", "plamo2":
		return everyByte(tokens)
	case "bert", "hybriddna", "rwkv", "t5":
	default:
		return fault("it has the tokenizer %.40q, which this version does not know", model)
	}
	return nil
}

// unique refuses a token that occurs twice; llama.cpp stops the process for it.
// An empty token gets the name that llama.cpp gives it.
func unique(tokens []string) error {
	ids := make(map[string]int, len(tokens))
	for id, token := range tokens {
		if token == "" {
			token = fmt.Sprintf("[EMPTY_%d]", id)
		}
		if first, twice := ids[token]; twice {
			return fault("it has the token %.40q twice, as %d and %d", token, first, id)
		}
		ids[token] = id
	}
	return nil
}

// checkLists wants the lists that go with the tokens to be as long and of the
// type that llama.cpp reads without looking.
func (f *File) checkLists(tokens int) error {
	for _, list := range []struct {
		key   string
		types []ValueType
	}{
		{"tokenizer.ggml.scores", []ValueType{Float32, Int32}},
		{"tokenizer.ggml.token_type", []ValueType{Int32}},
	} {
		v, ok := f.values[list.key]
		if !ok {
			continue
		}
		if v.Type != Array || !slices.Contains(list.types, v.Elem) {
			return fault("%s is not a list of %v", list.key, list.types[0])
		}
		if v.Len < tokens {
			return fault("%s has %d values for %d tokens", list.key, v.Len, tokens)
		}
	}
	return nil
}

// checkIDs wants every special token to be one of the vocabulary; all bits set
// stands for none. The padding token is of no use here, and files exist in which
// it is the number of tokens.
func (f *File) checkIDs(tokens int) error {
	for _, key := range f.keys {
		if !strings.HasPrefix(key, "tokenizer.ggml.") || !strings.HasSuffix(key, "_token_id") ||
			key == "tokenizer.ggml.padding_token_id" {
			continue
		}
		if v := f.values[key]; !v.Type.integer() {
			return fault("%s is a %v, not a number", key, v.Type)
		}
		if id, ok := f.Uint(key); ok && id >= uint64(tokens) && id != 1<<32-1 {
			return fault("%s is %d, but there are %d tokens", key, id, tokens)
		}
	}
	return nil
}

// everyByte wants a token for each byte, which llama.cpp falls back on for text
// that it has no other token for.
func everyByte(tokens []string) error {
	has := make(map[string]bool, 512)
	for _, token := range tokens {
		if len(token) == 1 || len(token) == 6 && strings.HasPrefix(token, "<0x") {
			has[token] = true
		}
	}
	for b := range 256 {
		if !has[fmt.Sprintf("<0x%02X>", b)] && !has[string([]byte{byte(b)})] {
			return fault("it has no token for the byte %d", b)
		}
	}
	return nil
}

// checkTemplate bounds the chat template; what it does is engine/prompt's matter.
func (f *File) checkTemplate() error {
	for _, key := range f.keys {
		if key != "tokenizer.chat_template" && !strings.HasPrefix(key, "tokenizer.chat_template.") {
			continue
		}
		s, ok := f.Text(key)
		switch {
		case !ok:
			return fault("%s is not a text", key)
		case len(s) > maxTemplate:
			return fault("it has a chat template of %d bytes, more than %d", len(s), maxTemplate)
		case !utf8.ValidString(s):
			return fault("it has a chat template that is not UTF-8")
		}
	}
	return nil
}
