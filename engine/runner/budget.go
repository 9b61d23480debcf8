package runner

import (
	"notso/engine"
	"notso/engine/llama"
)

// budget is how much a reply may reason. When it is spent the engine writes the
// tag that ends the reasoning, and the model goes on from there with its answer.
type budget struct {
	tokens int           // 0 is no limit
	tag    []llama.Token // the model's own
}

// newBudget is the budget of a reply that goes on after so many tokens of
// reasoning, which count. A model that cannot think has none.
func (m *model) newBudget(limits engine.Limits, reasoned int) budget {
	if limits.Reasoning <= 0 || !m.traits.Thinks {
		return budget{}
	}
	return budget{max(1, limits.Reasoning-reasoned), m.vocab.TokenizeMore(m.traits.Think.Close)}
}

// closing returns the tokens that the engine writes after the last one: the tag,
// once, when the budget is spent and the reply still reasons.
func (w *writer) closing() []llama.Token {
	if w.budget.tokens == 0 || !w.parser.Reasoning() || w.done.Usage.ReasoningTokens < w.budget.tokens {
		return nil
	}
	w.budget.tokens = 0
	for _, token := range w.budget.tag {
		w.sampler.Accept(token)
	}
	return w.budget.tag
}
