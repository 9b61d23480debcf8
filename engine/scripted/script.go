// Package scripted makes models that say a fixed text, in two ways. WriteModel
// writes a GGUF file that llama.cpp itself runs, so that everything from the file
// to the reply can be tried without a download; Engine is an engine.Engine in
// plain Go, for a machine without a model and for tests of what goes wrong.
//
// Both say a Script: Plain, Reasoning, ToolCall, or one of your own.
package scripted

import (
	"strings"

	"notso/engine"
)

// Script is what a scripted model says, whatever it is asked. Each piece is one
// token. A piece of a single byte is that byte's token, so that a rune can be
// written in halves; any other piece is a token of its own, and a control token if
// it begins with "<|" or ends with "|>".
type Script struct {
	Reasoning []string // written between <think> and </think>, unless thinking is off
	Answer    []string // a tool call is part of it, tags and all
}

// Plain answers in a few sentences, one rune of which is split over two tokens.
func Plain() Script {
	return Script{Answer: []string{
		"Hello", "!", " I", " am", " a", " scripted", " model", ":", " whatever", " you", " say", ",",
		" my", " answer", " is", " already", " written", ".\n\n", "It", " has", " **bold**", " words", " with",
		" `code`", " from a caf", "\xc3", "\xa9", ".",
	}}
}

// Reasoning thinks before it answers.
func Reasoning() Script {
	return Script{
		Reasoning: []string{
			"\nThe", " user", " wants", " the", " product", " of", " two", " numbers", ":", " 6", " ×", " 7", " =",
			" 42", ".\n",
		},
		Answer: []string{"Six", " times", " seven", " is", " **42**", "!"},
	}
}

// ToolCall asks for the weather in Paris.
func ToolCall() Script {
	return Script{Answer: []string{
		"Let", " me", " look", ".\n", "<tool_call>", "\n{\"name\": ", "\"get_weather\"", ", \"arguments\": ",
		"{\"city\": ", "\"Paris\"", ", \"unit\": ", "\"celsius\"", "}}\n", "</tool_call>",
	}}
}

// within is the script with its reasoning cut to a budget of tokens, 0 for none,
// and to no less than what a reply that goes on has written of it.
func (s Script) within(budget int, resume *engine.Partial) Script {
	if budget <= 0 {
		return s
	}
	written, n := 0, 0
	for resume != nil && n < len(s.Reasoning) && written < len(resume.Reasoning) {
		written += len(s.Reasoning[n])
		n++
	}
	s.Reasoning = s.Reasoning[:min(max(budget, n), len(s.Reasoning))]
	return s
}

// ReasoningText is the reasoning as the model writes it, without its tags.
func (s Script) ReasoningText() string { return strings.Join(s.Reasoning, "") }

// AnswerText is the answer as the model writes it, tool call included.
func (s Script) AnswerText() string { return strings.Join(s.Answer, "") }
