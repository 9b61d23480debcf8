// Package disk asks the system about disks and files in the one way that every
// part of the program does: what is free, and whose a file is. It is a leaf, for
// the engine and the app alike.
package disk

import "errors"

// ErrLocked: another holder has the file.
var ErrLocked = errors.New("the file is locked")
