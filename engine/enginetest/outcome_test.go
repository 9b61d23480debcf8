package enginetest

import (
	"errors"
	"iter"
	"strings"
	"testing"

	"notso/engine"
)

func TestRead(t *testing.T) {
	text := engine.Event{Kind: engine.EventText, Text: "a"}
	done := engine.Event{Kind: engine.EventDone, Done: &engine.Done{}}
	progress := func(done, total int) engine.Event {
		return engine.Event{Kind: engine.EventProgress, Progress: &engine.Progress{Done: done, Total: total}}
	}
	failed := errors.New("failed")
	for _, tt := range []struct {
		name   string
		events []engine.Event
		err    error // after the events
		want   string
	}{
		{name: "a reply in order", events: []engine.Event{progress(1, 2), progress(2, 2), text, text, done}},
		{name: "a reply that fails", events: []engine.Event{text}, err: failed},
		{name: "nothing at all", want: "neither done nor an error"},
		{name: "no done", events: []engine.Event{text}, want: "neither done nor an error"},
		{name: "text after done", events: []engine.Event{done, text}, want: "text (<nil>) after done"},
		{name: "an error after done", events: []engine.Event{done}, err: failed, want: "after done"},
		{name: "progress after text", events: []engine.Event{text, progress(1, 2), done}, want: "progress after text"},
		{name: "progress that goes back", events: []engine.Event{progress(2, 3), progress(1, 3), done}, want: "progress went"},
		{name: "progress beyond its end", events: []engine.Event{progress(4, 3), done}, want: "impossible progress"},
		{name: "half a rune", events: []engine.Event{{Kind: engine.EventText, Text: "\xc3"}, done}, want: "whole runes"},
		{name: "an empty text", events: []engine.Event{{Kind: engine.EventText}, done}, want: "whole runes"},
		{name: "a tool call without a name", events: []engine.Event{{Kind: engine.EventToolCall, Text: "x"}, done}, want: "without a name"},
		{name: "a choice that is none", events: []engine.Event{{Kind: engine.EventChoice}, done}, want: "impossible choice"},
		{name: "a choice among impossible others", events: []engine.Event{choice(0.5, 0.4, 0.45), done}, want: "impossible choice"},
		{name: "a choice among too likely others", events: []engine.Event{choice(0.5, 0.4, 0.2), done}, want: "impossible choice"},
		{name: "a choice", events: []engine.Event{choice(0.1, 0.5, 0.2), text, done}},
		{name: "an unknown event", events: []engine.Event{{Kind: "surprise"}, done}, want: "unknown kind"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(read(sequence(tt.events, tt.err), nil).broken, "; ")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// choice is one with so likely others.
func choice(probability float64, others ...float64) engine.Event {
	c := &engine.Choice{Token: 1, Piece: "a", Probability: probability}
	for i, other := range others {
		c.Others = append(c.Others, engine.Other{Token: int32(2 + i), Piece: "b", Probability: other})
	}
	return engine.Event{Kind: engine.EventChoice, Choice: c}
}

func sequence(events []engine.Event, err error) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for _, event := range events {
			if !yield(event, nil) {
				return
			}
		}
		if err != nil {
			yield(engine.Event{}, err)
		}
	}
}
