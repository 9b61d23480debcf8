package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"notso/engine"
)

// thousand is what load progress counts to.
const thousand = 1000

// hello is what the worker says first.
type hello struct {
	Protocol int    `json:"protocol"`
	Build    string `json:"build"`
}

func newHello() hello {
	h := hello{Protocol: protocol}
	if info, ok := debug.ReadBuildInfo(); ok {
		h.Build = info.Main.Version + " " + info.GoVersion
	}
	return h
}

type loadRequest struct {
	Path    string             `json:"path"`
	Options engine.LoadOptions `json:"options"`
}

// renderRequest carries the template's variables as text, so that not a byte of
// them changes on the way.
type renderRequest struct {
	Source  string    `json:"source"`
	Context string    `json:"context"`
	Now     time.Time `json:"now"`
}

// wireEvent carries the arguments of a tool call as text: encoding/json would
// change the blanks in them, and refuse what is not JSON.
type wireEvent struct {
	engine.Event
	Arguments *string `json:"arguments,omitempty"`
}

// writeEvent writes one event of a reply. Text, which is nearly all of them,
// goes as it is.
func writeEvent(w *frameWriter, id uint32, ev engine.Event) error {
	switch ev {
	case engine.Event{Kind: engine.EventText, Text: ev.Text}:
		return writeFrame(w, kindText, id, ev.Text)
	case engine.Event{Kind: engine.EventReasoning, Text: ev.Text}:
		return writeFrame(w, kindReasoning, id, ev.Text)
	}
	wire := wireEvent{Event: ev}
	if ev.ToolCall != nil {
		arguments := string(ev.ToolCall.Arguments)
		wire.ToolCall = &engine.ToolCall{ID: ev.ToolCall.ID, Name: ev.ToolCall.Name}
		wire.Arguments = &arguments
	}
	payload, err := encode(wire)
	if err != nil {
		return err
	}
	return writeFrame(w, kindEvent, id, payload)
}

// readEvent is the event that writeEvent wrote.
func readEvent(f frame) (engine.Event, error) {
	switch f.kind {
	case kindText:
		return engine.Event{Kind: engine.EventText, Text: string(f.payload)}, nil
	case kindReasoning:
		return engine.Event{Kind: engine.EventReasoning, Text: string(f.payload)}, nil
	case kindEvent:
		var wire wireEvent
		if err := decode(f, &wire); err != nil {
			return engine.Event{}, err
		}
		if wire.ToolCall != nil && wire.Arguments != nil {
			wire.ToolCall.Arguments = json.RawMessage(*wire.Arguments)
		}
		return wire.Event, nil
	}
	return engine.Event{}, fmt.Errorf("%w: kind %d within a reply", errFrame, f.kind)
}

// encode is json.Marshal without the escapes that HTML would need.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// decode reads the JSON of f into v. What does not fit is an errFrame.
func decode(f frame, v any) error {
	if err := json.Unmarshal(f.payload, v); err != nil {
		return fmt.Errorf("%w: kind %d: %w", errFrame, f.kind, err)
	}
	return nil
}
