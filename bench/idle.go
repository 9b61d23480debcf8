package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// idleCPU is how much of one core the app uses when nobody uses the app: what an
// open window costs a laptop's battery. The model was loaded, has been unused
// for its idle time and is let go, so its memory is free.
//
// It is taken without the window: the page itself is the web view's, whose
// processes belong to the system's web engine.
func idleCPU(ctx context.Context, r *run) (float64, string, error) {
	home, err := os.MkdirTemp("", "notso-bench-")
	if err != nil {
		return 0, "", err
	}
	defer os.RemoveAll(home)
	s, err := r.start(ctx, Setup{Home: home, Idle: time.Second}, &tap{})
	if err != nil {
		return 0, "", err
	}
	defer s.end()
	r.report.Memory.Worker = max(r.report.Memory.Worker, workerPeak())
	if err := workersGone(ctx, 30*time.Second); err != nil {
		return 0, "", err
	}
	before, known := cpuTime()
	if !known {
		return 0, "", errors.New("this system is not asked for the time of a process yet")
	}
	window := pick(r, time.Minute, 3*time.Second)
	began := time.Now()
	if !pause(ctx, window) {
		return 0, "", ctx.Err()
	}
	after, _ := cpuTime()
	took := time.Since(began)
	now, _ := memory()
	return 100 * float64(after-before) / float64(took), fmt.Sprintf("%.0f ms of CPU in %.0f s, without the web view; %s in memory",
		ms(after-before), took.Seconds(), megabytes(now)), nil
}

// workersGone waits for the end of the worker.
func workersGone(ctx context.Context, limit time.Duration) error {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); {
		pids, known := workers()
		switch {
		case !known:
			return errors.New("this system is not asked for its processes yet")
		case len(pids) == 0:
			return nil
		case !pause(ctx, 100*time.Millisecond):
			return ctx.Err()
		}
	}
	return errors.New("the worker did not end when it was idle")
}
