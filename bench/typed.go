package bench

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	// wordTime is one word at 60 words a minute. People write a word in a burst
	// and pause before the next, so the text rests longer than draftRest after
	// each word.
	wordTime = time.Second

	// draftRest is how long the page waits after the last key before it passes
	// the draft on; see frontend/js/draft.js.
	draftRest = 300 * time.Millisecond
)

// typed is how long the user waits after Enter for a message of 400 tokens that
// was typed at 60 words a minute, in times of one written token. A model that
// begins to read at Enter takes as long as for 100 tokens and more; one that
// reads along takes one step for the end of the prompt and one for the first
// token.
//
// All but the last twenty words are there from the start, and what they cost is
// done before those are typed; the machine keeps up with typing, or does not, in
// these twenty seconds. Enter follows the last key at once.
func typed(ctx context.Context, r *run) (float64, string, error) {
	s, err := r.fresh(ctx)
	if err != nil {
		return 0, "", err
	}
	defer s.end()
	n, err := s.words(ctx, pick(r, 400, 150))
	if err != nil {
		return 0, "", err
	}
	words := strings.Fields(prose(3, n))
	last := min(pick(r, 20, 3), len(words))
	draft := func(n int) error {
		return s.visit(ctx, "POST", "/draft", url.Values{"chat": {"0"}, "text": {strings.Join(words[:n], " ")}})
	}
	if err := draft(len(words) - last); err != nil {
		return 0, "", err
	}
	s.tap.still(ctx, time.Second, time.Minute)
	for i := len(words) - last + 1; i < len(words); i++ {
		if !pause(ctx, draftRest) {
			return 0, "", ctx.Err()
		}
		if err := draft(i); err != nil {
			return 0, "", err
		}
		pause(ctx, wordTime-draftRest)
	}
	reply, err := s.say(ctx, 0, strings.Join(words, " "), 16)
	if err != nil {
		return 0, "", err
	}
	return float64(reply.first) / float64(reply.step()), fmt.Sprintf("%.0f ms, at %.0f ms a token; %d of %d tokens were read before Enter",
		ms(reply.first), ms(reply.step()), reply.turn.Stats.CachedTokens, reply.turn.Stats.PromptTokens), nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
