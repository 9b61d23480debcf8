package app

import "testing"

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
