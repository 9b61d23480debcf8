package scripted

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"notso/engine"
	"notso/engine/overflow"
	"notso/engine/reply"
)

// Reply implements engine.Engine.
func (e *Engine) Reply(ctx context.Context, req engine.Request) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		m, err := e.measure(req)
		if err == nil && m.PromptTokens >= m.ContextLength {
			err = &engine.PromptTooLongError{Tokens: m.PromptTokens, Limit: m.ContextLength}
		}
		if err == nil && req.Candidates > engine.MaxCandidates {
			err = &engine.UnsupportedError{What: fmt.Sprintf("writing %d candidates", req.Candidates)}
		}
		if err == nil {
			err = e.opts.Script.checkChoices(req)
		}
		if err != nil {
			yield(engine.Event{}, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() { // so that Close ends a Fault that waits for ctx
			select {
			case <-e.closed:
				cancel()
			case <-ctx.Done():
			}
		}()
		turn, leave := e.gate.Enter(ctx, req.Background)
		defer leave()
		w := &writing{e: e, req: req, began: time.Now(), measure: m, yield: yield}
		for w.candidate = range max(1, req.Candidates) {
			if w.write(turn); w.left {
				return
			}
			w.req.Seed = w.done.Seed + 1
		}
	}
}

// writing is one reply on its way.
type writing struct {
	e       *Engine
	req     engine.Request
	measure engine.Measure
	began   time.Time
	yield   func(engine.Event, error) bool
	done    engine.Done
	left    bool // the caller has left the loop, or learned of an error

	candidate int
}

// write yields the script token by token, then what it came to.
func (w *writing) write(ctx context.Context) {
	script, resume := w.e.opts.Script, w.req.Resume
	w.done = engine.Done{
		Finish: engine.FinishEnd, Seed: w.req.Seed, Sampling: w.req.Sampling, Dropped: w.measure.Dropped,
		PromptHash: hash(overflow.Without(w.req.Messages, w.measure.Dropped)),
		ModelHash:  hash(script), EngineBuild: "script", Usage: engine.Usage{PromptTokens: w.measure.PromptTokens},
	}
	if w.done.Seed == 0 {
		w.done.Seed = rand.Uint32N(1<<32-1) + 1
	}
	parser := reply.New(reply.Options{
		Think: reply.Tags{Open: thinkOpen, Close: thinkClose}, ToolCall: reply.ToolCallTags(), Stop: w.req.Limits.Stop,
		InReasoning: resume != nil && resume.Reasoning != "" && resume.Text == "",
	})
	script = script.within(w.req.Limits.Reasoning, resume)
	pieces := rest(script.pieces(w.req.Thinking != engine.ThinkingOff), resume)
	if pieces = w.begin(parser, pieces); w.left {
		return
	}
	for i, piece := range pieces {
		finish, err := w.before(ctx, i)
		if parser.Stopped() { // in what the reply begins with
			finish, err = engine.FinishStop, nil
		}
		if err != nil {
			w.yield(engine.Event{}, err)
			w.left = true
			return
		}
		if finish != "" {
			w.done.Finish = finish
			break
		}
		w.done.Usage.ReplyTokens++
		before := parser.Reasoning()
		events := parser.Write([]byte(piece))
		if w.choose(piece, before || parser.Reasoning()); w.left {
			return
		}
		if len(events) > 0 && events[0].Kind == engine.EventReasoning {
			w.done.Usage.ReasoningTokens++
		}
		if w.send(events); w.left {
			return
		}
		if parser.Stopped() {
			w.done.Finish = engine.FinishStop
			break
		}
	}
	if w.done.Finish == engine.FinishEnd {
		w.choose(turnEnd, false)
	}
	if w.left {
		return
	}
	if w.send(parser.Close()); w.left {
		return
	}
	w.done.Timings.DecodeTokensPerSecond = float64(w.done.Usage.ReplyTokens) / time.Since(w.began).Seconds()
	done := w.done
	w.send([]engine.Event{{Kind: engine.EventDone, Done: &done}})
}

// before waits as long as a token takes, and tells why it is not written.
func (w *writing) before(ctx context.Context, token int) (engine.Finish, error) {
	if limit := w.req.Limits.MaxTokens; limit > 0 && token == limit {
		return engine.FinishLength, nil
	}
	if w.measure.PromptTokens+token == w.measure.ContextLength {
		return engine.FinishContext, nil
	}
	if w.e.opts.Delay > 0 {
		select {
		case <-time.After(w.e.opts.Delay):
		case <-ctx.Done():
		}
	}
	var err error
	if w.e.opts.Fault != nil {
		err = w.e.opts.Fault(ctx, token)
	}
	switch {
	case errors.Is(context.Cause(ctx), engine.ErrPreempted):
		return "", engine.ErrPreempted
	case ctx.Err() != nil || w.e.isClosed():
		return engine.FinishStopped, nil
	}
	return "", err
}

func (w *writing) send(events []engine.Event) {
	for _, event := range events {
		if w.done.Timings.FirstTokenMS == 0 {
			w.done.Timings.FirstTokenMS = time.Since(w.began).Seconds() * 1000
		}
		event.Candidate = w.candidate
		if !w.yield(event, nil) {
			w.left = true
			return
		}
	}
}

// rest leaves out what a resumed reply has already written, and the half of a
// piece that it ended in.
func rest(pieces []string, resume *engine.Partial) []string {
	if resume == nil {
		return pieces
	}
	written := resume.Text
	if resume.Reasoning != "" {
		written = thinkOpen + resume.Reasoning
		if resume.Text != "" {
			written += thinkClose + resume.Text
		}
	}
	for i, piece := range pieces {
		if len(written) < len(piece) {
			return append([]string{piece[len(written):]}, pieces[i+1:]...)
		}
		written = written[len(piece):]
	}
	return nil
}
