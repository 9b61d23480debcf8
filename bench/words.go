package bench

import (
	"context"

	"notso/engine"
)

// words is how many words of prose this model reads as so many tokens.
func (s *session) words(ctx context.Context, tokens int) (int, error) {
	const sample = 200
	few, err := s.measure(ctx, prose(0, 1))
	if err != nil {
		return 0, err
	}
	many, err := s.measure(ctx, prose(0, sample))
	if err != nil {
		return 0, err
	}
	return max(1, tokens*(sample-1)/max(1, many-few)), nil
}

// measure counts the tokens of the prompt that a first message makes.
func (s *session) measure(ctx context.Context, text string) (int, error) {
	m, err := s.tap.Measure(ctx, engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Content: text}}})
	return m.PromptTokens, err
}
