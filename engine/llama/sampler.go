package llama

import (
	"errors"

	yzma "github.com/hybridgroup/yzma/pkg/llama"

	"notso/engine"
)

// PenaltyWindow is how many of the last tokens the penalties look at, as in
// llama.cpp's own programs.
const PenaltyWindow = 64

// NoToken is what Sample returns where a grammar lets no token through.
const NoToken = yzma.TokenNull

// Sampler picks tokens. It remembers those that it picked or accepted, for the
// penalties and the grammar, and the state of its random numbers.
type Sampler struct {
	chain     yzma.Sampler
	penalties yzma.Sampler // a part of the chain; 0 for none
	grammar   *grammar     // nil for none
	suspended bool         // the grammar does not hold for now
}

// NewSampler builds the chain that llama.cpp's own programs use: penalties,
// top-k, top-p, min-p, temperature, then a draw with seed; at temperature 0 the
// likeliest token instead. What is off is left out. A grammar (GBNF, rule
// "root"), unless empty, lets through only tokens that it allows.
// Errors: *engine.GrammarError.
func (m *Model) NewSampler(s engine.Sampling, seed uint32, grammar string) (*Sampler, error) {
	sampler := &Sampler{chain: yzma.SamplerChainInit(yzma.SamplerChainDefaultParams())}
	if sampler.chain == 0 {
		return nil, errors.New("make a sampler chain")
	}
	if grammar != "" {
		var err error
		if sampler.grammar, err = m.newGrammar(grammar); err != nil {
			sampler.Close()
			return nil, err
		}
	}
	add := func(part yzma.Sampler) { yzma.SamplerChainAdd(sampler.chain, part) }
	if Penalises(s) {
		repeat := s.RepeatPenalty
		if repeat == 0 {
			repeat = 1
		}
		sampler.penalties = yzma.SamplerInitPenalties(int32(m.vocab.size), PenaltyWindow,
			float32(repeat), float32(s.FrequencyPenalty), float32(s.PresencePenalty))
		add(sampler.penalties)
	}
	if s.Temperature <= 0 {
		add(yzma.SamplerInitGreedy())
		return sampler, nil
	}
	if s.TopK > 0 {
		add(yzma.SamplerInitTopK(int32(s.TopK)))
	}
	if s.TopP > 0 && s.TopP < 1 {
		add(yzma.SamplerInitTopP(float32(s.TopP), 1))
	}
	if s.MinP > 0 {
		add(yzma.SamplerInitMinP(float32(s.MinP), 1))
	}
	add(yzma.SamplerInitTemp(float32(s.Temperature)))
	add(yzma.SamplerInitDist(seed))
	return sampler, nil
}

// Penalises tells whether the tokens before have a say in the next.
func Penalises(s engine.Sampling) bool {
	return s.RepeatPenalty != 0 && s.RepeatPenalty != 1 || s.PresencePenalty != 0 || s.FrequencyPenalty != 0
}

// Close frees the sampler.
func (s *Sampler) Close() {
	if s.grammar != nil {
		s.grammar.close()
	}
	yzma.SamplerFree(s.chain)
	s.chain = 0
}

// Sample picks a token after the one at index of the context's last batch, and
// accepts it. It returns NoToken where the grammar allows none.
func (s *Sampler) Sample(c *Context, index int) Token {
	if s.grammar == nil || s.suspended {
		return yzma.SamplerSample(s.chain, c.handle, int32(index))
	}
	logits, err := c.Logits(index)
	if err != nil {
		return NoToken
	}
	token := s.grammar.pick(s.chain, logits)
	if token != NoToken {
		yzma.SamplerAccept(s.chain, token)
	}
	return token
}

// Accept tells the penalties of a token that was not picked. The grammar does
// not learn of it.
func (s *Sampler) Accept(token Token) {
	if s.penalties != 0 {
		yzma.SamplerAccept(s.penalties, token)
	}
}

// Suspend lets any token through until it is called with false: the grammar holds
// for what comes then.
func (s *Sampler) Suspend(grammar bool) { s.suspended = grammar }

// Begin tells the grammar that the text has begun with tokens. It returns false
// when the grammar does not allow them; then the sampler is of no more use.
func (s *Sampler) Begin(tokens []Token) bool {
	if s.grammar == nil {
		return true
	}
	for _, token := range tokens {
		if !s.grammar.accept(token) {
			return false
		}
	}
	return true
}

// Names lists the chain, in order, as llama.cpp calls its parts. A grammar comes
// first.
func (s *Sampler) Names() []string {
	var names []string
	if s.grammar != nil {
		names = append(names, yzma.SamplerName(s.grammar.handle))
	}
	for i := range yzma.SamplerChainN(s.chain) {
		names = append(names, yzma.SamplerName(yzma.SamplerChainGet(s.chain, int32(i))))
	}
	return names
}
