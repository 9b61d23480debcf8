package worker

import (
	"fmt"
	"strings"
	"time"

	"notso/engine"
)

// DiedError is how a worker ended. It is an engine.ErrWorkerDied.
type DiedError struct {
	Cause    string   // a clause for people, such as "it was killed by SIGKILL"
	ExitCode int      // -1 when a signal ended it
	Signal   string   // such as "SIGSEGV", else empty; always empty on Windows
	Stderr   []string // the last lines it wrote to standard error
}

func (e *DiedError) Error() string { return engine.ErrWorkerDied.Error() + ": " + e.Cause }

func (e *DiedError) Unwrap() error { return engine.ErrWorkerDied }

// RestartLimitError says that workers died too often for another to be started
// before Until. It is no engine.ErrWorkerDied: trying again at once is in vain.
type RestartLimitError struct {
	Deaths int
	Within time.Duration
	Until  time.Time
	Last   *DiedError
}

func (e *RestartLimitError) Error() string {
	return fmt.Sprintf("the engine ended %d times within %.0f minutes, the last time because %s; it can be started again at %s",
		e.Deaths, e.Within.Minutes(), e.Last.Cause, e.Until.Format(time.TimeOnly))
}

// MismatchError says that the worker is not of the same build as its parent: the
// program on disk was replaced while it ran.
type MismatchError struct {
	Build, WorkerBuild string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("the program was replaced while it ran, from %q to %q: start it again", e.Build, e.WorkerBuild)
}

// exit is what the system tells of a process that has ended.
type exit struct {
	code   int // -1 when a signal ended it
	signal string
}

// fault says whether the process ended by a mistake of its own, rather than by
// somebody's hand or for want of memory.
func (x exit) fault() bool {
	switch x.signal {
	case "SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS":
		return true
	}
	return x.signal == "" && x.code != 0
}

// newDiedError tells of a process that ended with x, because of reason if that
// is not nil.
func newDiedError(x exit, reason error, stderr *tail) *DiedError {
	stderr.end()
	e := &DiedError{ExitCode: x.code, Signal: x.signal, Stderr: stderr.lines}
	var b strings.Builder
	switch {
	case reason != nil:
		fmt.Fprintf(&b, "it %v", reason)
	case x.signal != "":
		fmt.Fprintf(&b, "it was killed by %s", x.signal)
	default:
		fmt.Fprintf(&b, "it left with exit code %d", x.code)
	}
	if reason == nil && stderr.cause != "" {
		fmt.Fprintf(&b, " (%s)", stderr.cause)
	}
	e.Cause = b.String()
	return e
}
