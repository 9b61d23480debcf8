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
	before := a.opts.Config.Get().Presets
	if err := a.changeConfig(func(c *config.Config) { c.Presets = c.WithPreset(config.Preset{Name: name, Manner: manner}) }); err != nil {
		return answer{}, err
	}
	undo := a.undoable(func(context.Context) error { return a.setPresets(before) })
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
	c, _, err := a.tail(ctx, chatID)
	if err != nil {
		return "", "", err
	}
	before := c.Settings
	err = a.changeSettings(ctx, chatID, func(s *chat.Settings) {
		*s = withManner(*s, p.Manner)
		s.Preset = p.Name
	})
	if err != nil {
		return "", "", err
	}
	a.opts.Emit("refresh", refreshEvent{What: "model"})
	undo = a.undoable(func(ctx context.Context) error {
		defer a.opts.Emit("refresh", refreshEvent{What: "settings"})
		defer a.opts.Emit("refresh", refreshEvent{What: "model"})
		return a.changeSettings(ctx, chatID, func(s *chat.Settings) { *s = before })
	})
	if name == "" {
		return a.say("settings.preset_none"), undo, nil
	}
	return a.say("settings.preset_used", p.Name), undo, nil
}

func (a *App) deletePreset(ctx context.Context, r request) (answer, error) {
	name := r.FormValue("name")
	before := a.opts.Config.Get().Presets
	if _, known := a.opts.Config.Get().FindPreset(name); !known {
		return answer{}, words.Fail("settings.preset_unknown", name)
	}
	var rest []config.Preset
	for _, p := range before {
		if p.Name != name {
			rest = append(rest, p)
		}
	}
	if err := a.changeConfig(func(c *config.Config) { c.Presets = rest }); err != nil {
		return answer{}, err
	}
	undo := a.undoable(func(context.Context) error { return a.setPresets(before) })
	return a.showSettings(ctx, r.FormValue("own") == "true", toastView{Text: a.say("settings.preset_deleted", name), Undo: undo, Kind: "info"})
}

func (a *App) setPresets(presets []config.Preset) error {
	defer a.opts.Emit("refresh", refreshEvent{What: "settings"})
	return a.changeConfig(func(c *config.Config) { c.Presets = presets })
}

// showSettings draws the page of settings anew, with a notice.
func (a *App) showSettings(ctx context.Context, own bool, notice toastView) (answer, error) {
	view, err := a.settings(ctx, own)
	return show(fragment{Name: "settings.html", View: view}, fragment{Name: "toast.html", View: notice, OOB: true}), err
}
