package snapshot

import "notso/engine/llama"

// Part is where a block belongs in a prompt: its first Shared tokens are the
// prompt's from First on.
type Part struct {
	Block  *Block
	First  int
	Shared int
}

// Find returns the blocks that hold tokens beyond the first from of them, in
// order and without a gap; nil when there are none. The first of them may begin
// before from.
func (s *Store) Find(tokens []llama.Token, from int) []Part {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opts.Whole {
		return s.findWhole(tokens, from)
	}
	end := from - from%BlockTokens
	parent := s.root.chain(tokens[:end])
	var parts []Part
	for {
		b, shared := s.closest(parent, tokens[end:])
		if shared == 0 {
			break
		}
		parts = append(parts, Part{b, end, shared})
		end += shared
		if shared < BlockTokens {
			break
		}
		parent = b.key
	}
	if end <= from {
		return nil
	}
	return parts
}

// After returns what blocks hold behind tokens, each up to its own end.
func (s *Store) After(tokens []llama.Token) (after [][]llama.Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	parent, last := s.root, tokens
	if !s.opts.Whole {
		end := len(tokens) - len(tokens)%BlockTokens
		parent, last = s.root.chain(tokens[:end]), tokens[end:]
	}
	for _, b := range s.children[parent] {
		if len(b.tokens) > len(last) && commonPrefix(b.tokens, last) == len(last) {
			after = append(after, b.tokens[len(last):])
		}
	}
	return after
}

// closest returns the block after parent that shares most with tokens.
func (s *Store) closest(parent Key, tokens []llama.Token) (best *Block, shared int) {
	for _, b := range s.children[parent] {
		if n := commonPrefix(b.tokens, tokens); n > shared {
			best, shared = b, n
		}
	}
	return best, shared
}

func (s *Store) findWhole(tokens []llama.Token, from int) []Part {
	var best *Block
	for _, b := range s.children[s.root] {
		if n := len(b.tokens); n > from && commonPrefix(b.tokens, tokens) == n {
			best, from = b, n
		}
	}
	if best == nil {
		return nil
	}
	return []Part{{best, 0, from}}
}

// commonPrefix counts the tokens with which both begin.
func commonPrefix(a, b []llama.Token) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
