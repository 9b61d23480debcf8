package runner

import (
	"slices"
	"testing"

	"notso/engine"
	"notso/engine/llama"
)

// An answer uses the words of its question, so only what the reply itself has said
// is held against a token.
func TestPenaltiesCountTheReplyAlone(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 1024})
	req := greedy(1, "The sky is blue. The sun is yellow. What color is the sky?")
	req.Alternatives = 1
	first := choices(reply1(t, r, req))[0].Token
	s, err := r.model.whole(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if asked := s.tokens[max(0, len(s.tokens)-llama.PenaltyWindow):]; !slices.Contains(asked, llama.Token(first)) {
		t.Fatalf("the likeliest token, %d, is not one of the question's", first)
	}
	req.Sampling.RepeatPenalty = 100
	if penalised := choices(reply1(t, r, req))[0].Token; penalised != first {
		t.Errorf("with a penalty the reply begins with %d, without with %d", penalised, first)
	}

	// A reply that goes on counts what it has said.
	req.Limits.MaxTokens, req.Sampling.RepeatPenalty = 24, 1.3
	whole := reply1(t, r, req).text
	req.Limits.MaxTokens = 8
	begun := reply1(t, r, req).text
	req.Limits.MaxTokens, req.Resume = 16, &engine.Partial{Text: begun}
	if rest := reply1(t, r, req).text; begun+rest != whole {
		t.Errorf("at once it is %q, in two parts %q and %q", whole, begun, rest)
	}
}
