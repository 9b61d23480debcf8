package scripted

import (
	"context"
	"sync"

	"notso/engine"
)

// gate lets replies in the background run only while no other does.
type gate struct {
	mu      sync.Mutex
	replies int
	asides  map[int]context.CancelCauseFunc // the replies in the background, by number
	last    int
	idle    chan struct{} // closed at the end of the last reply; nil when none runs
}

// enter waits until a reply may begin, and returns its context: a reply ends
// those in the background with engine.ErrPreempted as the cause. leave is called
// at its end.
func (g *gate) enter(ctx context.Context, background bool) (_ context.Context, leave func()) {
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

func (g *gate) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.replies++; g.replies == 1 {
		g.idle = make(chan struct{})
	}
	for _, cancel := range g.asides {
		cancel(engine.ErrPreempted)
	}
}

func (g *gate) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.replies--; g.replies == 0 {
		close(g.idle)
		g.idle = nil
	}
}
