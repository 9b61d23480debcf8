package imports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"notso/app/export"
)

// readText reads JSON or JSONL.
// Errors: errUnknown, *export.ImportError.
func readText(data []byte) (Result, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if len(data) == 0 || data[0] != '{' && data[0] != '[' {
		return Result{}, errUnknown
	}
	if !json.Valid(data) {
		if lines := splitLines(data); len(lines) > 1 && json.Valid(lines[0]) {
			return readLines(lines)
		}
		var value any
		var syntax *json.SyntaxError
		if err := json.Unmarshal(data, &value); errors.As(err, &syntax) {
			return Result{}, refuse("The file is not complete JSON: it breaks off or is damaged at byte %d.", syntax.Offset)
		}
		return Result{}, errUnknown
	}
	if data[0] == '[' {
		var values []json.RawMessage
		if err := json.Unmarshal(data, &values); err != nil {
			return Result{}, errUnknown
		}
		return readValues(values)
	}
	var result Result
	err := readValue(data, &result)
	return result, err
}

// readValues reads chats in a list: those of a program, one after the other, or
// messages of one thread.
func readValues(values []json.RawMessage) (Result, error) {
	var result Result
	if len(values) > maxChats {
		return result, refuse("The file holds %d chats; %d is the most that can be imported at once.", len(values), maxChats)
	}
	if len(values) > 0 && isJanMessage(values[0]) {
		err := readJanFolder(nil, values, &result)
		return result, err
	}
	unknown := 0
	for _, value := range values {
		switch err := readValue(value, &result); {
		case errors.Is(err, errUnknown):
			unknown++
		case err != nil:
			result.leave(Damaged, 1)
		}
	}
	if unknown == len(values) {
		return result, errUnknown
	}
	result.leave(Damaged, unknown)
	return result, nil
}

// readLines reads a JSON value a line: a llama.cpp session, or Jan's messages.
func readLines(lines [][]byte) (Result, error) {
	var result Result
	if isJanMessage(lines[0]) {
		values := make([]json.RawMessage, len(lines))
		for i, line := range lines {
			values[i] = line
		}
		err := readJanFolder(nil, values, &result)
		return result, err
	}
	err := readSessions(lines, &result)
	return result, err
}

// shape is what tells whose chat an object is.
type shape struct {
	Kind     string          `json:"kind"`
	Mapping  json.RawMessage `json:"mapping"`
	Conv     json.RawMessage `json:"conv"`
	Type     string          `json:"type"`
	Messages json.RawMessage `json:"messages"`
	Thread   json.RawMessage `json:"thread"`
	Object   string          `json:"object"`
	Chats    json.RawMessage `json:"chats"`
}

// readValue adds the chat, or the chats, of one JSON object.
// Errors: errUnknown, *export.ImportError.
func readValue(data []byte, result *Result) error {
	var s shape
	if err := json.Unmarshal(data, &s); err != nil {
		return errUnknown
	}
	switch {
	case s.Kind == "notso-chats":
		return readBundle(data, result)
	case s.Kind != "":
		return readOwn(data, result)
	case len(s.Mapping) > 0:
		return readChatGPT(data, result)
	case len(s.Conv) > 0:
		return readLlama(data, result)
	case s.Type == "session": // a file with the first line alone
		return readSessions([][]byte{data}, result)
	case len(s.Thread) > 0 && len(s.Messages) > 0, s.Object == "thread":
		return readJan(data, result)
	case len(s.Messages) > 0:
		return readLMStudio(data, result)
	}
	return errUnknown
}

func readOwn(data []byte, result *Result) error {
	c, turns, err := export.Import(bytes.NewReader(data))
	if err != nil {
		return err
	}
	result.source("NotSo SmolLM3")
	if len(turns) == 0 {
		result.leave(Empty, 1)
		return nil
	}
	result.Chats = append(result.Chats, Chat{c, turns})
	return nil
}

// readBundle reads what export.WriteBundle writes as JSON.
func readBundle(data []byte, result *Result) error {
	var b struct {
		Version int               `json:"version"`
		Chats   []json.RawMessage `json:"chats"`
	}
	if err := json.Unmarshal(data, &b); err != nil {
		return refuse("The file's list of chats is damaged.")
	}
	if len(b.Chats) > maxChats {
		return refuse("The file holds %d chats; %d is the most that can be imported at once.", len(b.Chats), maxChats)
	}
	for i, c := range b.Chats {
		if err := readOwn(c, result); err != nil {
			return fmt.Errorf("chat %d: %w", i+1, err)
		}
	}
	return nil
}

func splitLines(data []byte) (lines [][]byte) {
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	return lines
}
