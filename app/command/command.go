// Package command is the one list of slash commands. The window's palette,
// /help, the terminal and the tests read it, so that a command exists in all
// of them or in none.
//
// It knows how commands are written, not what they do: Parse turns a line into
// a Call, and the app acts on the Call's name. Everything here is plain data
// and may be used concurrently.
package command

import (
	"slices"
	"strings"
)

// Category groups commands in the palette.
type Category string

const (
	Chat    Category = "Chat"
	Model   Category = "Model"
	Utility Category = "Utility"
	Quick   Category = "Quick actions"
)

// Categories lists the categories in the order they are shown.
func Categories() []Category { return []Category{Chat, Model, Utility, Quick} }

// Place is where a command may run.
type Place string

const (
	Window   Place = "window"
	Terminal Place = "terminal"
)

// Command describes one slash command.
type Command struct {
	Name      string   `json:"name"` // without the slash
	Category  Category `json:"category"`
	Summary   string   `json:"summary"`             // one line for people
	Arguments string   `json:"arguments,omitempty"` // such as "[on|off]"; "" when it takes none
	Places    []Place  `json:"places"`
	Icon      string   `json:"icon"` // id of a symbol in the icon sprite

	// parse reads what stands behind the name, trimmed and not empty. It
	// returns false when that is not allowed.
	parse func(text string, args *Args) bool
	hint  string // what is allowed, to end the sentence "/temp takes …"
}

// Usage is how the command is written: "/thinking [on|off]".
func (c Command) Usage() string {
	return strings.TrimSpace("/" + c.Name + " " + c.Arguments)
}

// In tells whether the command may run in place.
func (c Command) In(place Place) bool { return slices.Contains(c.Places, place) }

// Find returns the command of that name, which has no slash.
func Find(name string) (Command, bool) {
	all := All()
	i := slices.IndexFunc(all, func(c Command) bool { return c.Name == name })
	if i < 0 {
		return Command{}, false
	}
	return all[i], true
}

// All lists the commands, grouped by category in the order they are shown.
func All() []Command {
	both, window := []Place{Window, Terminal}, []Place{Window}
	formats, thinking, themes := []string{"md", "html", "pdf", "json", "txt"}, []string{"on", "off"}, []string{"system", "light", "dark"}
	return []Command{
		{Name: "new", Category: Chat, Places: both, Icon: "new",
			Summary: "Start a new chat"},
		{Name: "clear", Category: Chat, Places: both, Icon: "clear",
			Summary: "Remove every turn of this chat; can be undone"},
		{Name: "reset", Category: Chat, Places: both, Icon: "reset",
			Summary: "Keep the turns, but let the model start afresh"},
		{Name: "export", Category: Chat, Places: both, Icon: "export",
			Summary:   "Save this chat as a file",
			Arguments: optional(formats), hint: either(formats),
			parse: oneOf(formats, func(a *Args, word string) { a.Format = word })},

		{Name: "thinking", Category: Model, Places: both, Icon: "thinking",
			Summary:   "Let the model reason before it answers, or not",
			Arguments: optional(thinking), hint: either(thinking),
			parse: oneOf(thinking, func(a *Args, word string) { a.Thinking = word })},
		{Name: "temp", Category: Model, Places: both, Icon: "temp",
			Summary:   "Show or set the temperature of this chat",
			Arguments: "[0–2]", hint: "a number from 0 (always the likeliest word) to 2 (wild)",
			parse: temperature},
		{Name: "model", Category: Model, Places: both, Icon: "model",
			Summary:   "Show the model, or load another one",
			Arguments: "[name or path]", hint: "the name of a model or the path of a GGUF file",
			parse: func(text string, a *Args) bool { a.Model = text; return oneLine(text) }},

		{Name: "quote", Category: Utility, Places: both, Icon: "quote",
			Summary:   "Read a passage, verse by verse; no model needed",
			Arguments: "[reference]", hint: "a reference such as John 1:1-14",
			parse: func(text string, a *Args) bool { a.Reference = text; return oneLine(text) }},
		{Name: "search", Category: Utility, Places: both, Icon: "search",
			Summary:   "Search in the titles and messages of all chats",
			Arguments: "[words]", hint: "words to search for, \"in quotes\" where they stand side by side",
			parse: func(text string, a *Args) bool { a.Words = text; return oneLine(text) }},
		{Name: "import", Category: Utility, Places: window, Icon: "import",
			Summary: "Bring in chats from other programs"},
		{Name: "status", Category: Utility, Places: both, Icon: "status",
			Summary: "Tell the model, the context in use and the speed"},
		{Name: "theme", Category: Utility, Places: window, Icon: "theme",
			Summary:   "Choose light or dark colours",
			Arguments: optional(themes), hint: either(themes),
			parse: oneOf(themes, func(a *Args, word string) { a.Theme = word })},
		{Name: "help", Category: Utility, Places: both, Icon: "help",
			Summary: "List these commands"},

		{Name: "stop", Category: Quick, Places: window, Icon: "stop",
			Summary: "End the reply; what is written stays"},
		{Name: "regenerate", Category: Quick, Places: both, Icon: "regenerate",
			Summary: "Let the model answer the last message again"},
	}
}

func optional(words []string) string { return "[" + strings.Join(words, "|") + "]" }

// either is the words as a list in a sentence: "md, html or txt".
func either(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
