package bench

import (
	"context"
	"fmt"
)

// prefillOverBare is how much of llama.cpp's own speed is left when a message
// that nobody has seen before is read: what the user waits for after pasting.
//
// The program's clock runs from Enter to the first piece on screen, so template,
// tokenizer, database and worker are in it. The other evaluates as many tokens
// in batches of 512, as llama.cpp's own programs do, and samples one. They take
// turns; the figure is the median.
func prefillOverBare(ctx context.Context, r *run) (float64, string, error) {
	s, err := r.fresh(ctx)
	if err != nil {
		return 0, "", err
	}
	defer s.end()
	loop, err := r.bare(ctx)
	if err != nil {
		return 0, "", err
	}
	words, err := s.words(ctx, pick(r, 512, 128))
	if err != nil {
		return 0, "", err
	}
	var ratios, ours, theirs []float64
	tokens := 0
	for i := range pick(r, 4, 2) {
		reply, err := s.sayAlone(ctx, prose(uint64(100+i), words), 2)
		if err != nil {
			return 0, "", err
		}
		tokens = reply.evaluated()
		took, err := loop.prefill(ctx, tokens)
		if err != nil {
			return 0, "", err
		}
		ours = append(ours, float64(tokens)/reply.first.Seconds())
		theirs = append(theirs, float64(tokens)/took.Seconds())
		ratios = append(ratios, took.Seconds()/reply.first.Seconds())
	}
	return median(ratios), fmt.Sprintf("%.0f tokens/s, llama.cpp alone %.0f; %d turns each of about %d tokens", median(ours), median(theirs), len(ratios), tokens), nil
}
