package app

import (
	"context"

	"notso/app/chat"
	"notso/app/config"
	"notso/app/words"
)

// postPreset keeps the manner that is shown as a preset.
func (a *App) postPreset(ctx context.Context, r request) (answer, error) {
	own, name := r.FormValue("own") == "true", r.FormValue("name")
	if config.CheckPresetName(name) != "" {
		return answer{}, words.Fail("settings.preset_name")
	}
	c, _, err := a.tail(ctx, a.shown())
	if err != nil {
		return answer{}, err
	}
	manner := a.opts.Config.Get().Manner
	if own {
		manner = mannerOf(c.Settings)
	}
	undo, err := a.changePresets(name, func(c config.Config) []config.Preset {
		return c.WithPreset(config.Preset{Name: name, Manner: manner})
	})
	if err != nil {
		return answer{}, err
	}
	return a.showSettings(ctx, own, toastView{Text: a.say("settings.preset_saved", name), Undo: undo, Kind: "info"})
}

// postPresetUse gives a preset to the chat that is shown, or takes the chat's
// own manner away when the name is empty.
func (a *App) postPresetUse(ctx context.Context, r request) (answer, error) {
	text, undo, err := a.usePreset(ctx, a.shown(), r.FormValue("name"))
	if err != nil {
		return answer{}, err
	}
	return a.showSettings(ctx, true, toastView{Text: text, Undo: undo, Kind: "info"})
}

// usePreset gives the chat the preset's manner, or none of its own for "", and
// returns what to say and the path that takes it back.
func (a *App) usePreset(ctx context.Context, chatID int64, name string) (text, undo string, err error) {
	p, known := a.opts.Config.Get().FindPreset(name)
	if name != "" && !known {
		return "", "", words.Fail("settings.preset_unknown", name)
	}
	undo, err = a.changeUndoably(ctx, chatID, func(s *chat.Settings) {
		*s = withManner(*s, p.Manner)
		s.Preset = p.Name
	})
	if err != nil {
		return "", "", err
	}
	if name == "" {
		return a.say("settings.preset_none"), undo, nil
	}
	return a.say("settings.preset_used", p.Name), undo, nil
}

func (a *App) deletePreset(ctx context.Context, r request) (answer, error) {
	p, known := a.opts.Config.Get().FindPreset(r.FormValue("name"))
	if !known {
		return answer{}, words.Fail("settings.preset_unknown", r.FormValue("name"))
	}
	undo, err := a.changePresets(p.Name, func(c config.Config) []config.Preset { return c.WithoutPreset(p.Name) })
	if err != nil {
		return answer{}, err
	}
	return a.showSettings(ctx, r.FormValue("own") == "true", toastView{Text: a.say("settings.preset_deleted", p.Name), Undo: undo, Kind: "info"})
}

// changePresets changes the preset of that name, and returns the path that takes
// it back, and no other preset.
func (a *App) changePresets(name string, change func(config.Config) []config.Preset) (undo string, err error) {
	var before, after []config.Preset
	err = a.changeConfig(func(c *config.Config) {
		before = c.Presets
		c.Presets = change(*c)
		after = c.Presets
	})
	if err != nil {
		return "", err
	}
	return a.undoable(func(context.Context) error {
		defer a.opts.Emit("refresh", refreshEvent{What: "settings"})
		kept := false
		err := a.changeConfig(func(c *config.Config) { c.Presets, kept = presetTakenBack(c.Presets, before, after, name) })
		a.tellKept(kept)
		return err
	}), nil
}

// showSettings draws the page of settings anew, with a notice.
func (a *App) showSettings(ctx context.Context, own bool, notice toastView) (answer, error) {
	view, err := a.settings(ctx, own)
	return show(fragment{Name: "settings.html", View: view}, fragment{Name: "toast.html", View: notice, OOB: true}), err
}
