package worker

import (
	"context"
	"time"

	"notso/engine"
)

// ready returns a worker that takes calls, and that holds the last model if
// withModel. It starts the one and loads the other where that is needed, and
// tells progress, which may be nil, of the loading.
func (c *Client) ready(ctx context.Context, withModel bool, progress func(float64)) (*process, error) {
	if p := c.current(withModel); p != nil {
		return p, nil
	}
	if err := c.takeTurn(ctx); err != nil {
		return nil, err
	}
	defer c.passTurn()
	if p := c.current(withModel); p != nil {
		return p, nil
	}
	c.mu.Lock()
	m := c.model
	c.mu.Unlock()
	if withModel && m != nil {
		if _, err := c.load(ctx, m.again(), progress); err != nil {
			return nil, err
		}
	}
	p, err := c.start(ctx)
	if err == nil {
		c.reportReady(p)
	}
	return p, err
}

// current is the running worker if it will do, else nil.
func (c *Client) current(withModel bool) *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.process
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending || !p.hasGreeted() || withModel && p.model != c.model {
		return nil
	}
	return p
}

// load has a worker load m, which becomes the model that later workers load.
// The caller holds the turn.
func (c *Client) load(ctx context.Context, m *model, progress func(float64)) (engine.ModelInfo, error) {
	c.mu.Lock()
	err := c.suspects.check(m.file)
	c.mu.Unlock()
	if err != nil {
		return engine.ModelInfo{}, err
	}
	p, err := c.start(ctx)
	if err != nil {
		return engine.ModelInfo{}, err
	}
	loading := func(fraction float64) {
		c.states.report(State{Phase: PhaseLoading, Model: m.path, Fraction: fraction})
		if progress != nil {
			progress(fraction)
		}
	}
	c.states.report(State{Phase: PhaseLoading, Model: m.path})
	var info engine.ModelInfo
	call, err := p.open(kindLoad, m, loadRequest{Path: m.path, Options: m.options})
	if err == nil {
		err = call.answer(ctx, &info, loading)
	}
	c.mu.Lock()
	p.mu.Lock()
	p.model = nil // whatever a failed load has left of it
	if err == nil {
		m.loaded(&info)
		c.model, p.model = m, m
	}
	p.mu.Unlock()
	c.mu.Unlock()
	c.reportReady(p)
	return info, err
}

// start returns the running worker, or a new one that has said hello. The caller
// holds the turn.
func (c *Client) start(ctx context.Context) (*process, error) {
	c.mu.Lock()
	p := c.process
	c.mu.Unlock()
	if p != nil {
		if !p.refuses() {
			return p, nil
		}
		select {
		case <-p.gone:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	c.mu.Lock()
	err := c.deaths.check(time.Now())
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	c.states.report(State{Phase: PhaseStarting})
	p, err = c.launch()
	if err != nil {
		c.states.report(State{Phase: PhaseStopped})
		return nil, err
	}
	return p, p.greeting(ctx)
}

// launch starts a process, which Close will end.
func (c *Client) launch() (*process, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, engine.ErrClosed
	}
	p, err := newProcess(c.options, c.died)
	if err != nil {
		return nil, err
	}
	c.process = p
	return p, nil
}

// reportReady tells that p waits for calls, unless it is about to end.
func (c *Client) reportReady(p *process) {
	p.mu.Lock()
	state, ending := State{Phase: PhaseReady}, p.ending
	if p.model != nil {
		state.Model = p.model.path
	}
	p.mu.Unlock()
	if !ending {
		c.states.report(state)
	}
}

// takeTurn waits for the right to start a worker or load a model.
func (c *Client) takeTurn(ctx context.Context) error {
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-c.closing:
		return engine.ErrClosed
	}
}

func (c *Client) passTurn() { <-c.turn }
