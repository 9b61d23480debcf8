package imports

import (
	"encoding/json"

	"notso/app/chat"
)

// llamaChat is what llama.cpp's page writes as JSON; its JSONL has conv in the
// first line and a message in each that follows.
type llamaChat struct {
	Conv     llamaConv      `json:"conv"`
	Messages []llamaMessage `json:"messages"`
}

type llamaConv struct {
	Name         string `json:"name"`
	LastModified moment `json:"lastModified"`
	CurrNode     string `json:"currNode"`
	Pinned       bool   `json:"pinned"`
}

type llamaMessage struct {
	ID        string            `json:"id"`
	Type      string            `json:"type"`
	Role      string            `json:"role"`
	Content   string            `json:"content"`
	Thinking  string            `json:"thinking"`
	Reasoning string            `json:"reasoningContent"`
	Parent    *string           `json:"parent"`
	Timestamp moment            `json:"timestamp"`
	Model     string            `json:"model"`
	Extra     []json.RawMessage `json:"extra"`
}

func readLlama(data []byte, result *Result) error {
	var c llamaChat
	if err := json.Unmarshal(data, &c); err != nil {
		return refuse("A chat of the file is damaged: %v.", err)
	}
	c.add(result)
	return nil
}

// readSessions reads the lines of a JSONL file: a "session" begins a chat, each
// "message" belongs to the last one. Other lines are of versions to come.
func readSessions(lines [][]byte, result *Result) error {
	var sessions []*llamaChat
	for i, line := range lines {
		var record struct {
			Type    string       `json:"type"`
			Message llamaMessage `json:"message"`
		}
		if json.Unmarshal(line, &record) != nil {
			result.leave(Damaged, 1)
			continue
		}
		switch {
		case record.Type == "session":
			var s llamaChat
			if json.Unmarshal(line, &s.Conv) != nil {
				return refuse("Line %d of the file is damaged.", i+1)
			}
			sessions = append(sessions, &s)
		case record.Type == "message" && len(sessions) > 0:
			last := sessions[len(sessions)-1]
			last.Messages = append(last.Messages, record.Message)
		case i == 0:
			return errUnknown
		}
	}
	for _, s := range sessions {
		s.add(result)
	}
	return nil
}

func (c llamaChat) add(result *Result) {
	result.source("llama.cpp")
	o := outline{title: c.Conv.Name, pinned: c.Conv.Pinned, updated: c.Conv.LastModified.Time, head: c.Conv.CurrNode}
	for _, m := range c.Messages {
		n := node{id: m.ID, role: role(m.Role), text: m.Content, reasoning: m.Reasoning, created: m.Timestamp.Time, model: m.Model}
		if m.Parent != nil {
			n.parent = *m.Parent
		}
		if n.reasoning == "" {
			n.reasoning = m.Thinking
		}
		if n.role == chat.Assistant && n.reasoning == "" {
			n.reasoning, n.text = think(n.text)
		}
		switch {
		case m.Role == "system" && m.Type != "root" && o.system == "":
			o.system = m.Content
		case m.Role == "tool":
			result.leave(Tools, 1)
		}
		result.leave(Media, len(m.Extra))
		if !n.created.IsZero() && m.Type != "root" && (o.created.IsZero() || n.created.Before(o.created)) {
			o.created = n.created
		}
		o.nodes = append(o.nodes, n)
	}
	o.add(result)
}
