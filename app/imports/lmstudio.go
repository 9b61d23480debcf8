package imports

import (
	"encoding/json"
	"fmt"
	"strings"

	"notso/app/chat"
)

// lmChat is a conversation file of LM Studio. A message has one version or
// several, of which one is shown; an assistant's version is made of steps.
type lmChat struct {
	Name      string      `json:"name"`
	Pinned    bool        `json:"pinned"`
	CreatedAt moment      `json:"createdAt"`
	UserLast  moment      `json:"userLastMessagedAt"`
	ReplyLast moment      `json:"assistantLastMessagedAt"`
	System    string      `json:"systemPrompt"`
	Messages  []lmMessage `json:"messages"`
	Config    struct {
		Fields []struct {
			Key   string          `json:"key"`
			Value json.RawMessage `json:"value"`
		} `json:"fields"`
	} `json:"perChatPredictionConfig"`
}

type lmMessage struct {
	Versions []lmVersion `json:"versions"`
	Selected int         `json:"currentlySelected"`

	// An older form, and what other programs call a list of messages.
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
}

type lmVersion struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
	Sender  struct {
		Name string `json:"senderName"`
	} `json:"senderInfo"`
	Steps []struct {
		Type    string          `json:"type"`
		Content json.RawMessage `json:"content"`
		Style   struct {
			Type string `json:"type"`
		} `json:"style"`
		GenInfo struct {
			Identifier string `json:"identifier"`
		} `json:"genInfo"`
	} `json:"steps"`
}

func readLMStudio(data []byte, result *Result) error {
	var c lmChat
	if err := json.Unmarshal(data, &c); err != nil {
		return errUnknown
	}
	if len(c.Messages) > 0 && c.Messages[0].Role == "" && len(c.Messages[0].Versions) == 0 {
		return errUnknown
	}
	result.source("LM Studio")
	o := outline{title: c.Name, pinned: c.Pinned, system: c.system(), created: c.CreatedAt.Time, updated: c.ReplyLast.Time}
	if c.UserLast.After(o.updated) {
		o.updated = c.UserLast.Time
	}
	parent := ""
	for i, m := range c.Messages {
		if len(m.Versions) == 0 {
			m.Versions = []lmVersion{{Role: m.Role, Content: m.Content}}
		}
		shown := min(max(m.Selected, 0), len(m.Versions)-1)
		next := ""
		for k, v := range m.Versions {
			n := v.node(result)
			if n.role == "" && o.system == "" && v.Role == "system" {
				o.system = n.text
			}
			n.id, n.parent = fmt.Sprintf("%d.%d", i, k), parent
			o.nodes = append(o.nodes, n)
			if k == shown {
				next = n.id
			}
		}
		parent = next
	}
	o.head = parent
	o.add(result)
	return nil
}

// system is the system prompt, which newer files keep among the settings.
func (c lmChat) system() string {
	if c.System != "" {
		return c.System
	}
	for _, f := range c.Config.Fields {
		var text string
		if f.Key == "llm.prediction.systemPrompt" && json.Unmarshal(f.Value, &text) == nil {
			return text
		}
	}
	return ""
}

func (v lmVersion) node(result *Result) node {
	n := node{role: role(v.Role), model: v.Sender.Name}
	n.text = content(v.Content, result)
	for _, step := range v.Steps {
		text := content(step.Content, result)
		if n.model == "" {
			n.model = step.GenInfo.Identifier
		}
		switch {
		case step.Type != "contentBlock":
		case step.Style.Type == "thinking":
			n.reasoning = strings.TrimSpace(n.reasoning + "\n\n" + text)
		case n.text == "":
			n.text = text
		default:
			n.text += text
		}
	}
	return n
}

// content reads a text, or a list of parts of which some are texts.
func content(raw json.RawMessage, result *Result) string {
	var text string
	if len(raw) == 0 || json.Unmarshal(raw, &text) == nil {
		return text
	}
	var parts []struct {
		Type string          `json:"type"`
		Text json.RawMessage `json:"text"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return ""
	}
	var texts strings.Builder
	for _, p := range parts {
		var value struct {
			Value string `json:"value"` // as Jan writes it
		}
		switch {
		case p.Type == "text" && json.Unmarshal(p.Text, &text) == nil:
			texts.WriteString(text)
		case p.Type == "text" && json.Unmarshal(p.Text, &value) == nil:
			texts.WriteString(value.Value)
		case p.Type == "toolCallRequest", p.Type == "toolCallResult", p.Type == "tool_call":
			result.leave(Tools, 1)
		case p.Type == "reasoning": // read by those who know it
		default:
			result.leave(Media, 1)
		}
	}
	return texts.String()
}

// role is ours for the name that other programs give it, "" for none of ours.
func role(name string) chat.Role {
	switch strings.ToLower(name) {
	case "user", "human":
		return chat.User
	case "assistant", "model", "ai":
		return chat.Assistant
	}
	return ""
}
