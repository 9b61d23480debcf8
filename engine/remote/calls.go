package remote

import (
	"bytes"
	"encoding/json"
	"slices"

	"notso/engine"
	"notso/engine/reply"
)

const (
	// maxCalls is how many tools a reply may call.
	maxCalls = 64

	// maxArguments is the most bytes that the arguments of one call may have.
	maxArguments = 1 << 20
)

// calls puts tool calls together, which come in parts.
type calls struct {
	list []toolCall
}

// add takes a part. It belongs to the call of its index; servers that number
// none begin a new call with a new name.
func (c *calls) add(part toolCall) {
	i := slices.IndexFunc(c.list, func(t toolCall) bool { return t.Index == part.Index })
	if last := len(c.list) - 1; i >= 0 && i == last && part.Function.Name != "" && part.ID != "" && part.ID != c.list[last].ID && c.list[last].ID != "" {
		i = -1
	}
	if i < 0 {
		if len(c.list) < maxCalls {
			c.list = append(c.list, part)
		}
		return
	}
	call := &c.list[i]
	if call.ID == "" {
		call.ID = part.ID
	}
	call.Function.Name += part.Function.Name
	if len(call.Function.Arguments)+len(part.Function.Arguments) <= maxArguments {
		call.Function.Arguments += part.Function.Arguments
	}
}

// events are the calls as the model would have written them. One that cannot be
// read is text, so that nothing is lost.
func (c *calls) events() []engine.Event {
	var events []engine.Event
	tags := reply.ToolCallTags()
	for _, call := range c.list {
		arguments := []byte(call.Function.Arguments)
		if len(bytes.TrimSpace(arguments)) == 0 {
			arguments = []byte("{}")
		}
		var object map[string]json.RawMessage
		if call.Function.Name == "" || json.Unmarshal(arguments, &object) != nil || object == nil {
			if text := call.Function.Name + call.Function.Arguments; text != "" {
				events = append(events, engine.Event{Kind: engine.EventText, Text: text})
			}
			continue
		}
		made := engine.ToolCall{ID: call.ID, Name: call.Function.Name, Arguments: arguments}
		name, _ := json.Marshal(made.Name) // a string cannot fail
		text := tags.Open + `{"name": ` + string(name) + `, "arguments": ` + string(arguments) + "}" + tags.Close
		events = append(events, engine.Event{Kind: engine.EventToolCall, Text: text, ToolCall: &made})
	}
	return events
}

// tools wraps bare functions as the interface wants them.
func tools(list []json.RawMessage) []json.RawMessage {
	var wrapped []json.RawMessage
	for _, tool := range list {
		var kind struct {
			Function json.RawMessage `json:"function"`
		}
		if json.Unmarshal(tool, &kind) == nil && len(kind.Function) > 0 {
			wrapped = append(wrapped, tool)
			continue
		}
		wrapped = append(wrapped, json.RawMessage(`{"type":"function","function":`+string(tool)+`}`))
	}
	return wrapped
}
