//go:build unix

package runner

import (
	"syscall"
	"time"
)

// processTime is the CPU time that this process has had, all its threads
// together, those that have ended too; 0: unknown.
func processTime() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
