package runner

import (
	"slices"
	"strings"

	"notso/engine/llama"
)

// follow finds the tokens with which text was written after prompt, as far as a
// sequence or the disk has them; rest is what it does not find. Sampled tokens are
// rarely split as a tokenizer would, and what was evaluated of a reply that goes
// on is of use for these alone.
func (s *scheduler) follow(prompt []llama.Token, text string, piece func(llama.Token) string) (tokens []llama.Token, rest string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tokens, rest = s.cache.follow(prompt, text, piece)
	if s.snapshots == nil || rest == "" {
		return tokens, rest
	}
	if kept, left := s.snapshots.follow(prompt, text, piece); len(left) < len(rest) {
		return kept, left
	}
	return tokens, rest
}

func (c *cache) follow(prompt []llama.Token, text string, piece func(llama.Token) string) (tokens []llama.Token, rest string) {
	rest = text
	for _, s := range c.sequences {
		if commonPrefix(s.tokens, prompt) < len(prompt) {
			continue
		}
		after := s.tokens[len(prompt):]
		if n, left := spelled(after, text, piece); len(left) < len(rest) {
			tokens, rest = slices.Clone(after[:n]), left
		}
	}
	return tokens, rest
}

func (k *snapshots) follow(prompt []llama.Token, text string, piece func(llama.Token) string) (tokens []llama.Token, rest string) {
	all, rest := slices.Clone(prompt), text
	for more := true; more; {
		more = false
		var next []llama.Token
		left := rest
		for _, after := range k.store.After(all) {
			if n, l := spelled(after, rest, piece); len(l) < len(left) {
				next, left, more = after[:n], l, n == len(after)
			}
		}
		all, rest = append(all, next...), left
	}
	return all[len(prompt):], rest
}

// spelled counts the tokens with which text begins, and returns what is left of it.
func spelled(tokens []llama.Token, text string, piece func(llama.Token) string) (n int, left string) {
	for n < len(tokens) {
		p := piece(tokens[n])
		if p == "" || !strings.HasPrefix(text, p) {
			break
		}
		text = text[len(p):]
		n++
	}
	return n, text
}
