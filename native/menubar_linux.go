package native

/*
#include <stdlib.h>
#include "native_linux.h"
*/
import "C"

import (
	"strings"
	"unsafe"
)

// Relabel gives the items of the menu bar these texts, each menu's own before
// those of its items, and tells whether that is done here: Wails can change a
// menu bar elsewhere, but makes one on GTK that it never shows. Call it once
// Attach has been.
func Relabel(texts []string) (done bool) {
	lines := C.CString(strings.Join(texts, "\n"))
	defer C.free(unsafe.Pointer(lines))
	C.native_relabel(lines)
	return true
}
