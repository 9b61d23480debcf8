package enginetest

import (
	"fmt"
	"iter"
	"testing"
	"unicode/utf8"

	"notso/engine"
)

// outcome is a reply that has ended.
type outcome struct {
	text      string
	reasoning string
	done      *engine.Done
	err       error
	choices   []engine.Choice
	broken    []string // what the events did against the contract
}

// written is all that the model wrote, without its tags.
func (o outcome) written() string { return o.reasoning + o.text }

// reply asks and expects the reply to end with finish.
func reply(t *testing.T, e engine.Engine, req engine.Request, finish engine.Finish) outcome {
	t.Helper()
	o := collect(t, e.Reply(limited(t), req), nil)
	if o.err != nil {
		t.Fatalf("reply: %v", o.err)
	}
	if o.done.Finish != finish {
		t.Fatalf("the reply finished with %q after %q, want %q", o.done.Finish, o.written(), finish)
	}
	return o
}

// collect reads a reply to its end. each, which may be nil, sees every event.
func collect(t *testing.T, seq iter.Seq2[engine.Event, error], each func(engine.Event)) outcome {
	t.Helper()
	o := read(seq, each)
	for _, what := range o.broken {
		t.Error(what)
	}
	if o.err == nil && o.done == nil {
		t.Fatal("the reply cannot be judged")
	}
	return o
}

// read reads a reply to its end and checks what holds for every one: the order
// of the events, one Done and nothing after it, whole runes, and progress that
// only grows.
func read(seq iter.Seq2[engine.Event, error], each func(engine.Event)) outcome {
	var o outcome
	var last engine.Event
	for event, err := range seq {
		switch {
		case o.err != nil:
			o.fault("%s (%v) after the error %v", event.Kind, err, o.err)
		case o.done != nil:
			o.fault("%s (%v) after done", event.Kind, err)
		case err != nil:
			o.err = err
			continue
		}
		o.check(last, event)
		switch event.Kind {
		case engine.EventText, engine.EventToolCall:
			o.text += event.Text
		case engine.EventReasoning:
			o.reasoning += event.Text
		case engine.EventChoice:
			if event.Choice != nil {
				o.choices = append(o.choices, *event.Choice)
			}
		case engine.EventDone:
			o.done = event.Done
		}
		if each != nil {
			each(event)
		}
		last = event
	}
	if o.err == nil && o.done == nil {
		o.fault("the reply ended with neither done nor an error")
	}
	return o
}

// check checks an event beside the one before it.
func (o *outcome) check(last, event engine.Event) {
	if rank(event.Kind) < 0 {
		o.fault("an event of the unknown kind %q", event.Kind)
	}
	if rank(event.Kind) < rank(last.Kind) {
		o.fault("%s after %s", event.Kind, last.Kind)
	}
	switch event.Kind {
	case engine.EventText, engine.EventReasoning, engine.EventToolCall:
		if event.Text == "" || !utf8.ValidString(event.Text) {
			o.fault("a %s of %q: want whole runes", event.Kind, event.Text)
		}
		if event.Kind == engine.EventToolCall && (event.ToolCall == nil || event.ToolCall.Name == "") {
			o.fault("a tool call without a name: %q", event.Text)
		}
	case engine.EventLoading, engine.EventProgress:
		o.checkProgress(last, event)
	case engine.EventChoice:
		o.checkChoice(event.Choice)
	case engine.EventDone:
		if event.Done == nil {
			o.fault("done without its data")
		}
	}
}

func (o *outcome) checkProgress(last, event engine.Event) {
	p := event.Progress
	if p == nil || p.Done < 0 || p.Done > p.Total || p.Cached > p.Done {
		o.fault("impossible progress: %+v", p)
		return
	}
	if q := last.Progress; last.Kind == event.Kind && q != nil && (p.Done < q.Done || p.Total != q.Total || p.Cached != q.Cached) {
		o.fault("progress went from %+v to %+v", *q, *p)
	}
}

func (o *outcome) fault(format string, args ...any) {
	o.broken = append(o.broken, fmt.Sprintf(format, args...))
}

// rank orders the kinds as they follow each other in a reply.
func rank(k engine.EventKind) int {
	switch k {
	case "":
		return 0
	case engine.EventLoading:
		return 1
	case engine.EventProgress:
		return 2
	case engine.EventReasoning, engine.EventText, engine.EventToolCall, engine.EventChoice:
		return 3
	case engine.EventDone:
		return 4
	}
	return -1
}
