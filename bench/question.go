package bench

import "context"

// questions ask for long replies. A small model ends the one or the other after
// a line, and then what is done once a reply would weigh as if it were done for
// each token.
func questions() []string {
	return []string{
		"Write the numbers from one to one thousand in words, one on each line, and leave none out.",
		"Write a long story about a river and the people who live beside it.",
		"Explain step by step how bread is made, from the field to the table.",
		"Tell me everything about the sea.",
	}
}

// question is the first to which the model's reply is as long as tokens, or the
// one with the longest. It is looked for once a run.
func (s *session) question(ctx context.Context, tokens int) (string, error) {
	if s.run.question != "" {
		return s.run.question, nil
	}
	best, longest := "", 0
	for _, q := range questions() {
		reply, err := s.sayAlone(ctx, q, tokens)
		if err != nil {
			return "", err
		}
		if n := reply.turn.Stats.ReplyTokens; n > longest {
			best, longest = q, n
		}
		if longest >= tokens {
			break
		}
	}
	s.run.question = best
	return best, nil
}
