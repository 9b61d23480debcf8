package scripted

import (
	"fmt"
	"slices"
	"strings"

	"notso/engine"
	"notso/engine/reply"
)

// tokens are all that an Engine with this script can write, by their numbers: the
// marks of the reasoning, the pieces, and the mark that ends a reply.
func (s Script) tokens() []string {
	list := []string{thinkOpen, thinkClose}
	for _, piece := range append(slices.Concat(s.Reasoning, s.Answer), turnEnd) {
		if !slices.Contains(list, piece) {
			list = append(list, piece)
		}
	}
	return list
}

// checkChoices refuses what a reply cannot tell, or go on after.
// Errors: *engine.UnsupportedError.
func (s Script) checkChoices(req engine.Request) error {
	if n := req.Alternatives; n < 0 || n > engine.MaxAlternatives {
		return &engine.UnsupportedError{What: fmt.Sprintf("telling of %d alternatives", n)}
	}
	if req.Resume == nil {
		return nil
	}
	end := int32(len(s.tokens()) - 1)
	for _, token := range req.Resume.Tokens {
		if token < 0 || token >= end {
			return &engine.UnsupportedError{What: fmt.Sprintf("a reply that goes on after the token %d", token)}
		}
	}
	return nil
}

// begin tells what the reply begins with token by token, and returns the pieces
// that come after: as many are left as if these tokens were those of the script.
func (w *writing) begin(parser *reply.Parser, pieces []string) []string {
	if w.req.Resume == nil {
		return pieces
	}
	begun := w.req.Resume.Tokens
	tokens := w.e.opts.Script.tokens()
	for _, token := range begun {
		if w.send(parser.Write([]byte(tokens[token]))); w.left {
			return nil
		}
	}
	return pieces[min(len(begun), len(pieces)):]
}

// choose tells of a token as a model would that is half sure of it and finds the
// next ones of its vocabulary half as likely each time.
func (w *writing) choose(piece string, reasoning bool) {
	if w.req.Alternatives == 0 {
		return
	}
	tokens := w.e.opts.Script.tokens()
	chosen := slices.Index(tokens, piece)
	if chosen < 0 { // the rest of a piece that the reply had been cut off in
		chosen = slices.IndexFunc(tokens, func(token string) bool { return strings.HasSuffix(token, piece) })
	}
	end := len(tokens) - 1
	choice := &engine.Choice{Token: int32(chosen), Piece: shown(piece), Probability: 0.5, Reasoning: reasoning, End: chosen == end}
	for i := range min(w.req.Alternatives, end) {
		other := (chosen + 1 + i) % len(tokens)
		choice.Others = append(choice.Others, engine.Other{
			Token: int32(other), Piece: shown(tokens[other]), Probability: 0.25 / float64(int(1)<<i), End: other == end,
		})
	}
	w.send([]engine.Event{{Kind: engine.EventChoice, Choice: choice}})
}

// shown is a piece as engine.Other has it.
func shown(piece string) string { return string([]rune(piece)) }
