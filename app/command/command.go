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

	// Words completes what stands behind the name. Where they depend on what
	// there is, Source says of what: models or presets.
	Words  []string `json:"words,omitempty"`
	Source string   `json:"-"`
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
