package scripted

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"
	"time"

	"notso/engine"
	"notso/engine/gate"
	"notso/engine/gguf"
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
//
// A grammar changes nothing: the script is what it is.
type Engine struct {
	opts Options
	gate gate.Gate

	mu            sync.Mutex
	contextLength int // of the loaded model; 0 when none is
	closed        chan struct{}
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
func (e *Engine) Load(ctx context.Context, path string, opts engine.LoadOptions, progress func(float64)) (engine.ModelInfo, error) {
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
	length := e.opts.ContextLength
	if opts.ContextLength > 0 {
		length = min(length, opts.ContextLength)
	}
	e.mu.Lock()
	e.contextLength = length
	e.mu.Unlock()
	return engine.ModelInfo{
		Path: path, Name: "Built-in script", Architecture: "script", ContextLength: length,
		TrainedContext: e.opts.ContextLength, Hash: hash(e.opts.Script), EngineBuild: "script", Template: "chatml",
		Thinks: len(e.opts.Script.Reasoning) > 0, Sampling: engine.DefaultSampling(),
	}, nil
}

// Close implements engine.Engine.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.isClosed() {
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

// hash names what it is given, as the hashes of a real model do.
func hash(v any) string {
	data, _ := json.Marshal(v) // plain structs of strings cannot fail
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
