package bench

import (
	"context"
	"fmt"
	"time"

	"notso/engine"
	"notso/engine/fit"
)

// decodeOverBare is how much of llama.cpp's own speed is left when a reply has
// passed through the worker, the parser, the database and the events: at 1 the
// program costs nothing, at 0.5 the user waits twice as long as needed.
//
// The two write in turn, some seconds each, after prompts of equal length. The
// program's clock runs from the first piece on screen to the end of the turn,
// with everything stored; the other's from the first token to the last. The
// figure is the median over the turns.
func decodeOverBare(ctx context.Context, r *run) (float64, string, error) {
	s, err := r.fresh(ctx)
	if err != nil {
		return 0, "", err
	}
	defer s.end()
	loop, err := r.bare(ctx)
	if err != nil {
		return 0, "", err
	}
	trial, err := s.sayAlone(ctx, questions()[0], 16)
	if err != nil {
		return 0, "", err
	}
	tokens := r.turn(trial.step(), 3*time.Second)
	question, err := s.question(ctx, tokens)
	if err != nil {
		return 0, "", err
	}
	turns, err := s.writeInTurn(ctx, loop, pick(r, 5, 2), question, tokens)
	if err != nil {
		return 0, "", err
	}
	r.decode = median(turns.ours)
	return median(turns.ratios), fmt.Sprintf("%.1f tokens/s, llama.cpp alone %.1f; %d turns each of %d tokens, %.0f %% of them by fewer threads than the others",
		r.decode, median(turns.theirs), len(turns.ratios), turns.tokens/len(turns.ratios), 100*turns.threads.fewer()), nil
}

// turns are the tokens a second of the program and of the bare loop, and the
// first over the second, turn by turn.
type turns struct {
	ours, theirs, ratios []float64
	tokens               int          // that the program wrote
	threads              threadCounts // that wrote them
}

// writeInTurn lets the program and the loop write one after the other, n times,
// after prompts of equal length and as many tokens, tokens at most.
func (s *session) writeInTurn(ctx context.Context, loop *bare, n int, question string, tokens int) (t turns, err error) {
	t.threads = threadCounts{}
	for range n {
		reply, err := s.sayAlone(ctx, question, tokens)
		if err != nil {
			return t, err
		}
		if _, err := loop.prefill(ctx, reply.turn.Stats.PromptTokens); err != nil {
			return t, err
		}
		written := reply.turn.Stats.ReplyTokens
		took, err := loop.decode(ctx, written-1)
		if err != nil {
			return t, err
		}
		ours, theirs := reply.rate(), float64(written-1)/took.Seconds()
		t.ours, t.theirs, t.ratios = append(t.ours, ours), append(t.theirs, theirs), append(t.ratios, ours/theirs)
		t.tokens += written
		t.threads.add(engine.Batches(reply.turn.Stats.Batches))
	}
	return t, nil
}

// decodeOverBandwidth is how near decoding comes to what the memory allows: each
// token needs all weights once, so no program can write faster than the memory
// reads them. What is missing to 1 is the engine's, not the machine's.
//
// The bandwidth is measured right after the decoding that it is compared with.
// On a machine that is busy with other things both suffer, and not alike: the
// figure counts on a quiet one.
func decodeOverBandwidth(ctx context.Context, r *run) (float64, string, error) {
	if r.decode == 0 {
		if _, _, err := decodeOverBare(ctx, r); err != nil {
			return 0, "", err
		}
	}
	for _, d := range r.loop.model.Library().Devices() {
		if d.GPU {
			return 0, "", fmt.Errorf("the model runs on %s, whose memory is not measured", d.Name)
		}
	}
	bandwidth := fit.Bandwidth(pick(r, 8, 3))
	r.report.Machine.ReadBytesPerSecond = bandwidth
	limit := bandwidth / float64(r.report.Model.BytesPerToken)
	return r.decode / limit, fmt.Sprintf("%.1f tokens/s of the %.1f that %.1f GB/s allow for %.3f GB a token",
		r.decode, limit, bandwidth/1e9, float64(r.report.Model.BytesPerToken)/1e9), nil
}
