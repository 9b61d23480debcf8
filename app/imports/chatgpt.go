package imports

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"notso/app/chat"
)

// gptChat is an element of ChatGPT's conversations.json: a tree of nodes, some
// of which hold a message.
type gptChat struct {
	Title       string             `json:"title"`
	CreateTime  moment             `json:"create_time"`
	UpdateTime  moment             `json:"update_time"`
	CurrentNode string             `json:"current_node"`
	Mapping     map[string]gptNode `json:"mapping"`
}

type gptNode struct {
	Parent  *string     `json:"parent"`
	Message *gptMessage `json:"message"`
}

type gptMessage struct {
	Author struct {
		Role string `json:"role"`
	} `json:"author"`
	CreateTime moment `json:"create_time"`
	Content    struct {
		Type     string            `json:"content_type"`
		Parts    []json.RawMessage `json:"parts"`
		Text     string            `json:"text"`
		Thoughts []struct {
			Summary string `json:"summary"`
			Content string `json:"content"`
		} `json:"thoughts"`
	} `json:"content"`
	Recipient string `json:"recipient"`
	Status    string `json:"status"`
	Metadata  struct {
		Hidden bool   `json:"is_visually_hidden_from_conversation"`
		Model  string `json:"model_slug"`
	} `json:"metadata"`
}

func readChatGPT(data []byte, result *Result) error {
	var c gptChat
	if err := json.Unmarshal(data, &c); err != nil {
		return refuse("A chat of the file is damaged: %v.", err)
	}
	result.source("ChatGPT")
	o := outline{title: c.Title, named: true, created: c.CreateTime.Time, updated: c.UpdateTime.Time, head: c.CurrentNode}
	for _, id := range slices.Sorted(maps.Keys(c.Mapping)) {
		from := c.Mapping[id]
		n := node{id: id}
		if from.Parent != nil {
			n.parent = *from.Parent
		}
		if from.Message != nil {
			from.Message.into(&n, &o, result)
		}
		o.nodes = append(o.nodes, n)
	}
	// A mapping has no order of its own.
	slices.SortStableFunc(o.nodes, func(a, b node) int { return a.created.Compare(b.created) })
	o.add(result)
	return nil
}

// into reads what a node holds. Tools, and what is said to them, are left out.
func (m *gptMessage) into(n *node, o *outline, result *Result) {
	n.created = m.CreateTime.Time
	text, media := m.text()
	result.leave(Media, media)
	switch {
	case m.Author.Role == "system":
		if !m.Metadata.Hidden && o.system == "" {
			o.system = text
		}
	case m.Metadata.Hidden:
		if strings.TrimSpace(text) != "" {
			result.leave(Hidden, 1)
		}
	case m.Author.Role == "tool", m.Recipient != "" && m.Recipient != "all":
		result.leave(Tools, 1)
	case m.Author.Role == "user":
		n.role, n.text = chat.User, text
	case m.Author.Role == "assistant":
		n.role, n.model = chat.Assistant, m.Metadata.Model
		switch m.Content.Type {
		case "thoughts":
			n.reasoning = m.thoughts()
		case "reasoning_recap": // "Thought for 4 seconds"
		default:
			n.text = text
		}
		if m.Status != "" && m.Status != "finished_successfully" && m.Status != "finished" {
			n.state = chat.Interrupted
		}
	}
}

// text is what a message says in words, and how many of its parts are none.
func (m *gptMessage) text() (text string, media int) {
	var parts []string
	for _, raw := range m.Content.Parts {
		var part string
		var object struct {
			Type string `json:"content_type"`
			Text string `json:"text"` // of a recording, what was said
		}
		switch {
		case json.Unmarshal(raw, &part) == nil:
		case json.Unmarshal(raw, &object) == nil && object.Text != "":
			part = object.Text
		default:
			media++
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	if m.Content.Type == "code" && strings.TrimSpace(m.Content.Text) != "" {
		parts = append(parts, "```\n"+m.Content.Text+"\n```")
	}
	return strings.Join(parts, "\n\n"), media
}

func (m *gptMessage) thoughts() string {
	var parts []string
	for _, t := range m.Content.Thoughts {
		if text := strings.TrimSpace(t.Content); text != "" {
			parts = append(parts, text)
		} else if text := strings.TrimSpace(t.Summary); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n\n")
}
