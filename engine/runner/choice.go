package runner

import (
	"bytes"
	"math"
	"slices"

	"notso/engine"
	"notso/engine/llama"
)

// begin takes the tokens that the reply begins with, of which no event has told:
// their events come before its own. Under a grammar those of the answer count.
// Errors: *engine.GrammarError.
func (w *writer) begin(tokens []llama.Token) error {
	for _, token := range tokens {
		before := w.parser.Reasoning()
		if !before && !w.sampler.Begin([]llama.Token{token}) {
			return errBegunOtherwise()
		}
		w.piece = w.vocab.AppendPiece(w.piece[:0], token, w.tags[token])
		w.begun = append(w.begun, w.parser.Write(w.piece)...)
		if before && w.parser.Reasoning() {
			w.begunReasoning++
		}
	}
	return nil
}

// tell puts before the events of a token what is still to be told: the events of
// the reply's beginning, and how the token was chosen.
func (w *writer) tell(token llama.Token, reasoning bool, events []engine.Event) []engine.Event {
	if w.begun == nil && w.alternatives == 0 {
		return events
	}
	all := w.begun
	w.begun = nil
	if w.alternatives > 0 {
		choice := w.choice
		if choice == nil {
			choice = &engine.Choice{} // the engine wrote it itself
		}
		w.choice = nil
		choice.Token, choice.Piece = int32(token), w.shown(token)
		choice.Reasoning, choice.End = reasoning, w.vocab.IsEnd(token)
		all = append(all, engine.Event{Kind: engine.EventChoice, Choice: choice})
	}
	return append(all, events...)
}

// choose tells how likely a token was after the one at index of the context's
// last batch, and which others were the likeliest.
func (w *writer) choose(c *llama.Context, index int, token llama.Token) *engine.Choice {
	logits, err := c.Logits(index)
	if err != nil {
		return nil
	}
	probability := softmax(logits)
	choice := &engine.Choice{Probability: probability(token)}
	for _, other := range likeliest(logits, token, w.alternatives) {
		choice.Others = append(choice.Others, engine.Other{
			Token: int32(other), Piece: w.shown(other), Probability: probability(other), End: w.vocab.IsEnd(other),
		})
	}
	return choice
}

// shown is a token's piece as engine.Other has it.
func (w *writer) shown(token llama.Token) string {
	return string(bytes.Runes(w.vocab.AppendPiece(nil, token, true)))
}

// likeliest returns the n tokens with the largest logits, without except, the
// largest first; of equals the one with the smaller number.
func likeliest(logits []float32, except llama.Token, n int) []llama.Token {
	best := make([]llama.Token, 0, n+1)
	for i, logit := range logits {
		token := llama.Token(i)
		if token == except || len(best) == n && logit <= logits[best[n-1]] {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, logit, func(other llama.Token, logit float32) int {
			if logits[other] >= logit {
				return -1
			}
			return 1
		})
		best = slices.Insert(best, at, token)
		best = best[:min(len(best), n)]
	}
	return best
}

// softmax returns the probability of each token.
func softmax(logits []float32) func(llama.Token) float64 {
	largest := float64(slices.Max(logits))
	sum := 0.0
	for _, logit := range logits {
		sum += math.Exp(float64(logit) - largest)
	}
	return func(token llama.Token) float64 { return math.Exp(float64(logits[token])-largest) / sum }
}
