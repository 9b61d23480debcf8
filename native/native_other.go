//go:build !linux

package native

import (
	"fmt"
	"os"
)

// Init tells that there is a display: these systems always have one.
func Init() bool { return true }

// Alert writes text to standard error.
func Alert(text string) { fmt.Fprintln(os.Stderr, text) }

// Dark is not known here; the page finds out by itself.
func Dark() bool { return false }

// Attach has nothing to guard with: the content security policy and the page's
// own handling of links must do.
func Attach(func(url string)) {}

// Place leaves the window to the system.
func Place(x, y int) {}
