package app

import (
	"context"
	"strings"

	"notso/app/chat"
	"notso/app/config"
	"notso/app/shortcut"
)

// keyGroup is a part of the table of shortcuts, as /help shows it.
type keyGroup struct {
	Name string
	Keys []keyView
}

// keyView is one shortcut: for the page's key handler, for people, and in the
// settings.
type keyView struct {
	ID      string
	Keys    string   // "Ctrl+K", as the handler reads it
	Parts   []string // as people read it: "Ctrl", "K"
	Name    string
	Command string
	Fixed   bool
	Changed bool
	State   string // what became of the last change
	Wrong   bool
}

// shortcuts lists all shortcuts.
func (a *App) shortcuts() []keyView {
	own := a.opts.Config.Get().Shortcuts
	var list []keyView
	for _, s := range shortcut.With(own) {
		_, changed := own[s.ID]
		list = append(list, keyView{
			ID: s.ID, Keys: s.Keys, Parts: a.keyParts(s.Keys), Name: a.say("shortcut." + s.ID),
			Command: s.Command, Fixed: s.Fixed, Changed: changed,
		})
	}
	return list
}

// keyGroups lists the shortcuts by where they work.
func (a *App) keyGroups() []keyGroup {
	var groups []keyGroup
	views := a.shortcuts()
	for i, s := range shortcut.All() {
		where := s.Where
		if where == shortcut.Elsewise {
			where = shortcut.Window
		}
		name := a.say("shortcut.where_" + string(where))
		if n := len(groups); n == 0 || groups[n-1].Name != name {
			groups = append(groups, keyGroup{Name: name})
		}
		g := &groups[len(groups)-1]
		g.Keys = append(g.Keys, views[i])
	}
	return groups
}

// keyParts is a shortcut as people read it. "" between two parts parts two keys.
func (a *App) keyParts(keys string) []string {
	signs := map[string]string{
		"ArrowUp": "↑", "ArrowDown": "↓", "ArrowLeft": "←", "ArrowRight": "→", "Escape": a.say("keys.escape"), "Enter": a.say("keys.enter"),
		"Shift": a.say("keys.shift"), "Delete": a.say("keys.delete"), "Space": a.say("keys.space"),
	}
	var parts []string
	for _, one := range strings.Fields(keys) {
		for part := range strings.SplitSeq(one, "+") {
			parts = append(parts, first(signs[part], part))
		}
	}
	return parts
}

// postShortcut gives an action other keys, its usual ones, or none.
func (a *App) postShortcut(_ context.Context, r request) (answer, error) {
	id, keys := r.PathValue("id"), r.FormValue("keys")
	find := func() (keyView, bool) {
		for _, view := range a.shortcuts() {
			if view.ID == id && !view.Fixed {
				return view, true
			}
		}
		return keyView{}, false
	}
	if _, known := find(); !known {
		return answer{}, chat.ErrNotFound
	}
	own := a.opts.Config.Get().Shortcuts
	problem := ""
	switch usual := r.FormValue("reset") != ""; {
	case usual:
	case keys != "" && !shortcut.Valid(keys):
		problem = a.say("settings.key_wrong", keys)
	case shortcut.Conflict(own, id, keys) != "":
		problem = a.say("settings.key_taken", keys, a.say("shortcut."+shortcut.Conflict(own, id, keys)))
	}
	if problem == "" {
		err := a.changeConfig(func(c *config.Config) {
			next := map[string]string{}
			for other, keys := range c.Shortcuts {
				next[other] = keys
			}
			if delete(next, id); r.FormValue("reset") == "" {
				next[id] = keys
			}
			c.Shortcuts = next
		})
		if err != nil {
			return answer{}, err
		}
	}
	view, _ := find()
	view.State = a.say("settings.saved")
	if problem != "" {
		view.State, view.Wrong = problem, true
	}
	return show(fragment{Name: "shortcut.html", View: view}, fragment{Name: "shortcuts.html", View: a.shortcuts(), OOB: true}), nil
}

func (a *App) getShortcuts(context.Context, request) (answer, error) {
	return show(fragment{Name: "shortcuts.html", View: a.shortcuts()}), nil
}
