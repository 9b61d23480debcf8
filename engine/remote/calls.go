package remote

import (
	"bytes"
	"encoding/json"

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

// add takes a part. It belongs to the last call of its index, unless it begins one.
func (c *calls) add(part toolCall) {
	i := len(c.list) - 1
	for i >= 0 && c.list[i].Index != part.Index {
		i--
	}
	if i < 0 || begins(part, c.list[i]) {
		if len(c.list) < maxCalls {
			c.list = append(c.list, part)
		}
		return
	}
	call := &c.list[i]
	if call.ID == "" {
		call.ID = part.ID
	}
	if call.Function.Arguments == "" { // some servers repeat the name with each part
		call.Function.Name += part.Function.Name
	}
	if len(call.Function.Arguments)+len(part.Function.Arguments) <= maxArguments {
		call.Function.Arguments += part.Function.Arguments
	}
}

// begins tells whether a part is another call than the one before it, for servers
// that number none: it has a name and another ID, or no ID after a call that is
// complete.
func begins(part, before toolCall) bool {
	switch {
	case part.Function.Name == "":
		return false
	case part.ID == "":
		return json.Valid([]byte(before.Function.Arguments))
	}
	return before.ID != "" && before.ID != part.ID
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
