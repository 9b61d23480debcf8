//go:build !linux

package native

import (
	"errors"
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

// Relabel leaves the menu bar to Wails.
func Relabel([]string) (done bool) { return false }

// Place leaves the window to the system.
func Place(x, y int) {}

// Zoom leaves the page as it is.
func Zoom(factor float64) {}

// PDF is not done here.
func PDF(html []byte, path string) error {
	return errors.New("only the Linux version writes PDF: export a web page and print it in the browser")
}
