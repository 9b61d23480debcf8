package bench

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// typed is how long the user waits after Enter for a message of 400 tokens that
// was typed at 60 words a minute, in times of one written token. A model that
// begins to read at Enter takes as long as for 100 tokens and more.
//
// The typist presses a key every 200 ms, Enter among them, and ends the message
// with a full stop. All but the last twenty words are there from the start, and
// what they cost is done before those are typed; the machine keeps up with typing,
// or does not, in these twenty seconds.
//
// The note tells of the hardest case as well: no full stop, and Enter in the same
// instant as the last letter, so that nobody could know of the last word.
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
	easy, err := typeLast(ctx, s, prose(3, n)+".", pick(r, 20, 3), 0)
	if err != nil {
		return 0, "", err
	}
	hard, err := typeLast(ctx, s, prose(4, n), pick(r, 5, 2), 1)
	if err != nil {
		return 0, "", err
	}
	return easy.steps(), fmt.Sprintf("%.0f ms, at %.0f ms a token; %d of %d tokens were read before Enter; %.1f steps, %.0f ms, where Enter comes with the last letter and no full stop",
		ms(easy.first), ms(easy.step()), easy.turn.Stats.CachedTokens, easy.turn.Stats.PromptTokens, hard.steps(), ms(hard.first)), nil
}

// typeLast makes a new chat of a message whose last words are typed, of them the
// last letters together with Enter.
func typeLast(ctx context.Context, s *session, message string, words, letters int) (said, error) {
	there := len(message)
	for range words {
		there = strings.LastIndexByte(message[:there], ' ')
	}
	there++ // the space stands
	end := len(message) - letters
	t := &typist{session: s}
	if err := t.paste(ctx, message[:there]); err != nil {
		return said{}, err
	}
	if err := t.types(ctx, message[there:end]); err != nil {
		return said{}, err
	}
	reply, err := t.enter(ctx, message[end:], 16)
	s.tap.still(ctx, time.Second/4, time.Minute)
	return reply, err
}

// steps is the wait for the first piece in times of one written token.
func (s said) steps() float64 { return float64(s.first) / float64(s.step()) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
