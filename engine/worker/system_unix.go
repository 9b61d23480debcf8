//go:build unix

package worker

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Stdio takes standard input and output away from the rest of the program, for
// Serve alone: from here on, input is empty and what is printed goes to standard
// error. Call it before anything else can print. Both should be pipes.
func Stdio() (in, out *os.File, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, nil, err
	}
	defer null.Close()
	if in, err = move(0, int(null.Fd())); err != nil {
		return nil, nil, fmt.Errorf("take standard input: %w", err)
	}
	if out, err = move(1, 2); err != nil {
		return nil, nil, fmt.Errorf("take standard output: %w", err)
	}
	return in, out, nil
}

// move returns fd under another number, which no child inherits, and makes fd
// mean what with does.
func move(fd, with int) (*os.File, error) {
	moved, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	if err := unix.Dup2(with, fd); err != nil {
		return nil, err
	}
	// So that Go polls the pipe, which takes half the time of a blocking read.
	if err := unix.SetNonblock(moved, true); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(moved), "worker pipe"), nil
}

func exitOf(state *os.ProcessState) exit {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exit{code: -1, signal: unix.SignalName(status.Signal())}
	}
	return exit{code: state.ExitCode()}
}
