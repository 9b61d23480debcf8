package app

import (
	"reflect"
	"slices"
	"strings"

	"notso/app/chat"
	"notso/app/config"
)

// takenBack is now without the change that made after of before. A field that was
// changed again since stays as it is, and kept says that there is one.
func takenBack[T any](now, before, after T) (was T, kept bool) {
	kept = takeBack(reflect.ValueOf(&now).Elem(), reflect.ValueOf(before), reflect.ValueOf(after))
	return now, kept
}

func takeBack(now, before, after reflect.Value) (kept bool) {
	same := func(a, b reflect.Value) bool { return reflect.DeepEqual(a.Interface(), b.Interface()) }
	switch {
	case now.Kind() == reflect.Struct:
		for i := range now.NumField() {
			kept = takeBack(now.Field(i), before.Field(i), after.Field(i)) || kept
		}
	case same(before, after): // the change was about something else
	case same(now, after):
		now.Set(before)
	default:
		return true
	}
	return kept
}

// settingsTakenBack is takenBack for a chat, which answers as a preset only where
// all is as that says.
func settingsTakenBack(now, before, after chat.Settings) (was chat.Settings, kept bool) {
	was, kept = takenBack(now, before, after)
	named := now
	if was.Preset != now.Preset {
		named = before
	}
	if !reflect.DeepEqual(mannerOf(was), mannerOf(named)) {
		was.Preset = ""
	}
	return was, kept
}

// presetTakenBack is the presets now, with the one of that name as it was before
// and where it was, unless it was changed again since.
func presetTakenBack(now, before, after []config.Preset, name string) (list []config.Preset, kept bool) {
	named := func(p config.Preset) bool { return strings.EqualFold(p.Name, name) }
	of := func(list []config.Preset) []config.Preset {
		if i := slices.IndexFunc(list, named); i >= 0 {
			return list[i : i+1]
		}
		return nil
	}
	if !reflect.DeepEqual(of(now), of(after)) {
		return now, true
	}
	list = slices.DeleteFunc(slices.Clone(now), named)
	if at := slices.IndexFunc(before, named); at >= 0 {
		list = slices.Insert(list, min(at, len(list)), before[at])
	}
	return list, false
}

// tellKept says that an undo left something as it is.
func (a *App) tellKept(kept bool) {
	if kept {
		a.toast(toastView{Text: a.say("settings.undo_kept"), Kind: "info"})
	}
}
