//go:build !windows

package fetch

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock makes the file this process's until it is closed.
func lock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrElsewhere
		default:
			return err
		}
	}
}
