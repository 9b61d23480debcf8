// Package webtest opens the window's page in a headless Chromium, for tests.
//
// A Server serves the window's own handler over loopback and stands in for what
// Wails adds to a page: window.runtime (events, clipboard) and window.go (bound
// methods). A Browser opens Pages on it; a Page types, waits, looks, and fails
// its test when the page logs an error, throws or breaks its security policy.
//
// What it hides: Wails' asset handler is not net/http (it has no cookies and
// follows no redirects), and the real window is WebKit. The tests of the real
// window are for that.
package webtest
