//go:build !windows

package disk

import "golang.org/x/sys/unix"

// Free is what this user may still write to the disk that dir is on, in bytes.
func Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
