package cli

import (
	"strings"
	"testing"

	"notso/app/chat"
	"notso/engine"
)

func TestTextCannotCommandATerminal(t *testing.T) {
	var screen strings.Builder
	p := &plain{out: &screen, terminal: true}
	for _, piece := range []string{"a\x1b[2J", "b\x07\r", "c\u009b31m\td\n", "\x00é"} {
		p.event(engine.Event{Kind: engine.EventText, Text: piece})
	}
	p.end(chat.Turn{})
	if got, want := screen.String(), "a[2Jbc31m\td\né\n"; got != want {
		t.Errorf("the terminal gets %q, want %q", got, want)
	}
}

func TestTextInAFileIsTheModelsOwn(t *testing.T) {
	var file strings.Builder
	p := &plain{out: &file}
	for _, piece := range []string{"\n\n", "a\x1b[2J", "\n"} {
		p.event(engine.Event{Kind: engine.EventText, Text: piece})
	}
	p.end(chat.Turn{})
	if got, want := file.String(), "a\x1b[2J\n"; got != want {
		t.Errorf("the file gets %q, want %q", got, want)
	}
}

func TestComplete(t *testing.T) {
	tests := []struct {
		name string
		line string
		want string // "" for nothing
	}{
		{"one command begins so", "/q", "/quote "},
		{"an e tells two apart", "/te", "/temp "},
		{"two begin so", "/t", ""},
		{"one that the window alone has", "/them", ""},
		{"none begins so", "/x", ""},
		{"a message", "q", ""},
		{"a prompt of one's own", "/tra", "/translate "},
		{"a prompt and a command go on alike", "/e", "/exp"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, pos, ok := complete(tt.line, []string{"translate", "expand"})
			if ok != (tt.want != "") || got != tt.want || pos != len(tt.want) {
				t.Errorf("%q becomes %q (%v), want %q", tt.line, got, ok, tt.want)
			}
		})
	}
}
