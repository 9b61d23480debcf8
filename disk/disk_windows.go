package disk

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// Free is what this user may still write to the disk that dir is on, in bytes.
func Free(dir string) (int64, error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(path, &free, nil, nil); err != nil {
		return 0, err
	}
	return int64(min(free, math.MaxInt64)), nil
}

// Lock makes the file this holder's until it is closed, without waiting. Another
// open file is another holder, in this process too. Others may still read it: what
// is locked is one byte far behind any file's end, since Windows keeps others from
// reading what is locked.
// Errors: ErrLocked.
func Lock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 24})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}
