package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"notso/engine"
)

// Client is an engine.Engine whose model lives in a worker.
type Client struct {
	options Options
	states  reporter

	// turn is held by the one who starts a worker or loads a model.
	turn chan struct{}

	closing chan struct{} // closed by Close

	mu       sync.Mutex
	closed   bool
	process  *process // nil: not running
	model    *model   // the last one loaded, to be loaded again by the next worker
	active   int      // calls under way
	idle     *time.Timer
	deaths   deaths
	suspects suspects
}

var _ engine.Engine = (*Client)(nil)

// New returns a client that has not started a worker yet.
func New(options Options) *Client {
	options = options.withDefaults()
	return &Client{
		options:  options,
		states:   reporter{tell: options.OnState},
		turn:     make(chan struct{}, 1),
		closing:  make(chan struct{}),
		suspects: make(suspects),
	}
}

// Load is Engine.Load. If it fails, the model that was loaded before, if any, is
// the one that a new worker loads.
// Errors also: *RestartLimitError, *MismatchError, engine.ErrClosed.
func (c *Client) Load(ctx context.Context, path string, options engine.LoadOptions, progress func(float64)) (engine.ModelInfo, error) {
	if err := c.begin(ctx); err != nil {
		return engine.ModelInfo{}, err
	}
	defer c.end()
	if err := c.takeTurn(ctx); err != nil {
		return engine.ModelInfo{}, err
	}
	defer c.passTurn()
	return c.load(ctx, newModel(path, options), progress)
}

// Warm is Engine.Warm.
func (c *Client) Warm(ctx context.Context, req engine.Request, progress func(fraction float64)) error {
	return c.ask(ctx, kindWarm, req, nil, progress)
}

// Measure is Engine.Measure.
func (c *Client) Measure(ctx context.Context, req engine.Request) (engine.Measure, error) {
	var measure engine.Measure
	err := c.ask(ctx, kindMeasure, req, &measure, nil)
	return measure, err
}

// Render writes out a chat template in the worker, where a hostile one does no
// harm. context is a JSON object with the template's variables, and now is what
// the template sees as the time.
// Errors: *engine.TemplateError, and those of Load.
func (c *Client) Render(ctx context.Context, source string, context []byte, now time.Time) (string, error) {
	var text string
	err := c.ask(ctx, kindRender, renderRequest{Source: source, Context: string(context), Now: now}, &text, nil)
	return text, err
}

// Trust lets the file at path be opened again although it crashed the worker.
func (c *Client) Trust(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.suspects.trust(path)
}

// SetIdle changes how long the worker may stay without a call; see Options.Idle,
// but 0 is for ever, too. It counts from now on.
func (c *Client) SetIdle(idle time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.options.Idle = idle
	if c.idle != nil {
		c.idle.Stop()
	}
	c.startIdle()
}

// startIdle begins to wait for the worker's end if nobody calls it. c.mu is held.
func (c *Client) startIdle() {
	if c.active == 0 && c.process != nil && !c.closed && c.options.Idle > 0 {
		c.idle = time.AfterFunc(c.options.Idle, c.rest)
	}
}

// Close ends the worker, and with it what it is doing. It returns when the
// process is gone.
func (c *Client) Close() error {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.closing)
	}
	if c.idle != nil {
		c.idle.Stop()
	}
	p := c.process
	c.mu.Unlock()
	if p != nil {
		p.end(engine.ErrClosed)
	}
	return nil
}

// ask sends one request to a ready worker and waits for the result.
func (c *Client) ask(ctx context.Context, k kind, request, result any, progress func(float64)) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	defer c.end()
	p, err := c.ready(ctx, k != kindRender, nil)
	if err != nil {
		return err
	}
	call, err := p.open(k, nil, request)
	if err != nil {
		return err
	}
	return call.answer(ctx, result, progress)
}

// begin counts a call that keeps the worker from idling, unless it is over
// before it has begun. Errors: engine.ErrClosed, ctx.Err().
func (c *Client) begin(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return engine.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.active++
	if c.idle != nil {
		c.idle.Stop()
	}
	return nil
}

func (c *Client) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active--
	c.startIdle()
}

// errIdle is why a worker ended that nobody needed.
var errIdle = errors.New("was idle")

// rest ends a worker that nobody has called for a while.
func (c *Client) rest() {
	c.mu.Lock()
	p := c.process
	if c.active > 0 || p == nil {
		c.mu.Unlock()
		return
	}
	p.retire(errIdle, true)
	c.mu.Unlock()
	p.end(errIdle)
}

// died is called when p has ended: it decides what that means for later calls.
func (c *Client) died(p *process, x exit) {
	c.mu.Lock()
	p.mu.Lock()
	death := newDiedError(x, p.reason, p.stderr)
	p.err = death
	var mismatch *MismatchError
	switch {
	case c.closed:
		p.err = engine.ErrClosed
	case errors.As(p.reason, &mismatch):
		p.err = mismatch
	case !p.planned:
		c.deaths.add(time.Now(), death)
		if m := p.blamed(); m != nil && p.reason == nil && x.fault() {
			if m.leaveDevice() {
				death.Cause += withoutDevice
			} else {
				c.suspects.add(m.file, death.Cause)
			}
		}
	}
	state := State{Phase: PhaseStopped}
	if !p.planned && !c.closed {
		state = State{Phase: PhaseDied, Err: death}
	}
	p.mu.Unlock()
	c.mu.Unlock()

	c.states.report(state)

	c.mu.Lock()
	defer c.mu.Unlock()
	c.process = nil
}
