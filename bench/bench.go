// Package bench measures the whole program on the machine it runs on: the same
// worker, database, parser and events that a window has, without the window.
//
// Every figure is a ratio of two things that were measured in turn, in one run,
// on one model, so that it means the same on a slow machine and on a fast one.
// Each has a file of its own whose comment says what it means for a user and how
// it is taken. A figure that cannot be had on this machine or with this model is
// null, with the reason; nothing is estimated.
//
// Run is for one caller at a time, in a process that does nothing else: it
// counts that process's time and memory as the program's.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"notso/engine/fit"
	"notso/engine/gguf"
	"notso/engine/llama"
)

// Options say what is measured and how the program is started.
type Options struct {
	Model string // path of a GGUF file
	Quick bool   // short runs, for a look at whether everything works
	Only  string // key of the one figure to measure; "" is all

	// Open starts the program under test.
	Open func(ctx context.Context, setup Setup) (*Program, error)

	// Library opens llama.cpp in this process, for the bare loop.
	Library func() (*llama.Library, error)

	// Busy is a command that keeps one core busy until its standard input ends.
	Busy []string

	Progress io.Writer // what is being done, a line each
}

// Run measures all figures. It returns an error only when nothing could be
// measured, or when ctx ended.
func Run(ctx context.Context, opts Options) (*Report, error) {
	file, err := gguf.Check(opts.Model)
	if err != nil {
		return nil, err
	}
	r := &run{opts: opts, file: file, report: newReport(file)}
	defer r.closeBare()
	wanted := figures()
	if opts.Only != "" {
		wanted = slices.DeleteFunc(wanted, func(f figure) bool { return f.key != opts.Only })
	}
	if len(wanted) == 0 {
		return nil, fmt.Errorf("there is no figure %q; there are %s", opts.Only, keys())
	}
	started := time.Now()
	for i, f := range wanted {
		fmt.Fprintf(opts.Progress, "%2d of %d  %s …\n", i+1, len(wanted), f.title)
		began := time.Now()
		value, note, err := f.measure(ctx, r)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			fmt.Fprintf(opts.Progress, "         not measured: %v\n", err)
		}
		if r.loop == nil {
			_, r.report.Memory.App = memory()
		}
		r.report.add(f, value, note, err)
		fmt.Fprintf(opts.Progress, "         %.1f s\n", time.Since(began).Seconds())
	}
	if m := &r.report.Machine; m.ReadBytesPerSecond == 0 {
		m.ReadBytesPerSecond = fit.Bandwidth(pick(r, 8, 3))
	}
	r.report.Seconds = time.Since(started).Seconds()
	return r.report, nil
}

// run is what the figures of one run share.
type run struct {
	opts   Options
	file   *gguf.File
	report *Report
	loop   *bare   // opened by the first figure that needs it
	decode float64 // tokens a second of the program, once measured

	question string // to which the model's reply is long; "" until it is looked for
}

// turn is how many tokens a turn of a measurement has: as many as fit into d at
// step each, from 24 to 384, few in a quick run.
func (r *run) turn(step, d time.Duration) int {
	return pick(r, min(max(int(d/max(step, 1)), 24), 384), 12)
}

// pick is full in a full run, quick in a quick one.
func pick[T any](r *run, full, quick T) T {
	if r.opts.Quick {
		return quick
	}
	return full
}

// errEmpty: a reply too short to be timed.
var errEmpty = errors.New("the model ended its reply after less than two tokens")
