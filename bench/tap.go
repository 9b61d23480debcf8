package bench

import (
	"context"
	"iter"
	"sync"
	"time"

	"notso/engine"
)

// tap stands between the app and its engine: it sees what passes, and can put
// words into the model's mouth.
type tap struct {
	engine.Engine
	template string // replaces the model's own, unless empty

	mu     sync.Mutex
	info   engine.ModelInfo // of the loaded model
	spoken *engine.Partial  // what the next reply begins with
	last   engine.Request   // of the last reply in the foreground
	asides int              // replies in the background, so far
	calls  int              // replies and warmings that run
	ended  time.Time        // the last of them
}

func (t *tap) Load(ctx context.Context, path string, opts engine.LoadOptions, progress func(float64)) (engine.ModelInfo, error) {
	if t.template != "" {
		opts.Template = t.template
	}
	info, err := t.Engine.Load(ctx, path, opts, progress)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.info = info
	return info, err
}

func (t *tap) Reply(ctx context.Context, req engine.Request) iter.Seq2[engine.Event, error] {
	t.mu.Lock()
	var spoken *engine.Partial
	if req.Background {
		t.asides++
	} else {
		spoken, t.spoken = t.spoken, nil
		t.last = req
	}
	t.mu.Unlock()
	return func(yield func(engine.Event, error) bool) {
		defer t.working()()
		if spoken != nil {
			req.Resume = spoken
			if !yield(engine.Event{Kind: engine.EventReasoning, Text: spoken.Reasoning}, nil) ||
				!yield(engine.Event{Kind: engine.EventText, Text: spoken.Text}, nil) {
				return
			}
		}
		t.Engine.Reply(ctx, req)(yield)
	}
}

func (t *tap) Warm(ctx context.Context, req engine.Request, progress func(float64)) error {
	defer t.working()()
	return t.Engine.Warm(ctx, req, progress)
}

// working counts a call until the function that it returns is called.
func (t *tap) working() (end func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.calls--
		t.ended = time.Now()
	}
}

// asked is the request of the last reply.
func (t *tap) asked() engine.Request {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

// aside counts the replies that were asked for in the background.
func (t *tap) aside() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.asides
}

// thinks tells whether the loaded model can.
func (t *tap) thinks() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.info.Thinks
}

// begin makes the next reply begin with words that the model did not write, as
// if it had.
func (t *tap) begin(words engine.Partial) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spoken = &words
}

// still waits until the engine has had nothing to do for as long as quiet, at
// most limit. What was just asked for has begun by then.
func (t *tap) still(ctx context.Context, quiet, limit time.Duration) {
	asked := time.Now()
	for time.Since(asked) < limit && pause(ctx, quiet/10) {
		t.mu.Lock()
		still := t.calls == 0 && time.Since(t.ended) > quiet && time.Since(asked) > quiet
		t.mu.Unlock()
		if still {
			return
		}
	}
}

// pause waits; it is false when ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
