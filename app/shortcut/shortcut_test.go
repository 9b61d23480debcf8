package shortcut

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"notso/app/command"
)

func TestTheTableIsWhole(t *testing.T) {
	type place struct {
		where Where
		keys  string
	}
	seen := map[place]string{}
	for _, s := range All() {
		if !s.Fixed && !Valid(s.Keys) {
			t.Errorf("%s has the keys %q, which nobody could choose", s.ID, s.Keys)
		}
		if s.Command != "" {
			if call, is, err := command.Parse(s.Command); !is || err != nil {
				t.Errorf("%s runs %q: %+v, %v", s.ID, s.Command, call, err)
			}
		}
		for _, keys := range strings.Fields(s.Keys) {
			for _, where := range []Where{s.Where, Window} {
				if other := seen[place{where, keys}]; other != "" {
					t.Errorf("%s and %s both have %s", other, s.ID, keys)
				}
			}
			seen[place{s.Where, keys}] = s.ID
		}
	}
}

func TestOwnKeys(t *testing.T) {
	own := map[string]string{"palette": "Ctrl+Shift+P", "new": "", "settings": "Ctrl+L", "escape": "F5", "nothing": "F6", "sidebar": "B"}
	keys := map[string]string{}
	for _, s := range With(own) {
		keys[s.ID] = s.Keys
	}
	for id, want := range map[string]string{"palette": "Ctrl+Shift+P", "new": "", "settings": "Ctrl+,", "escape": "Escape", "sidebar": "Ctrl+B"} {
		if keys[id] != want {
			t.Errorf("%s has the keys %q, want %q", id, keys[id], want)
		}
	}
	if got := strings.Join(Problems(own), " "); got != `The keys of "escape" cannot be changed. The shortcut "B" of "sidebar" must be like Ctrl+Shift+P. There is no action "nothing" to have a shortcut.` {
		t.Errorf("the problems are %s", got)
	}
	if got := Conflict(nil, "settings", "Ctrl+L"); got != "message" {
		t.Errorf("Ctrl+L belongs to %q", got)
	}
	if got := Conflict(nil, "message", "Ctrl+L"); got != "" {
		t.Errorf("a shortcut is in its own way: %q", got)
	}
	for _, text := range []string{"Ctrl+Shift+P", "F1", "Ctrl+F5", "Alt+1", "Ctrl+,", "Ctrl+\\", "?"} {
		if !Valid(text) {
			t.Errorf("%s is no shortcut", text)
		}
	}
	for _, text := range []string{"", "P", "Shift+P", "Ctrl+C", "Ctrl+", "Enter", "Ctrl+Shift", "<b>", "F13"} {
		if Valid(text) {
			t.Errorf("%q is a shortcut", text)
		}
	}
}

// The page's script knows the keys of a turn by themselves.
func TestTheKeysOfATurnAreThoseOfTheScript(t *testing.T) {
	var script string
	for _, name := range []string{"turns.js", "candidates.js"} {
		source, err := os.ReadFile("../../frontend/js/" + name)
		if err != nil {
			t.Fatal(err)
		}
		script += string(source)
	}
	for _, s := range All() {
		for _, key := range strings.Fields(s.Keys) {
			known := regexp.MustCompile(`\b` + key + `: |key === '` + key + `'|\[1-4\]`)
			if s.Where == Turn && !known.MatchString(strings.ReplaceAll(script, "[1-4]", map[bool]string{true: "[1-4]"}[s.ID == "turn_keep"])) {
				t.Errorf("the script does nothing on %s (%s)", key, s.ID)
			}
		}
	}
}
