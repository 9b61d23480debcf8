package bench

import (
	"context"
	"fmt"
	"os/exec"
	"time"
)

// busyOverDefault is how well the program writes while other programs need every
// core, over llama.cpp with the number of threads that its own programs take. At
// 1 a compiler in the background stops a reply nearly dead, since llama.cpp's
// threads wait for each other at every step.
//
// One process keeps each core busy. The program and the bare loop take turns;
// the figure is the median. One reply before them gives the program time to see
// how busy the machine is.
func busyOverDefault(ctx context.Context, r *run) (float64, string, error) {
	s, err := r.fresh(ctx)
	if err != nil {
		return 0, "", err
	}
	defer s.end()
	loop, err := r.bare(ctx)
	if err != nil {
		return 0, "", err
	}
	trial, err := s.sayAlone(ctx, questions()[0], 16)
	if err != nil {
		return 0, "", err
	}
	question, err := s.question(ctx, r.turn(10*trial.step(), 6*time.Second))
	if err != nil {
		return 0, "", err
	}
	stop, err := r.occupy(r.report.Machine.Threads)
	if err != nil {
		return 0, "", err
	}
	defer stop()
	// About a tenth of the speed is left.
	tokens := r.turn(10*trial.step(), 6*time.Second)
	if _, err := s.sayAlone(ctx, question, tokens); err != nil {
		return 0, "", err
	}
	turns, err := s.writeInTurn(ctx, loop, pick(r, 3, 1), question, tokens)
	if err != nil {
		return 0, "", err
	}
	return median(turns.ratios), fmt.Sprintf("%.2f tokens/s, llama.cpp with %d threads %.2f, beside %d busy processes; alone %.1f",
		median(turns.ours), r.report.Machine.Cores, median(turns.theirs), r.report.Machine.Threads, trial.rate()), nil
}

// occupy keeps n cores busy until stop is called.
func (r *run) occupy(n int) (stop func(), err error) {
	var ends []func()
	stop = func() {
		for _, end := range ends {
			end()
		}
	}
	for range n {
		cmd := exec.Command(r.opts.Busy[0], r.opts.Busy[1:]...)
		in, err := cmd.StdinPipe() // its end is the process's, whatever ends this one
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			stop()
			return nil, err
		}
		ends = append(ends, func() { in.Close(); cmd.Wait() })
	}
	return stop, nil
}
