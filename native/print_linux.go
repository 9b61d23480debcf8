package native

/*
#include <stdlib.h>
#include "native_linux.h"
*/
import "C"

import (
	"errors"
	"net/url"
	"runtime/cgo"
	"time"
	"unsafe"
)

// printWithin is how long a page may take to become a file: thousands of sheets
// take seconds.
const printWithin = 2 * time.Minute

// PDF prints html, a page that needs nothing from elsewhere, to the file at
// path, and waits for the end. Scripts in it do not run. Call it from a
// goroutine, while the window is there.
func PDF(html []byte, path string) error {
	text, uri := C.CString(string(html)), C.CString((&url.URL{Scheme: "file", Path: path}).String())
	defer C.free(unsafe.Pointer(text))
	defer C.free(unsafe.Pointer(uri))
	ended := make(chan string, 1)
	handle := cgo.NewHandle(ended)
	C.native_pdf(text, uri, C.uintptr_t(handle))
	select {
	case failure := <-ended:
		handle.Delete()
		if failure != "" {
			return errors.New("print to a file: " + failure)
		}
		return nil
	case <-time.After(printWithin): // the handle stays: it may still be told
		return errors.New("print to a file: it took too long")
	}
}

//export nativePrinted
func nativePrinted(handle C.uintptr_t, failure *C.char) {
	cgo.Handle(handle).Value().(chan string) <- C.GoString(failure)
}

// Zoom sets the size of the page's contents; 1 is the usual one.
func Zoom(factor float64) { C.native_zoom(C.double(factor)) }
