package native

/*
#cgo pkg-config: gtk+-3.0 webkit2gtk-4.1 gio-unix-2.0
#cgo LDFLAGS: -Wl,--wrap=g_unix_input_stream_new -Wl,--wrap=gtk_message_dialog_new -Wl,--wrap=gtk_main -Wl,--wrap=webkit_uri_scheme_request_finish_with_response -Wl,--wrap=webkit_uri_scheme_request_get_http_body -Wl,--wrap=g_object_unref
#include <stdlib.h>
#include "native_linux.h"
*/
import "C"

import (
	"os"
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// nvidia exists where NVIDIA's own driver is loaded.
const nvidia = "/proc/driver/nvidia/version"

// Init prepares the toolkit and tells whether there is a display to show a
// window on. Call it on the main goroutine, before wails.Run, which must then
// be called on the same one.
func Init() bool {
	runtime.LockOSThread()
	if _, err := os.Stat(nvidia); err == nil && os.Getenv("WEBKIT_DISABLE_DMABUF_RENDERER") == "" {
		os.Setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1") // else the window stays blank
	}
	return C.native_init() != 0
}

// Alert shows text and waits until it is read. Call it after Init, on the same
// goroutine, when there is no window to show it in.
func Alert(text string) {
	s := C.CString(text)
	defer C.free(unsafe.Pointer(s))
	C.native_alert(s)
}

// Dark tells whether the desktop has a dark theme. Call it as Alert.
func Dark() bool { return C.native_dark() != 0 }

// Attach guards the web view: only the app's own pages load, in any frame;
// permissions and downloads are denied; a page whose process died is loaded
// again; and nothing reaches the network. A link to the outside that the user
// clicked is given to open, on a goroutine of its own. Call it once, when the
// window exists.
func Attach(open func(url string)) {
	C.native_attach(C.uintptr_t(cgo.NewHandle(open))) // for as long as the program runs
}

//export nativeOpen
func nativeOpen(handle C.uintptr_t, uri *C.char) {
	go cgo.Handle(handle).Value().(func(string))(C.GoString(uri))
}

// Place moves the window's upper left corner to x, y, in pixels of the whole
// desktop, if that lies on a screen that is still there.
func Place(x, y int) { C.native_place(C.int(x), C.int(y)) }
