package bench

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// twoChats is how many more tokens the program writes a second when two chats
// answer at once: at 1 two readers each wait twice as long, at 2 neither notices
// the other. Decoding waits for memory, so a second sequence in the same batch
// is nearly free.
//
// One chat writes before and after the two, and its mean counts.
func twoChats(ctx context.Context, r *run) (float64, string, error) {
	s, err := r.fresh(ctx)
	if err != nil {
		return 0, "", err
	}
	defer s.end()
	trial, err := s.sayAlone(ctx, questions()[0], 16)
	if err != nil {
		return 0, "", err
	}
	tokens := r.turn(trial.step(), 5*time.Second)
	question, err := s.question(ctx, tokens)
	if err != nil {
		return 0, "", err
	}
	var ratios, alone, together []float64
	for range pick(r, 3, 1) {
		before, err := s.sayAlone(ctx, question, tokens)
		if err != nil {
			return 0, "", err
		}
		both, err := s.sayTwice(ctx, question, tokens)
		if err != nil {
			return 0, "", err
		}
		after, err := s.sayAlone(ctx, question, tokens)
		if err != nil {
			return 0, "", err
		}
		one := (before.rate() + after.rate()) / 2
		ratios, alone, together = append(ratios, both/one), append(alone, one), append(together, both)
	}
	return median(ratios), fmt.Sprintf("%.1f tokens/s together, one alone %.1f", median(together), median(alone)), nil
}

// sayTwice lets two chats answer at once and returns their tokens a second
// together, from the first piece of the first until both have ended.
func (s *session) sayTwice(ctx context.Context, question string, tokens int) (float64, error) {
	var replies [2]said
	var errs [2]error
	var both sync.WaitGroup
	began := time.Now()
	for i := range replies {
		both.Go(func() { replies[i], errs[i] = s.say(ctx, 0, question, tokens) })
	}
	both.Wait()
	took := time.Since(began) - min(replies[0].first, replies[1].first)
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	written := replies[0].turn.Stats.ReplyTokens + replies[1].turn.Stats.ReplyTokens
	return float64(written-1) / took.Seconds(), nil
}
