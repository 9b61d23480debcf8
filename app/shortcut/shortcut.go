// Package shortcut is the one table of keys: the window's key handler, the list
// in /help and in the settings, and the tests read it.
//
// A key is written as people read it, "Ctrl+Shift+F"; Ctrl stands for Command on
// a Mac, too. Users may give actions other keys in the settings ("shortcuts"), of
// those that are not Fixed. What a shortcut and its group are called is in the
// catalogue: shortcut.ID.
package shortcut

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Where says where a key works.
type Where string

const (
	Window   Where = "window"   // everywhere
	Message  Where = "message"  // in the message box
	Chats    Where = "chats"    // in the list of chats
	Turn     Where = "turn"     // on a turn that the keyboard has brought the focus to
	Elsewise Where = "elsewise" // where no field has the focus
)

// Shortcut is one action and its keys.
type Shortcut struct {
	ID    string
	Where Where
	Keys  string // "" for none; several are parted by a space
	Fixed bool   // belongs to its place and cannot be changed

	// Command is the slash command that the keys run. Without one the page's
	// script knows what to do by the ID.
	Command string
}

// All lists the shortcuts as they are unless the user chose others.
func All() []Shortcut {
	return []Shortcut{
		{ID: "palette", Where: Window, Keys: "Ctrl+K"},
		{ID: "new", Where: Window, Keys: "Ctrl+N", Command: "/new"},
		{ID: "settings", Where: Window, Keys: "Ctrl+,"},
		{ID: "search", Where: Window, Keys: "Ctrl+Shift+F"},
		{ID: "sidebar", Where: Window, Keys: "Ctrl+B"},
		{ID: "message", Where: Window, Keys: "Ctrl+L"},
		{ID: "previous", Where: Window, Keys: "Alt+ArrowUp"},
		{ID: "next", Where: Window, Keys: "Alt+ArrowDown"},
		{ID: "thinking", Where: Window, Keys: "Ctrl+Shift+T", Command: "/thinking"},
		{ID: "theme", Where: Window, Keys: "Ctrl+Shift+L", Command: "/theme"},
		{ID: "regenerate", Where: Window, Keys: "Ctrl+Shift+R", Command: "/regenerate"},
		{ID: "copy", Where: Window, Keys: "Ctrl+Shift+C"},
		{ID: "help", Where: Elsewise, Keys: "?", Command: "/help"},
		{ID: "find", Where: Window, Keys: "Ctrl+F", Fixed: true},
		{ID: "zoom", Where: Window, Keys: "Ctrl+= Ctrl+- Ctrl+0", Fixed: true},
		{ID: "escape", Where: Window, Keys: "Escape", Fixed: true},

		{ID: "send", Where: Message, Keys: "Enter", Fixed: true},
		{ID: "line", Where: Message, Keys: "Shift+Enter", Fixed: true},
		{ID: "slash", Where: Message, Keys: "/", Fixed: true},

		{ID: "move", Where: Chats, Keys: "ArrowUp ArrowDown", Fixed: true},
		{ID: "rename", Where: Chats, Keys: "F2", Fixed: true},
		{ID: "delete", Where: Chats, Keys: "Delete", Fixed: true},
		{ID: "pick", Where: Chats, Keys: "Space Shift+ArrowDown", Fixed: true},
		{ID: "menu", Where: Chats, Keys: "Shift+F10", Fixed: true},

		// Bare keys, since nobody types there. The tips of the buttons name them.
		{ID: "turn_walk", Where: Turn, Keys: "ArrowUp ArrowDown k j", Fixed: true},
		{ID: "turn_versions", Where: Turn, Keys: "ArrowLeft ArrowRight", Fixed: true},
		{ID: "turn_menu", Where: Turn, Keys: "Enter", Fixed: true},
		{ID: "turn_copy", Where: Turn, Keys: "c C", Fixed: true},
		{ID: "turn_edit", Where: Turn, Keys: "e", Fixed: true},
		{ID: "turn_retry", Where: Turn, Keys: "r", Fixed: true},
		{ID: "turn_continue", Where: Turn, Keys: "o", Fixed: true},
		{ID: "turn_pin", Where: Turn, Keys: "p", Fixed: true},
		{ID: "turn_fork", Where: Turn, Keys: "f", Fixed: true},
		{ID: "turn_tokens", Where: Turn, Keys: "t", Fixed: true},
		{ID: "turn_keep", Where: Turn, Keys: "1 2 3 4", Fixed: true},
		{ID: "turn_map", Where: Turn, Keys: "m", Fixed: true},
		{ID: "turn_look", Where: Turn, Keys: "x s", Fixed: true},
		{ID: "turn_delete", Where: Turn, Keys: "Delete", Fixed: true},
	}
}

// With is the table with the user's own keys; those that cannot be are left
// out, as Problems tells.
func With(own map[string]string) []Shortcut {
	all := All()
	for i, s := range all {
		if keys, chosen := own[s.ID]; chosen && !s.Fixed && (keys == "" || Valid(keys)) && !taken(all, s.ID, keys) {
			all[i].Keys = keys
		}
	}
	return all
}

// Problems says in sentences what is wrong with the user's own keys.
func Problems(own map[string]string) (problems []string) {
	all := All()
	for _, s := range all {
		keys, chosen := own[s.ID]
		switch {
		case !chosen:
		case s.Fixed:
			problems = append(problems, fmt.Sprintf("The keys of %q cannot be changed.", s.ID))
		case keys != "" && !Valid(keys):
			problems = append(problems, fmt.Sprintf("The shortcut %q of %q must be like Ctrl+Shift+P.", keys, s.ID))
		}
	}
	for id := range own {
		if !slices.ContainsFunc(all, func(s Shortcut) bool { return s.ID == id }) {
			problems = append(problems, fmt.Sprintf("There is no action %q to have a shortcut.", id))
		}
	}
	slices.Sort(problems)
	return problems
}

// Conflict is the action that has the keys already, "" for none but id.
func Conflict(own map[string]string, id, keys string) string {
	for _, s := range With(own) {
		if s.ID != id && keys != "" && slices.Contains(strings.Fields(s.Keys), keys) {
			return s.ID
		}
	}
	return ""
}

func taken(all []Shortcut, id, keys string) bool {
	return keys != "" && slices.ContainsFunc(all, func(s Shortcut) bool { return s.ID != id && slices.Contains(strings.Fields(s.Keys), keys) })
}

// keys matches what can be a shortcut of the window: with Ctrl or Alt, or a
// function key, since bare letters are for typing.
var keys = regexp.MustCompile(`^(?:(?:Ctrl\+)?(?:Alt\+)?(?:Shift\+)?(?:F[1-9]|F1[0-2])|(?:Ctrl\+(?:Alt\+)?|Alt\+)(?:Shift\+)?(?:[A-Z0-9]|[,.;/\\=\-]|Arrow(?:Up|Down|Left|Right)|PageUp|PageDown|Home|End|Enter|Space))$`)

// reserved keys belong to every text field.
var reserved = regexp.MustCompile(`^Ctrl\+[ACVXYZ]$`)

// Valid tells whether keys can be a shortcut.
func Valid(text string) bool {
	return text == "?" || keys.MatchString(text) && !reserved.MatchString(text)
}
