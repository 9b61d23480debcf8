// Package gate keeps replies in the background out of the way of all others, for
// engines whose replies run side by side: it is the meaning of
// engine.Request.Background where there is no scheduler.
package gate

import (
	"context"
	"sync"

	"notso/engine"
)

// Gate lets replies in the background run only while no other does. The zero
// value is open; it may be used concurrently.
type Gate struct {
	mu      sync.Mutex
	replies int
	asides  map[int]context.CancelCauseFunc // the replies in the background, by number
	last    int
	idle    chan struct{} // closed at the end of the last reply; nil when none runs
}

// Enter waits until a reply may begin, and returns its context: a reply ends
// those in the background with engine.ErrPreempted as the cause. leave is called
// at its end.
func (g *Gate) Enter(ctx context.Context, background bool) (_ context.Context, leave func()) {
	if !background {
		g.begin()
		return ctx, g.end
	}
	ctx, cancel := context.WithCancelCause(ctx)
	g.mu.Lock()
	if g.asides == nil {
		g.asides = make(map[int]context.CancelCauseFunc)
	}
	g.last++
	number, idle := g.last, g.idle
	g.asides[number] = cancel
	g.mu.Unlock()
	if idle != nil {
		select {
		case <-idle:
		case <-ctx.Done():
		}
	}
	return ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.asides, number)
		cancel(nil)
	}
}

func (g *Gate) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.replies++; g.replies == 1 {
		g.idle = make(chan struct{})
	}
	for _, cancel := range g.asides {
		cancel(engine.ErrPreempted)
	}
}

func (g *Gate) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.replies--; g.replies == 0 {
		close(g.idle)
		g.idle = nil
	}
}
