package scripted

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"notso/engine"
	"notso/engine/gguf"
	"notso/engine/reply"
)

// Options say how an Engine behaves. The zero value says Plain at once.
type Options struct {
	Script        Script        // no Answer: Plain
	Delay         time.Duration // before each token
	ContextLength int           // in words, its tokens; 0 is 8192

	// Fault is called before each token of a reply, counted from 0. An error of
	// its ends the reply; it may block until ctx ends. Nil: nothing goes wrong.
	Fault func(ctx context.Context, token int) error
}

// Engine writes a script in plain Go: the same events as a model, with no model
// and no libraries. It is for a machine that has neither, and for tests of what
// goes wrong. Replies run side by side.
type Engine struct {
	opts Options

	mu     sync.Mutex
	loaded bool
	closed chan struct{}
}

var _ engine.Engine = (*Engine)(nil)

// New returns an engine that has nothing loaded.
func New(opts Options) *Engine {
	if len(opts.Script.Answer) == 0 {
		opts.Script = Plain()
	}
	if opts.ContextLength == 0 {
		opts.ContextLength = contextLength
	}
	return &Engine{opts: opts, closed: make(chan struct{})}
}

// Load implements engine.Engine. A path that is not empty must name a sound
// GGUF file, though nothing of it is used.
func (e *Engine) Load(ctx context.Context, path string, _ engine.LoadOptions, progress func(float64)) (engine.ModelInfo, error) {
	if e.isClosed() {
		return engine.ModelInfo{}, engine.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return engine.ModelInfo{}, err
	}
	if path != "" {
		if _, err := gguf.Check(path); err != nil {
			return engine.ModelInfo{}, err
		}
	}
	if progress != nil {
		progress(0)
		progress(1)
	}
	e.mu.Lock()
	e.loaded = true
	e.mu.Unlock()
	return engine.ModelInfo{
		Path: path, Name: "Built-in script", Architecture: "script", ContextLength: e.opts.ContextLength,
		TrainedContext: e.opts.ContextLength, Hash: hash(e.opts.Script), EngineBuild: "script", Template: "chatml",
		Thinks: len(e.opts.Script.Reasoning) > 0, Sampling: engine.DefaultSampling(),
	}, nil
}

// Reply implements engine.Engine.
func (e *Engine) Reply(ctx context.Context, req engine.Request) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		measure, err := e.Measure(ctx, req)
		if err != nil && ctx.Err() == nil {
			yield(engine.Event{}, err)
			return
		}
		if measure.PromptTokens >= e.opts.ContextLength {
			yield(engine.Event{}, &engine.PromptTooLongError{Tokens: measure.PromptTokens, Limit: e.opts.ContextLength})
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			select {
			case <-e.closed:
				cancel()
			case <-ctx.Done():
			}
		}()
		e.write(ctx, req, measure, yield)
	}
}

func (e *Engine) write(ctx context.Context, req engine.Request, measure engine.Measure, yield func(engine.Event, error) bool) {
	done := &engine.Done{
		Finish: engine.FinishEnd, Seed: req.Seed, Sampling: req.Sampling, PromptHash: hash(req.Messages),
		ModelHash: hash(e.opts.Script), EngineBuild: "script", Usage: engine.Usage{PromptTokens: measure.PromptTokens},
	}
	if done.Seed == 0 {
		done.Seed = rand.Uint32N(1<<32-1) + 1
	}
	pieces := rest(e.opts.Script.pieces(req.Thinking != engine.ThinkingOff), req.Resume)
	parser := reply.New(reply.Options{
		Think: reply.Tags{Open: thinkOpen, Close: thinkClose}, ToolCall: reply.ToolCallTags(), Stop: req.Limits.Stop,
		InReasoning: req.Resume != nil && req.Resume.Reasoning != "" && req.Resume.Text == "",
	})
	began := time.Now()
	send := func(events []engine.Event) bool {
		for _, event := range events {
			if done.Timings.FirstTokenMS == 0 {
				done.Timings.FirstTokenMS = milliseconds(time.Since(began))
			}
			if !yield(event, nil) {
				return false
			}
		}
		return true
	}
	for i, piece := range pieces {
		if limit := req.Limits.MaxTokens; limit > 0 && i == limit {
			done.Finish = engine.FinishLength
			break
		}
		if measure.PromptTokens+i == e.opts.ContextLength {
			done.Finish = engine.FinishContext
			break
		}
		err := e.pause(ctx, i)
		if ctx.Err() != nil {
			done.Finish = engine.FinishStopped
			break
		}
		if err != nil {
			yield(engine.Event{}, err)
			return
		}
		events := parser.Write([]byte(piece))
		done.Usage.ReplyTokens++
		if len(events) > 0 && events[0].Kind == engine.EventReasoning {
			done.Usage.ReasoningTokens++
		}
		if !send(events) {
			return
		}
		if parser.Stopped() {
			done.Finish = engine.FinishStop
			break
		}
	}
	if !send(parser.Close()) {
		return
	}
	if seconds := time.Since(began).Seconds(); seconds > 0 {
		done.Timings.DecodeTokensPerSecond = float64(done.Usage.ReplyTokens) / seconds
	}
	yield(engine.Event{Kind: engine.EventDone, Done: done}, nil)
}

// pause waits as long as a token takes, and meets the fault that is set for it.
func (e *Engine) pause(ctx context.Context, token int) error {
	if e.opts.Delay > 0 {
		select {
		case <-time.After(e.opts.Delay):
		case <-ctx.Done():
		}
	}
	if e.opts.Fault != nil {
		return e.opts.Fault(ctx, token)
	}
	return nil
}

// Warm implements engine.Engine. There is nothing to evaluate.
func (e *Engine) Warm(ctx context.Context, req engine.Request) error {
	_, err := e.Measure(ctx, req)
	return err
}

// Measure implements engine.Engine. Tokens are words, and one for each message.
func (e *Engine) Measure(ctx context.Context, req engine.Request) (engine.Measure, error) {
	e.mu.Lock()
	loaded := e.loaded
	e.mu.Unlock()
	switch {
	case e.isClosed():
		return engine.Measure{}, engine.ErrClosed
	case !loaded:
		return engine.Measure{}, engine.ErrNoModel
	case ctx.Err() != nil:
		return engine.Measure{}, ctx.Err()
	}
	m := engine.Measure{ContextLength: e.opts.ContextLength}
	for _, message := range req.Messages {
		m.PromptTokens += 1 + len(strings.Fields(message.Content))
	}
	if req.Resume != nil {
		m.PromptTokens += len(strings.Fields(req.Resume.Reasoning)) + len(strings.Fields(req.Resume.Text))
	}
	return m, nil
}

// Close implements engine.Engine.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.loaded = false; !e.isClosed() {
		close(e.closed)
	}
	return nil
}

func (e *Engine) isClosed() bool {
	select {
	case <-e.closed:
		return true
	default:
		return false
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

// hash names what it is given, as the hashes of a real model do.
func hash(v any) string {
	data, _ := json.Marshal(v) // plain structs of strings cannot fail
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
