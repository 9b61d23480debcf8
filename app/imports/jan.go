package imports

import (
	"encoding/json"
	"fmt"
	"strings"

	"notso/app/chat"
)

// janThread is Jan's thread.json, and what holds a thread with its messages.
type janThread struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Created  moment `json:"created"`
	Updated  moment `json:"updated"`
	Metadata struct {
		Title    string `json:"title"`
		Favorite bool   `json:"is_favorite"`
	} `json:"metadata"`
	Favorite   bool `json:"isFavorite"`
	Assistants []struct {
		Instructions string `json:"instructions"`
	} `json:"assistants"`
	Messages []janMessage `json:"messages"`
	Thread   *janThread   `json:"thread"`
}

// janMessage is a line of messages.jsonl.
type janMessage struct {
	ID       string          `json:"id"`
	Object   string          `json:"object"`
	ThreadID string          `json:"thread_id"`
	Role     string          `json:"role"`
	Content  json.RawMessage `json:"content"`
	Status   string          `json:"status"`
	Created  moment          `json:"created_at"`
}

// isJanMessage tells a line of messages.jsonl.
func isJanMessage(data []byte) bool {
	var m janMessage
	return json.Unmarshal(data, &m) == nil && m.Role != "" && (m.Object == "thread.message" || m.ThreadID != "")
}

// readJan reads a thread that has its messages with it.
func readJan(data []byte, result *Result) error {
	var t janThread
	if err := json.Unmarshal(data, &t); err != nil {
		return errUnknown
	}
	messages := t.Messages
	if t.Thread != nil {
		t = *t.Thread
	}
	if messages == nil {
		return errUnknown // thread.json alone: its messages are in another file
	}
	t.add(messages, result)
	return nil
}

// readJanFolder reads thread.json, which may be missing, and messages.jsonl.
func readJanFolder(thread []byte, values []json.RawMessage, result *Result) error {
	var t janThread
	if thread != nil && json.Unmarshal(thread, &t) != nil {
		return refuse("A thread.json of the file is damaged.")
	}
	var messages []janMessage
	for _, value := range values {
		var m janMessage
		if json.Unmarshal(value, &m) != nil {
			result.leave(Damaged, 1)
			continue
		}
		messages = append(messages, m)
	}
	t.add(messages, result)
	return nil
}

func (t janThread) add(messages []janMessage, result *Result) {
	result.source("Jan")
	o := outline{title: t.Title, pinned: t.Favorite || t.Metadata.Favorite, created: t.Created.Time, updated: t.Updated.Time}
	if o.title == "" {
		o.title = t.Metadata.Title
	}
	for _, a := range t.Assistants {
		if o.system == "" {
			o.system = a.Instructions
		}
	}
	parent := ""
	for i, m := range messages {
		n := node{id: fmt.Sprint(i), parent: parent, role: role(m.Role), created: m.Created.Time, reasoning: m.reasoning()}
		n.text = content(m.Content, result)
		if n.role == chat.Assistant && n.reasoning == "" {
			n.reasoning, n.text = think(n.text)
		}
		switch {
		case m.Role == "system" && o.system == "":
			o.system = n.text
		case m.Role == "tool":
			result.leave(Tools, 1)
		}
		if m.Status == "stopped" {
			n.state = chat.Stopped
		}
		o.nodes = append(o.nodes, n)
		parent = n.id
	}
	o.head = parent
	o.add(result)
}

func (m janMessage) reasoning() string {
	var parts []struct {
		Type string `json:"type"`
		Text struct {
			Value string `json:"value"`
		} `json:"text"`
	}
	if json.Unmarshal(m.Content, &parts) != nil {
		return ""
	}
	var texts []string
	for _, p := range parts {
		if p.Type == "reasoning" {
			texts = append(texts, p.Text.Value)
		}
	}
	return strings.Join(texts, "\n\n")
}

// think parts the reasoning that stands before an answer from it.
func think(text string) (reasoning, answer string) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(text, " \n"), "<think>")
	if !ok {
		return "", text
	}
	reasoning, answer, _ = strings.Cut(rest, "</think>")
	return strings.TrimSpace(reasoning), strings.TrimLeft(answer, "\n ")
}
