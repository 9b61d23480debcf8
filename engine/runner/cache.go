package runner

import (
	"slices"

	"notso/engine/llama"
)

const (
	// maxSequences is how many evaluated prefixes are kept, and how many replies
	// can be written side by side; the last is for forks. Idle sequences cost
	// their cells, and the time in which attention passes over these.
	maxSequences = 16

	// expendable is how many tokens at a sequence's end may be lost to a request
	// that continues before them, rather than keep both: the end of a reply that
	// the template writes differently.
	expendable = 8
)

// sequence is what the KV cache holds under one id: the evaluated positions of
// tokens, from 0.
type sequence struct {
	id     llama.Sequence
	tokens []llama.Token
	marks  []mark // of tokens
	fork   bool   // it holds something only while a job uses it
	busy   bool   // a job uses it
	used   uint64 // when a job last did, in ticks of the cache

	keep    keeping // as the job that had it last asks
	stored  int     // how many of tokens need no more looking after: they are on disk or on the way there, or cannot be
	written int     // how many of stored are not on the way
}

// cache knows what is evaluated. Requests take over the longest prefix that any
// sequence shares with them: of the same chat, of another with the same system
// prompt, of an earlier branch. The scheduler's lock guards it.
type cache struct {
	context   *llama.Context
	sequences []*sequence
	whole     bool // the model's memory cannot be cut or copied in part
	ticks     uint64
}

func newCache(context *llama.Context, whole bool) *cache {
	c := &cache{context: context, whole: whole}
	for id := range maxSequences {
		c.sequences = append(c.sequences, &sequence{id: llama.Sequence(id)})
	}
	c.sequences[maxSequences-1].fork = true
	return c
}

// claim returns a sequence for tokens that holds as many of them as can be had,
// at most reuse, and nothing else. It returns nil when all are busy.
func (c *cache) claim(tokens []llama.Token, reuse int) *sequence {
	source, n := c.longest(tokens, reuse)
	target := c.leastUsed(source)
	if source != nil && !source.busy && (target == nil || len(source.tokens)-n <= expendable) {
		c.cut(source, n)
		return c.take(source)
	}
	if target == nil {
		return nil
	}
	c.copy(source, target, n)
	return c.take(target)
}

// fork is claim for a job that shall leave no trace: it copies the longest prefix
// to a sequence of its own, and takes the place of none. It returns nil when
// that sequence is busy.
func (c *cache) fork(tokens []llama.Token, reuse int) *sequence {
	for _, target := range c.sequences {
		if target.fork && !target.busy {
			source, n := c.longest(tokens, reuse)
			c.copy(source, target, n)
			return c.take(target)
		}
	}
	return nil
}

// copy makes the first n tokens of source what target holds.
func (c *cache) copy(source, target *sequence, n int) {
	c.clear(target)
	if n > 0 {
		c.context.CopySequence(source.id, target.id, n)
		target.tokens = slices.Clone(source.tokens[:n])
		target.marks = slices.Clone(source.marks[:n])
		target.stored, target.written = min(n, source.stored), min(n, source.written)
	}
}

// release gives back a sequence that claim or fork returned. It keeps what it
// holds, unless it is a fork.
func (c *cache) release(s *sequence) {
	if s.fork {
		c.clear(s)
	}
	c.ticks++
	s.busy, s.used = false, c.ticks
}

// holds tells whether all of tokens are evaluated, and keeps them a while.
func (c *cache) holds(tokens []llama.Token) bool {
	s, n := c.longest(tokens, len(tokens))
	if n < len(tokens) {
		return false
	}
	if s != nil {
		c.ticks++
		s.used = c.ticks
	}
	return true
}

// longest finds the sequence that shares the longest prefix with tokens, of at
// most limit tokens; nil when none shares any.
func (c *cache) longest(tokens []llama.Token, limit int) (best *sequence, n int) {
	for _, s := range c.sequences {
		shared := commonPrefix(s.tokens, tokens[:limit])
		if c.whole && (s.busy || shared < len(s.tokens)) {
			continue
		}
		if shared > n || shared == n && n > 0 && best.busy && !s.busy {
			best, n = s, shared
		}
	}
	return best, n
}

// evict forgets the idle sequence that was used longest ago. It returns false
// when no idle sequence holds anything.
func (c *cache) evict() bool {
	var oldest *sequence
	for _, s := range c.sequences {
		if !s.busy && len(s.tokens) > 0 && (oldest == nil || s.used < oldest.used) {
			oldest = s
		}
	}
	if oldest == nil {
		return false
	}
	c.clear(oldest)
	return true
}

// cut keeps the first n tokens of a sequence, and makes the KV cache agree with
// that. Where the memory cannot be cut there, nothing is kept.
func (c *cache) cut(s *sequence, n int) {
	if n == 0 || !c.context.CutSequence(s.id, n) {
		c.clear(s)
		return
	}
	s.tokens, s.marks = s.tokens[:n], s.marks[:n]
	s.stored, s.written = min(n, s.stored), min(n, s.written)
}

// clear forgets what a sequence holds.
func (c *cache) clear(s *sequence) {
	s.tokens, s.marks, s.stored, s.written = nil, nil, 0, 0
	c.context.RemoveSequence(s.id)
}

func (c *cache) take(s *sequence) *sequence {
	c.ticks++
	s.busy, s.used = true, c.ticks
	return s
}

// leastUsed returns an idle sequence that is not except: an empty one, else the
// one that was used longest ago; nil when there is none.
func (c *cache) leastUsed(except *sequence) (least *sequence) {
	for _, s := range c.sequences {
		switch {
		case s.busy || s.fork || s == except:
		case len(s.tokens) == 0:
			return s
		case least == nil || s.used < least.used:
			least = s
		}
	}
	return least
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
