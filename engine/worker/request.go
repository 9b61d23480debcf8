package worker

import (
	"context"
	"sync/atomic"
)

// window is how many events a reply may run ahead of its reader: a second or
// more of the fastest model, in a few kilobytes.
const window = 256

// request is one request under way in the worker. Its own goroutine takes
// credit; the goroutine that reads frames steers it.
type request struct {
	id     uint32
	ctx    context.Context // ends with cancel or drop
	cancel context.CancelFunc
	gone   context.Context // ends with drop
	drop   context.CancelFunc

	credit atomic.Int64
	more   chan struct{} // holds one: credit has grown
}

func newRequest(ctx context.Context, id uint32) *request {
	r := &request{id: id, more: make(chan struct{}, 1)}
	r.gone, r.drop = context.WithCancel(ctx)
	r.ctx, r.cancel = context.WithCancel(r.gone)
	r.credit.Store(window)
	return r
}

// take waits until one more event may be sent. It is false when none is wanted
// any more.
func (r *request) take() bool {
	for r.credit.Load() <= 0 {
		select {
		case <-r.more:
		case <-r.gone.Done():
			return false
		}
	}
	r.credit.Add(-1)
	return !r.dropped()
}

// grant lets n more events pass.
func (r *request) grant(n uint32) {
	r.credit.Add(int64(n))
	select {
	case r.more <- struct{}{}:
	default:
	}
}

func (r *request) dropped() bool { return r.gone.Err() != nil }
