package remote

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
	"time"

	"notso/engine"
)

// Reply implements engine.Engine.
// Errors: besides those of the interface, *engine.RemoteError. One whose kind is
// engine.RemoteCut comes after what the server wrote until then.
func (e *Engine) Reply(ctx context.Context, req engine.Request) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		called := time.Now()
		m, err := e.use()
		if err == nil {
			err = m.dialect.allows(req)
		}
		if err == nil && req.Candidates > engine.MaxCandidates {
			err = &engine.UnsupportedError{What: fmt.Sprintf("writing %d candidates", req.Candidates)}
		}
		if err != nil {
			yield(engine.Event{}, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer e.cancelWhenClosed(cancel, ctx)()
		turn, leave := e.gate.Enter(ctx, req.Background)
		defer leave()
		for item := range m.candidates(turn, req, called) {
			if !yield(item.event, item.err) || item.err != nil {
				return
			}
		}
	}
}

// cancelWhenClosed calls cancel when the engine is closed, until stop.
func (e *Engine) cancelWhenClosed(cancel func(), ctx context.Context) (stop func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-e.closed:
			cancel()
		case <-ctx.Done():
		case <-done:
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

// item is what a candidate's goroutine hands over.
type item struct {
	event engine.Event
	err   error
}

// candidates writes what req asks for, each reply with a request of its own, and
// yields their events as they come. Leaving the loop ends them.
func (m *model) candidates(ctx context.Context, req engine.Request, called time.Time) iter.Seq[item] {
	return func(yield func(item) bool) {
		p, err := m.prepare(ctx, req)
		if err != nil && ctx.Err() == nil {
			yield(item{err: err})
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		items := make(chan item)
		var writers sync.WaitGroup
		defer writers.Wait()
		defer cancel()
		n := max(1, req.Candidates)
		if req.Seed == 0 {
			req.Seed = rand.Uint32N(1<<31) + 1
		}
		left := make(chan struct{})
		defer close(left)
		for i := range n {
			w := newWriter(m, req, p, called)
			w.done.Seed = req.Seed + uint32(i)
			w.emit = func(event engine.Event, err error) bool {
				event.Candidate = i
				select {
				case items <- item{event, err}:
					return true
				case <-left:
					return false
				}
			}
			writers.Go(func() { w.write(ctx) })
		}
		for n > 0 {
			it := <-items
			if it.event.Kind == engine.EventDone {
				n--
			}
			if !yield(it) || it.err != nil {
				return
			}
		}
	}
}

// stopped says why ctx ended: engine.ErrPreempted, or nil for a stop that is no
// error.
func stopped(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), engine.ErrPreempted) {
		return engine.ErrPreempted
	}
	return nil
}
