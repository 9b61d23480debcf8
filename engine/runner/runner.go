// Package runner is the engine in this process: llama.cpp, one loaded model, one
// context. It implements engine.Engine.
//
// All replies share one KV cache. A scheduler, one goroutine, owns it: in each
// step it puts the next token of every running reply and a chunk of the prompts
// still to be read into one batch, evaluates that, and hands the sampled tokens
// out. What a request and the cache have in common is not evaluated again: see
// cache. Work in the background (Warm, and replies that are marked so) runs only
// when no reply does, and gives way within one batch.
//
// How a reply passes through the files:
//
//	request.go    Reply, Warm, Measure: a request becomes tokens (prompt.go) and a job
//	overflow.go   a chat that the context no longer holds loses its oldest turns
//	budget.go     reasoning ends when its tokens are spent
//	choice.go     what else might have been written
//	job.go        the job: tokens to evaluate, and what becomes of those sampled
//	scheduler.go  the loop; batch.go fills a batch, evaluates it, deals the results
//	cache.go      sequences, and the longest evaluated prefix among them
//	idle.go       chats that wait on disk only, so that attention need not pass over them
//	guess.go      several tokens at a time: lookup.go guesses, speculation.go says when
//	standing.go   a reply to a prompt that was read just before it was asked for
//	threads.go    how many threads evaluate a batch, steered by what they take
//	recording.go  in which batches, and a reply written again in these
//	snapshot.go   what sequences hold, to the disk and back (package snapshot)
//	writer.go     sampled tokens become events and, at the end, engine.Done
//	feed.go       the events' way to the caller
//
// A damaged model file can end the process in llama.cpp. Files pass gguf.Check
// first, which stops all known ways; whoever wants to survive the unknown ones
// runs this engine in a worker.
package runner

import (
	"context"
	"fmt"
	"sync"

	"notso/engine"
	"notso/engine/gguf"
	"notso/engine/llama"
)

// Options says where llama.cpp is, and where what it evaluates is kept.
type Options struct {
	LibraryDir string // the folder of the libraries
	Unchecked  bool   // the libraries are the user's own build: there is no manifest
	Snapshots  Snapshots

	Pretend *Pretend // for tests; nil is this machine
}

// Pretend puts graphics devices in the place of what llama.cpp finds, for tests of
// what is done with them. Their layers are computed on the processor.
type Pretend struct {
	Devices []llama.Device
	Takes   int // most layers that the devices take before they refuse; 0 is as many as asked
}

// refuses is what a device says whose memory is not what it was.
func (p *Pretend) refuses(layers int) error {
	if p == nil || p.Takes == 0 || layers <= p.Takes {
		return nil
	}
	return fmt.Errorf("allocate %d layers: out of memory", layers)
}

// Runner is an engine.Engine with llama.cpp in this process.
type Runner struct {
	opts Options

	loading sync.Mutex // held while a model comes or goes

	mu     sync.Mutex
	model  *model // nil: none is loaded
	closed bool
}

var _ engine.Engine = (*Runner)(nil)

// New returns an engine without a model. The libraries are opened by the first
// Load.
func New(opts Options) *Runner {
	return &Runner{opts: opts}
}

// Load implements engine.Engine. A file that does not pass the pre-flight check
// leaves the model that was loaded before; after that it is let go first, as
// there may be no room for two.
func (r *Runner) Load(ctx context.Context, path string, opts engine.LoadOptions, progress func(fraction float64)) (engine.ModelInfo, error) {
	r.loading.Lock()
	defer r.loading.Unlock()
	if r.isClosed() {
		return engine.ModelInfo{}, engine.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return engine.ModelInfo{}, err
	}
	file, err := gguf.Check(path)
	if err != nil {
		return engine.ModelInfo{}, err
	}
	library, err := r.library()
	if err != nil {
		return engine.ModelInfo{}, err
	}
	r.letGo()
	m, err := loadModel(ctx, library, file, opts, r.opts, progress)
	if err != nil {
		return engine.ModelInfo{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.model = m
	return m.info, nil
}

// Close implements engine.Engine. Afterwards every call returns engine.ErrClosed.
func (r *Runner) Close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()

	r.loading.Lock()
	defer r.loading.Unlock()
	return r.letGo()
}

// use returns the loaded model, which is not let go before release is called.
// Errors: engine.ErrNoModel, engine.ErrClosed.
func (r *Runner) use() (m *model, release func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, nil, engine.ErrClosed
	case r.model == nil:
		return nil, nil, engine.ErrNoModel
	}
	r.model.users.RLock()
	return r.model, r.model.users.RUnlock, nil
}

func (r *Runner) letGo() error {
	r.mu.Lock()
	m := r.model
	r.model = nil
	r.mu.Unlock()
	if m == nil {
		return nil
	}
	return m.close()
}

func (r *Runner) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

func (r *Runner) library() (*llama.Library, error) {
	open := llama.Open
	if r.opts.Unchecked {
		open = llama.OpenUnchecked
	}
	library, err := open(r.opts.LibraryDir)
	if err != nil {
		return nil, fmt.Errorf("start llama.cpp: %w", err)
	}
	return library, nil
}
