package reply

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"notso/engine"
)

// span is a stretch of bytes; to is negative when there is none.
type span struct{ from, to int }

// first finds the mark in text that is complete first; of those complete at
// once, the longest.
func first(text []byte, marks []string) (which int, found span) {
	found = span{-1, -1}
	for i, m := range marks {
		if m == "" {
			continue
		}
		at := bytes.Index(text, []byte(m))
		if at < 0 {
			continue
		}
		if to := at + len(m); found.to < 0 || to < found.to || to == found.to && at < found.from {
			which, found = i, span{at, to}
		}
	}
	return which, found
}

// overlap is the length of the longest end of text that m may begin with, short
// of all of m.
func overlap(text []byte, m string) int {
	for n := min(len(text), len(m)-1); n > 0; n-- {
		if string(text[len(text)-n:]) == m[:n] {
			return n
		}
	}
	return 0
}

// unfinished is the number of bytes at the end that may yet become a rune.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// valid is text with U+FFFD for each byte that is no part of a rune.
func valid(text []byte) string {
	if utf8.Valid(text) {
		return string(text)
	}
	return string(bytes.Runes(text))
}

// parseCall reads {"name": …, "arguments": {…}}. Models leave out arguments that
// are empty, and some write them as a string with the object in it.
func parseCall(text string) (engine.ToolCall, bool) {
	var call engine.ToolCall
	if json.Unmarshal([]byte(text), &call) != nil || call.Name == "" {
		return engine.ToolCall{}, false
	}
	var inString string
	if json.Unmarshal(call.Arguments, &inString) == nil && inString != "" {
		call.Arguments = json.RawMessage(inString)
	}
	if len(call.Arguments) == 0 || string(call.Arguments) == "null" {
		call.Arguments = json.RawMessage("{}")
	}
	var object map[string]json.RawMessage
	return call, json.Unmarshal(call.Arguments, &object) == nil
}
