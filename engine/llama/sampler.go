package llama

import (
	"errors"
	"fmt"
	"strings"

	yzma "github.com/hybridgroup/yzma/pkg/llama"

	"notso/engine"
)

// PenaltyWindow is how many of the last tokens the penalties look at, as in
// llama.cpp's own programs.
const PenaltyWindow = 64

// Sampler picks tokens. It remembers those that it picked or accepted, for the
// penalties and the grammar, and the state of its random numbers.
type Sampler struct {
	handle yzma.Sampler
}

// NewSampler builds the chain that llama.cpp's own programs use: penalties,
// top-k, top-p, min-p, temperature, then a draw with seed; at temperature 0 the
// likeliest token instead. What is off is left out. A grammar (GBNF, rule
// "root"), unless empty, comes first and lets through only tokens that it
// allows.
func (m *Model) NewSampler(s engine.Sampling, seed uint32, grammar string) (*Sampler, error) {
	chain := yzma.SamplerChainInit(yzma.SamplerChainDefaultParams())
	if chain == 0 {
		return nil, errors.New("make a sampler chain")
	}
	v := m.vocab
	if grammar != "" {
		if strings.ContainsRune(grammar, 0) {
			yzma.SamplerFree(chain)
			return nil, errors.New("the grammar has a zero byte")
		}
		m.library.log.forget()
		g := yzma.SamplerInitGrammar(v.handle, grammar, "root")
		if g == 0 {
			yzma.SamplerFree(chain)
			return nil, fmt.Errorf("the grammar cannot be read: %s", m.library.log.reason())
		}
		yzma.SamplerChainAdd(chain, g)
	}
	if Penalises(s) {
		repeat := s.RepeatPenalty
		if repeat == 0 {
			repeat = 1
		}
		yzma.SamplerChainAdd(chain, yzma.SamplerInitPenalties(int32(v.size), PenaltyWindow,
			float32(repeat), float32(s.FrequencyPenalty), float32(s.PresencePenalty)))
	}
	if s.Temperature <= 0 {
		yzma.SamplerChainAdd(chain, yzma.SamplerInitGreedy())
		return &Sampler{chain}, nil
	}
	if s.TopK > 0 {
		yzma.SamplerChainAdd(chain, yzma.SamplerInitTopK(int32(s.TopK)))
	}
	if s.TopP > 0 && s.TopP < 1 {
		yzma.SamplerChainAdd(chain, yzma.SamplerInitTopP(float32(s.TopP), 1))
	}
	if s.MinP > 0 {
		yzma.SamplerChainAdd(chain, yzma.SamplerInitMinP(float32(s.MinP), 1))
	}
	yzma.SamplerChainAdd(chain, yzma.SamplerInitTemp(float32(s.Temperature)))
	yzma.SamplerChainAdd(chain, yzma.SamplerInitDist(seed))
	return &Sampler{chain}, nil
}

// Penalises tells whether the tokens before have a say in the next.
func Penalises(s engine.Sampling) bool {
	return s.RepeatPenalty != 0 && s.RepeatPenalty != 1 || s.PresencePenalty != 0 || s.FrequencyPenalty != 0
}

// Close frees the sampler.
func (s *Sampler) Close() {
	yzma.SamplerFree(s.handle)
	s.handle = 0
}

// Sample picks a token after the one at index of the context's last batch, and
// accepts it.
func (s *Sampler) Sample(c *Context, index int) Token {
	return yzma.SamplerSample(s.handle, c.handle, int32(index))
}

// Accept tells the sampler of a token that it did not pick.
func (s *Sampler) Accept(token Token) { yzma.SamplerAccept(s.handle, token) }

// Names lists the chain, in order, as llama.cpp calls its parts.
func (s *Sampler) Names() []string {
	var names []string
	for i := range yzma.SamplerChainN(s.handle) {
		names = append(names, yzma.SamplerName(yzma.SamplerChainGet(s.handle, int32(i))))
	}
	return names
}
