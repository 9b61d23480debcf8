package app

import (
	"io/fs"
	"regexp"
	"testing"

	"notso/frontend"
)

// asksBelow finds :has() on an element that a reply is written into.
var asksBelow = regexp.MustCompile(`\.(pane|conversation|scroller|turns|prose|block|code)\b[^\s>+~,{]*:has\(`)

// A browser computes the styles of all that is in such an element anew whenever a
// token comes: thousands of elements a frame, in a long reply.
func TestNoStyleAsksWhatAReplyHolds(t *testing.T) {
	for name, css := range stylesheets(t) {
		if found := asksBelow.Find(css); found != nil {
			t.Errorf("%s: %s…) makes the page slow while a reply is written: let an attribute say it", name, found)
		}
	}
	if !asksBelow.MatchString(".block:has(> .more) { margin: 0; }") {
		t.Error("the test finds nothing")
	}
}

// WebKitGTK draws no outline in an element with content-visibility: auto, so
// nobody who walks it by keyboard sees where they are.
func TestTheFocusIsDrawnInEveryList(t *testing.T) {
	for name, css := range stylesheets(t) {
		if unseen.Match(css) {
			t.Errorf("%s hides the focus in WebKitGTK by content-visibility: auto", name)
		}
	}
	if !unseen.MatchString(".row { content-visibility: auto; }") {
		t.Error("the test finds nothing")
	}
}

// unseen finds what keeps WebKitGTK from drawing the focus.
var unseen = regexp.MustCompile(`content-visibility:\s*auto`)

// stylesheets are the window's, by name.
func stylesheets(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := fs.Glob(frontend.Assets, "css/*.css")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	sheets := make(map[string][]byte, len(names))
	for _, name := range names {
		if sheets[name], err = fs.ReadFile(frontend.Assets, name); err != nil {
			t.Fatal(err)
		}
	}
	return sheets
}
