package prompt

import (
	"encoding/json"

	"github.com/ardanlabs/jinja"

	"notso/engine"
	"notso/engine/prompt/jinja2"
)

// variables are what the template sees of in. Tools are undefined when there are
// none, and so is whether to think when nothing was chosen: each template has its
// own default for what it does not find.
func (t *Template) variables(in Input) jinja.Value {
	messages := make([]jinja.Value, len(in.Messages))
	for i, m := range in.Messages {
		messages[i] = message(m)
	}
	vars := jinja.NewDict()
	set := vars.AsDict().Set
	set("messages", jinja.NewList(messages))
	if len(in.Tools) > 0 {
		tools := make([]jinja.Value, len(in.Tools))
		for i, tool := range in.Tools {
			tools[i] = fromJSON(tool)
		}
		set("tools", jinja.NewList(tools))
		if t.parsed.Reads("xml_tools") { // SmolLM3's name for them
			set("xml_tools", jinja.NewList(tools))
		}
	}
	set("add_generation_prompt", jinja.NewBool(in.GenerationPrompt))
	set("bos_token", jinja.NewString(in.BOS))
	set("eos_token", jinja.NewString(in.EOS))
	switch name := t.switchName(); {
	case in.Thinking == engine.ThinkingDefault:
	case name != effort:
		set(name, jinja.NewBool(in.Thinking == engine.ThinkingOn))
	case in.Thinking == engine.ThinkingOff:
		set(effort, jinja.NewString("low"))
	}
	return vars
}

// effort is how gpt-oss calls what it has instead of a switch: "low", "medium"
// or "high". It always reasons a little.
const effort = "reasoning_effort"

// switchName is the variable that turns reasoning on and off. Some families call
// it thinking.
func (t *Template) switchName() string {
	for _, name := range []string{"enable_thinking", "thinking", effort} {
		if t.parsed.Reads(name) {
			return name
		}
	}
	return "enable_thinking"
}

func message(m engine.Message) jinja.Value {
	v := jinja.NewDict()
	set := v.AsDict().Set
	set("role", jinja.NewString(string(m.Role)))
	set("content", jinja.NewString(m.Content))
	if len(m.ToolCalls) > 0 {
		calls := make([]jinja.Value, len(m.ToolCalls))
		for i, c := range m.ToolCalls {
			calls[i] = toolCall(c)
		}
		set("tool_calls", jinja.NewList(calls))
	}
	if m.ToolCallID != "" {
		set("tool_call_id", jinja.NewString(m.ToolCallID))
	}
	if m.Name != "" {
		set("name", jinja.NewString(m.Name))
	}
	return v
}

// toolCall has the shape that OpenAI gave it, but for arguments: templates want
// an object there, not its text.
func toolCall(c engine.ToolCall) jinja.Value {
	function := jinja.NewDict()
	function.AsDict().Set("name", jinja.NewString(c.Name))
	arguments := jinja.NewDict()
	if len(c.Arguments) > 0 {
		arguments = fromJSON(c.Arguments)
	}
	function.AsDict().Set("arguments", arguments)

	v := jinja.NewDict()
	if c.ID != "" {
		v.AsDict().Set("id", jinja.NewString(c.ID))
	}
	v.AsDict().Set("type", jinja.NewString("function"))
	v.AsDict().Set("function", function)
	return v
}

// fromJSON is data as a value; what is no JSON stays text.
func fromJSON(data json.RawMessage) jinja.Value {
	v, err := jinja2.FromJSON(data)
	if err != nil {
		return jinja.NewString(string(data))
	}
	return v
}
