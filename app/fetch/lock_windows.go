package fetch

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes one byte far behind any file's end: Windows keeps others from
// reading what is locked.
func lock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 24})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrElsewhere
	}
	return err
}
