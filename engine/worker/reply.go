package worker

import (
	"context"
	"errors"
	"iter"

	"notso/engine"
)

// Reply is Engine.Reply. Where the model has to be loaded first, it begins with
// EventLoading events. When the worker dies, what was yielded stands and the
// error is a *DiedError.
func (c *Client) Reply(ctx context.Context, req engine.Request) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		switch err := c.begin(ctx); {
		case errors.Is(err, engine.ErrClosed):
			yield(engine.Event{}, err)
			return
		case err != nil:
			yield(stopped(req), nil)
			return
		}
		defer c.end()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()

		p, wanted, err := c.readyForReply(ctx, yield)
		if err == nil && wanted {
			wanted, err = p.reply(ctx, req, yield)
		}
		switch {
		case !wanted:
		case errors.Is(err, engine.ErrClosed), ctx.Err() != nil && isStop(err):
			yield(stopped(req), nil)
		default:
			yield(engine.Event{}, err)
		}
	}
}

// readyForReply is ready, except that it yields the loading. The loading does
// not wait for the reader. It is false when the reader wants no more.
func (c *Client) readyForReply(ctx context.Context, yield func(engine.Event, error) bool) (*process, bool, error) {
	if p := c.current(true); p != nil {
		return p, true, nil
	}
	type outcome struct {
		process *process
		err     error
	}
	latest := make(chan float64, 1)
	result := make(chan outcome, 1)
	go func() {
		p, err := c.ready(ctx, true, func(fraction float64) {
			select {
			case <-latest:
			default:
			}
			latest <- fraction
		})
		close(latest)
		result <- outcome{p, err}
	}()
	for fraction := range latest {
		if !yield(loading(fraction), nil) {
			return nil, false, nil
		}
	}
	r := <-result
	return r.process, true, r.err
}

// reply asks for a reply and yields its events. It is false when the reader has
// all that it wants.
func (p *process) reply(ctx context.Context, req engine.Request, yield func(engine.Event, error) bool) (bool, error) {
	k, err := p.open(kindReply, nil, req)
	if err != nil {
		return true, err
	}
	defer p.forget(k)
	k.dones = max(1, req.Candidates)
	for {
		f, err := k.next(ctx)
		if err != nil {
			return true, err
		}
		ev, err := k.event(f)
		if err != nil {
			p.checkDevice(err)
			return true, err
		}
		if !yield(ev, nil) || k.finished {
			return false, nil
		}
	}
}

// isStop says whether err is what becomes of a reply that the caller stopped.
func isStop(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, engine.ErrWorkerDied)
}

// loading is the event that a fraction from 0 to 1 of the model is loaded.
func loading(fraction float64) engine.Event {
	progress := &engine.Progress{Done: int(fraction*thousand + 0.5), Total: thousand}
	return engine.Event{Kind: engine.EventLoading, Progress: progress}
}

// stopped is the end of a reply whose worker can not tell it.
func stopped(req engine.Request) engine.Event {
	done := &engine.Done{Finish: engine.FinishStopped, Seed: req.Seed, Sampling: req.Sampling}
	return engine.Event{Kind: engine.EventDone, Done: done}
}
