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
	names, err := fs.Glob(frontend.Assets, "css/*.css")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		css, err := fs.ReadFile(frontend.Assets, name)
		if err != nil {
			t.Fatal(err)
		}
		if found := asksBelow.Find(css); found != nil {
			t.Errorf("%s: %s…) makes the page slow while a reply is written: let an attribute say it", name, found)
		}
	}
	if !asksBelow.MatchString(".block:has(> .more) { margin: 0; }") {
		t.Error("the test finds nothing")
	}
}
