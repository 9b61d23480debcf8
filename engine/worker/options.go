package worker

import (
	"io"
	"time"
)

// Options says how a Client starts its workers and treats them. Only Command is
// required; zero durations mean the defaults.
type Options struct {
	Command []string // the program that calls Serve, and its arguments
	Env     []string // added to this process's environment

	// Idle is how long a worker may stay without a call before it is ended, so
	// that its memory is free. 10 minutes; negative is for ever.
	Idle time.Duration

	Heartbeat time.Duration // between two pings; 1 s
	Silence   time.Duration // without a pong, after which the worker is ended; 10 s
	StopWait  time.Duration // from a stop until the worker is ended, if it goes on; 5 s

	// OnState, which may be nil, is told of every change, in order, on the
	// client's goroutines. It returns soon and does not call the client.
	OnState func(State)

	// Log, which may be nil, receives what workers write to standard error.
	Log io.Writer
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&o.Idle, 10 * time.Minute},
		{&o.Heartbeat, time.Second},
		{&o.Silence, 10 * time.Second},
		{&o.StopWait, 5 * time.Second},
	} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	return o
}
