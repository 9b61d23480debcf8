package llama

import (
	"fmt"
	"math"
	"strings"
	"unsafe"

	yzma "github.com/hybridgroup/yzma/pkg/llama"

	"notso/engine"
)

// Limits of a grammar's text. llama.cpp reads brackets by recursion, so that
// enough of them end the process.
const (
	maxGrammarBytes    = 64 << 10
	maxGrammarBrackets = 1000
)

// grammar lets through the tokens that continue a text of its language. It knows
// the text so far.
type grammar struct {
	handle     yzma.Sampler
	vocab      *Vocab
	candidates []yzma.TokenData
	array      yzma.TokenDataArray // here and not on a stack, since C holds its address
}

// newGrammar reads GBNF.
// Errors: *engine.GrammarError.
func (m *Model) newGrammar(source string) (*grammar, error) {
	switch {
	case strings.ContainsRune(source, 0):
		return nil, &engine.GrammarError{Reason: "it has a zero byte"}
	case len(source) > maxGrammarBytes:
		return nil, &engine.GrammarError{Reason: fmt.Sprintf("it is longer than %d bytes", maxGrammarBytes)}
	case strings.Count(source, "(") > maxGrammarBrackets:
		return nil, &engine.GrammarError{Reason: fmt.Sprintf("it has more than %d brackets", maxGrammarBrackets)}
	}
	m.library.log.forget()
	handle := yzma.SamplerInitGrammar(m.vocab.handle, source, "root")
	if handle == 0 {
		return nil, &engine.GrammarError{Reason: m.library.log.reason()}
	}
	return &grammar{handle: handle, vocab: m.vocab, candidates: make([]yzma.TokenData, m.vocab.size)}, nil
}

func (g *grammar) close() { yzma.SamplerFree(g.handle) }

// pick lets the chain choose among all tokens, and among those allowed only if
// its choice is not: to ask the grammar of one token costs microseconds, of a
// whole vocabulary many milliseconds.
func (g *grammar) pick(chain yzma.Sampler, logits []float32) Token {
	g.fill(logits)
	if token := g.choose(chain); g.accept(token) {
		return token
	}
	g.fill(logits)
	yzma.SamplerApply(g.handle, &g.array)
	if !g.any() {
		return NoToken
	}
	token := g.choose(chain)
	if !g.accept(token) {
		return NoToken
	}
	return token
}

// accept goes on after token, if the grammar allows it. llama.cpp ends the
// process on a token that it does not allow.
func (g *grammar) accept(token Token) bool {
	if token == NoToken {
		return false
	}
	g.candidates = g.candidates[:1]
	g.candidates[0] = yzma.TokenData{Id: token}
	g.present()
	yzma.SamplerApply(g.handle, &g.array)
	if !g.any() {
		return false
	}
	yzma.SamplerAccept(g.handle, token)
	return true
}

// fill makes all tokens candidates. Those that stand for structure are out: their
// names would match a grammar, and they write nothing.
func (g *grammar) fill(logits []float32) {
	g.candidates = g.candidates[:len(logits)]
	for i, logit := range logits {
		g.candidates[i] = yzma.TokenData{Id: Token(i), Logit: logit}
	}
	for _, token := range g.vocab.structure() {
		g.candidates[token].Logit = float32(math.Inf(-1))
	}
	g.present()
}

// present makes the candidates what C sees.
func (g *grammar) present() {
	g.array = yzma.TokenDataArray{Data: &g.candidates[0], Size: uint64(len(g.candidates)), Selected: -1}
}

// any tells whether a candidate is left.
func (g *grammar) any() bool {
	for _, c := range g.candidates {
		if !math.IsInf(float64(c.Logit), -1) {
			return true
		}
	}
	return false
}

// choose is the chain's choice among the candidates.
func (g *grammar) choose(chain yzma.Sampler) Token {
	yzma.SamplerApply(chain, &g.array)
	if g.array.Selected < 0 || g.array.Selected >= int64(g.array.Size) {
		return NoToken
	}
	return unsafe.Slice(g.array.Data, g.array.Size)[g.array.Selected].Id
}
