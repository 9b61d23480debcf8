package app

import (
	"testing"

	"notso/engine/scripted"
)

func TestSentencesAreKnown(t *testing.T) {
	for draft, want := range map[string]bool{
		"": false, "Why": false, "Why is": false, "e.g": false, "one\ntwo": false, "Why is it so,": false,
		"Why?": true, "Why? ": true, "It is so.": true, "He said “no.”": true, "A line\n": true, "为什么？": true, "(Really!)": true,
	} {
		if got := complete(draft); got != want {
			t.Errorf("complete(%q) = %v, want %v", draft, got, want)
		}
	}
}

func TestReadingAheadIsShownWhileNoReplyRuns(t *testing.T) {
	b := newBench(t, scripted.Options{})
	shown := func() (list []statusView) {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, e := range b.events {
			if status, ok := e.data.(statusView); ok {
				list = append(list, status)
			}
		}
		b.events = nil
		return list
	}
	shown()
	progress, done := b.ahead(0)
	if done(); len(shown()) > 0 {
		t.Error("something was shown although nothing was read")
	}
	progress(0.5)
	if list := shown(); len(list) != 1 || list[0].State != "reading" || list[0].Text != "Reading ahead" || list[0].Fraction != 0.5 {
		t.Errorf("half of a draft is shown as %+v", list)
	}
	done()
	if list := shown(); len(list) != 1 || list[0] != b.status() {
		t.Errorf("afterwards there is %+v, want %+v", list, b.status())
	}
	b.App.mu.Lock()
	b.App.replies[0] = &reply{}
	b.App.mu.Unlock()
	progress(0.7)
	done()
	if list := shown(); len(list) > 0 {
		t.Errorf("beside a reply it is shown: %+v", list)
	}
	b.App.mu.Lock()
	delete(b.App.replies, 0)
	b.App.mu.Unlock()
}
