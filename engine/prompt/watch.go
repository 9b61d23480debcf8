package prompt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notso/engine"
)

// ErrRunaway: a template outlived its limits, so its goroutine still runs and
// may take more and more memory. The process should end when it can; a worker
// process does so and is started again. No template is known to cause it.
var ErrRunaway = errors.New("the template cannot be stopped")

// grace is how long a render may go on after its own limit of two seconds.
const (
	limit = 2 * time.Second
	grace = time.Second
)

// watched returns what run returns, or an error that is ErrRunaway and an
// *engine.TemplateError when it does not return in time.
func watched(ctx context.Context, patience time.Duration, run func(context.Context) (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() { // nobody waits for a runaway
		text, err := run(ctx)
		done <- result{text, err}
	}()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case r := <-done:
		return r.text, r.err
	case <-timeout.C:
		return "", fmt.Errorf("%w: %w", &engine.TemplateError{Reason: fmt.Sprintf("it took more than %v", limit)}, ErrRunaway)
	}
}
