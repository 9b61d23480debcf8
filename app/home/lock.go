package home

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"notso/disk"
)

// LockedError says that another process owns the data folder. PID is 0 when it
// could not be read.
type LockedError struct {
	PID int
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return "another process owns the chats"
	}
	return fmt.Sprintf("process %d owns the chats", e.PID)
}

// Lock is the ownership of a data folder. The system lets go of it when the
// process ends, however it ends; child processes do not inherit it. Keep it
// reachable: a Lock that is garbage collected is released.
type Lock struct {
	file *os.File
}

// Acquire takes the lock without waiting and writes the process id into its
// file. A second Acquire fails even within one process.
// Errors: *LockedError.
func Acquire(paths Paths) (*Lock, error) {
	f, err := os.OpenFile(paths.Lock, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	err = disk.Lock(f)
	if errors.Is(err, disk.ErrLocked) {
		err = &LockedError{PID: readPID(f)}
	} else if err != nil {
		err = fmt.Errorf("lock %s: %w", paths.Lock, err)
	} else {
		err = writePID(f)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Lock{file: f}, nil
}

// Release gives the folder free. The file stays: removing it would let two
// processes hold locks on two files of one name.
func (l *Lock) Release() error {
	return errors.Join(l.file.Truncate(0), l.file.Close())
}

func readPID(f *os.File) int {
	text, err := io.ReadAll(io.LimitReader(f, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(string(bytes.TrimSpace(text)))
	if err != nil {
		return 0
	}
	return pid
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("write the lock file: %w", err)
	}
	if _, err := fmt.Fprintln(f, os.Getpid()); err != nil {
		return fmt.Errorf("write the lock file: %w", err)
	}
	return nil
}
