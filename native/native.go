// Package native does to the window what Wails does not offer: it keeps the web
// view on the app's own pages, denies what a page could ask of the system,
// brings a crashed page back, puts the window where it was, hides the menu bar,
// zooms, and prints to PDF. On Linux it also repairs three faults of Wails' C
// code, see wrap_linux.c.
//
// Elsewhere its functions do the little that they can. All may be called from
// any goroutine, unless they say otherwise.
package native
