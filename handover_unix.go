//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// raise asks a window to come forward. Not SIGUSR1, which JavaScriptCore uses.
const raise = syscall.SIGUSR2

// ignoreHandOver makes this process, until onHandOver, one that shows no window
// and does not mind being asked. Go alone would not do: on a thread of a C
// library the signal would end the process.
func ignoreHandOver() { signal.Ignore(raise) }

var errNoAnswer = errors.New("it shows no window")

// askEvery is how often a process is asked that does not answer: one that has
// only just begun does not listen yet.
const askEvery = 100 * time.Millisecond

// handOver asks the process that owns the lock to bring its window forward, and
// waits until it has answered, which it does by touching the lock file.
func handOver(pid int, lock string, within time.Duration) error {
	before, err := os.Stat(lock)
	if err != nil {
		return err
	}
	var asked time.Time
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if time.Since(asked) > askEvery {
			if err := syscall.Kill(pid, raise); err != nil {
				return fmt.Errorf("signal process %d: %w", pid, err)
			}
			asked = time.Now()
		}
		if after, err := os.Stat(lock); err == nil && after.ModTime().After(before.ModTime()) {
			return nil
		}
	}
	return errNoAnswer
}

// onHandOver calls show whenever another start hands over to this process,
// until stop is called.
func onHandOver(lock string, show func()) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, raise)
	go func() {
		for range signals {
			now := time.Now()
			os.Chtimes(lock, now, now) // where that fails, the other start says so
			show()
		}
	}()
	return func() {
		ignoreHandOver()
		close(signals)
	}
}
