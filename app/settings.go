package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"notso/app/chat"
	"notso/app/config"
)

// settingsView fills settings.html, the page of settings.
type settingsView struct {
	Sections []settingsSection
	Own      bool   // the manner shown is the chat's own, not that of all chats
	Chat     string // title of that chat
	Preset   string // that the chat uses; "" for none
	Presets  []presetView
	Data     dataView
	Keys     []keyView
	Part     string // to be shown first
}

// settingsSection is one group of settings; sections without settings have a
// template of their own.
type settingsSection struct {
	ID       string
	Title    string
	Intro    string
	Settings []settingView
}

// settingView fills setting.html, one setting with its control.
type settingView struct {
	Key     string
	Own     bool // of the chat, not of all
	Label   string
	Hint    string
	Control string // switch, segments, swatches, select, number, text or line
	Value   string
	Choices []choiceView
	Empty   string // shown in an empty field: what counts then
	Changed bool   // it is not the usual one, and can be made so
	State   string // what became of the last change: "Saved."
	Wrong   bool   // State says why the value cannot be
}

type choiceView struct {
	Value  string
	Label  string
	Chosen bool
}

type presetView struct {
	Name   string
	What   string // "Temperature 0.2 · Thinking off"
	Chosen bool
}

// segmentsMost is how many choices lie side by side; more become a list.
const segmentsMost = 4

// settingRoutes are those of the page of settings.
func (a *App) settingRoutes() map[string]func(context.Context, request) (answer, error) {
	return map[string]func(context.Context, request) (answer, error){
		"GET /settings":            a.getSettings,
		"POST /settings/{key}":     a.postSetting,
		"POST /presets":            a.postPreset,
		"POST /presets/use":        a.postPresetUse,
		"POST /presets/delete":     a.deletePreset,
		"POST /data/backup":        a.postBackup,
		"POST /data/restore":       a.postRestoreBackup,
		"POST /data/delete":        a.postDeleteAll,
		"POST /data/snapshots":     a.postEmptySnapshots,
		"POST /data/folders/{key}": a.postPlace,
		"POST /undo/{id}":          a.postUndoable,
		"GET /shortcuts":           a.getShortcuts,
		"POST /shortcuts/{id}":     a.postShortcut,
	}
}

func (a *App) getSettings(ctx context.Context, r request) (answer, error) {
	view, err := a.settings(ctx, r.FormValue("own") == "true")
	return show(fragment{Name: "settings.html", View: view}), err
}

// settings is the page of settings; own shows the manner of the chat that the
// window shows in place of that of all chats.
func (a *App) settings(ctx context.Context, own bool) (settingsView, error) {
	c, _, err := a.tail(ctx, a.shown())
	if err != nil {
		return settingsView{}, err
	}
	view := settingsView{Own: own, Chat: first(c.Title, a.say("chats.new")), Preset: c.Settings.Preset}
	for _, group := range config.Groups() {
		section := settingsSection{ID: string(group), Title: a.say("setting.group_" + string(group))}
		if slices.Contains([]config.Group{config.Model, config.Thinking, config.Context}, group) {
			section.Intro = a.say("setting.intro_" + string(group))
		}
		for _, k := range config.Keys() {
			if k.Group == group && k.Kind != config.Table {
				section.Settings = append(section.Settings, a.setting(k, c, own && k.Manner))
			}
		}
		view.Sections = append(view.Sections, section)
	}
	view.Sections = slices.Insert(view.Sections, len(view.Sections)-1, settingsSection{ID: "data", Title: a.say("settings.data")})
	if view.Data, err = a.data(ctx); err != nil {
		return view, err
	}
	view.Keys = a.shortcuts()
	for _, p := range a.opts.Config.Get().Presets {
		view.Presets = append(view.Presets, presetView{Name: p.Name, What: a.describeManner(p.Manner), Chosen: p.Name == c.Settings.Preset})
	}
	return view, nil
}

// setting shows one setting; own is that of the chat c.
func (a *App) setting(k config.Key, c chat.Chat, own bool) settingView {
	all := a.opts.Config.Get()
	view := settingView{Key: k.Name, Own: own, Label: a.say("setting." + k.Name), Hint: a.say("setting." + k.Name + "_why")}
	value, usual := all, config.Default()
	if own {
		value, usual = config.Config{Manner: mannerOf(c.Settings)}, config.Config{}
		view.Empty = a.say("settings.as_all", a.shownValue(k, all))
		if text := a.modelSets(k); text != "" {
			view.Empty = a.say("settings.as_model", text)
		}
	} else if k.Manner && k.Open {
		view.Empty = a.recommended(k)
	}
	if !own {
		view.Hint = strings.TrimSpace(view.Hint + " " + a.besides(k, all))
	}
	view.Value = k.Text(value)
	view.Changed = view.Value != k.Text(usual)
	if own && view.Value == "0" && k.Kind == config.Whole && !k.Open {
		view.Value = ""
	}
	switch {
	case k.Name == "model":
		view.Control, view.Choices = "select", a.modelChoices(view.Value)
	case k.Kind == config.Switch:
		view.Control = "switch"
	case k.Kind == config.Choice:
		view.Control = "segments"
		if k.Open || own {
			label := a.say("setting.unset")
			if own {
				label = view.Empty
			}
			view.Choices = append(view.Choices, choiceView{Value: "", Label: label, Chosen: view.Value == ""})
		}
		for _, v := range k.Values {
			view.Choices = append(view.Choices, choiceView{Value: v, Label: a.choiceLabel(k, v), Chosen: v == view.Value})
		}
		switch {
		case k.Name == "accent":
			view.Control = "swatches"
		case len(view.Choices) > segmentsMost:
			view.Control = "select"
		}
	case k.Name == "system":
		view.Control = "text"
	case k.Kind == config.Text:
		view.Control = "line"
	default:
		view.Control = "number"
	}
	return view
}

// shownValue is the value of a setting, for people.
func (a *App) shownValue(k config.Key, c config.Config) string {
	text := k.Text(c)
	switch {
	case text == "" && k.Manner && k.Open:
		return a.recommended(k)
	case text == "":
		return a.say("setting.unset")
	case k.Kind == config.Choice:
		return a.choiceLabel(k, text)
	case k.Kind == config.Switch && text == "true":
		return a.say("setting.on")
	case k.Kind == config.Switch:
		return a.say("setting.off")
	case k.Kind == config.Decimal:
		return strings.Replace(text, ".", a.say("time.point"), 1)
	}
	return text
}

func (a *App) choiceLabel(k config.Key, value string) string {
	if k.Name == "font_size" {
		return a.say("setting.percent", value)
	}
	return a.say("setting." + k.Name + "_" + strings.Map(func(r rune) rune {
		if r == '+' {
			return '_'
		}
		return r
	}, value))
}

// besides says who else has a say in a setting of all chats, "" for nobody.
func (a *App) besides(k config.Key, all config.Config) string {
	if k.Name == "model" {
		return a.otherThanChosen(all)
	}
	if text := a.modelSets(k); text != "" {
		return a.say("settings.model_has", a.model.name(), text)
	}
	if v := a.advice(""); k.Name == "thinking" && all.Thinking == "" && v.thinking != "" {
		return a.say("settings.recommends", v.maker, a.choiceLabel(k, string(v.thinking)))
	}
	return ""
}

// otherThanChosen names the model that answers when it is not the one that the
// settings choose, as after a reply that was written again by another.
func (a *App) otherThanChosen(all config.Config) string {
	state, path, _ := a.model.current()
	if chosen, err := a.opts.Library.Pick(all.Model); err != nil || state != "ready" || path == "" || path == chosen {
		return ""
	}
	return a.say("settings.model_now", a.model.name())
}

// recommended is what counts where a manner sets nothing: what is advised for
// the loaded model.
func (a *App) recommended(k config.Key) string {
	if text := a.advised(a.advice(a.asked().Thinking), k.Name); text != "" {
		return text
	}
	return a.say("setting.unset")
}

func (a *App) modelChoices(value string) []choiceView {
	choices := []choiceView{{Label: a.say("settings.first_model"), Chosen: value == ""}}
	models, _ := a.opts.Library.List() // the shelf tells what is wrong with a folder
	known := value == ""
	for _, m := range models {
		chosen := value == m.Path || value == m.Name
		known = known || chosen
		choices = append(choices, choiceView{Value: m.Path, Label: m.Name, Chosen: chosen})
	}
	if !known {
		choices = append(choices, choiceView{Value: value, Label: value, Chosen: true})
	}
	return choices
}

// describeManner lists what a manner sets: "Temperature 0.2 · Thinking off".
func (a *App) describeManner(m config.Manner) string {
	var parts []string
	c, none := config.Config{Manner: m}, config.Config{}
	for _, k := range config.Keys() {
		if text := k.Text(c); k.Manner && text != k.Text(none) {
			value := a.shownValue(k, c)
			if k.Kind == config.Text {
				value = a.say("setting.quoted", shorten(text, 40))
			}
			parts = append(parts, a.say("setting."+k.Name)+" "+value)
		}
	}
	if len(parts) == 0 {
		return a.say("settings.preset_empty")
	}
	return strings.Join(parts, " · ")
}

// postSetting changes one setting, of all chats or of the one that is shown,
// and answers with its row, which says what became of it. A value that cannot
// be stays in the row, with the sentence.
func (a *App) postSetting(ctx context.Context, r request) (answer, error) {
	k, known := config.FindKey(r.PathValue("key"))
	if !known || k.Kind == config.Table {
		return answer{}, chat.ErrNotFound
	}
	own, value := r.FormValue("own") == "true" && k.Manner, r.FormValue("value")
	if k.Kind == config.Switch && value == "" {
		value = "false"
	}
	err := a.setSetting(ctx, k, own, value, r.FormValue("reset") != "")
	var wrong *config.ValueError
	if err != nil && !errors.As(err, &wrong) {
		return answer{}, err
	}
	c, _, failure := a.tail(ctx, a.shown())
	if failure != nil {
		return answer{}, failure
	}
	view := a.setting(k, c, own)
	if r.Header.Get("HX-Request") == "" { // the page may show the setting without having asked
		a.opts.Emit("refresh", refreshEvent{What: "settings"})
	}
	view.State = a.say("settings.saved")
	if wrong != nil {
		view.Value, view.Wrong, view.State = value, true, a.sentenceOfValue(k, wrong)
	}
	return show(fragment{Name: "setting.html", View: view}), nil
}

// setSetting gives the setting the value that text stands for, or its usual one.
func (a *App) setSetting(ctx context.Context, k config.Key, own bool, text string, usual bool) error {
	if !own {
		scratch := config.Default()
		if !usual {
			if err := k.Put(&scratch, text); err != nil {
				return err
			}
		}
		return a.changeConfig(func(c *config.Config) { k.Copy(c, scratch) })
	}
	var scratch config.Config
	if !usual && strings.TrimSpace(text) != "" {
		if err := k.Put(&scratch, text); err != nil {
			return err
		}
	}
	err := a.changeSettings(ctx, a.shown(), func(s *chat.Settings) {
		next := config.Config{Manner: mannerOf(*s)}
		k.Copy(&next, scratch)
		*s = withManner(*s, next.Manner)
		s.Preset = ""
	})
	if err == nil && k.Name == "thinking" {
		a.opts.Emit("refresh", refreshEvent{What: "model"})
	}
	return err
}

// sentenceOfValue says what a setting may be, since it cannot be what was typed.
func (a *App) sentenceOfValue(k config.Key, err *config.ValueError) string {
	number := func(f float64) string { return a.language().Decimal(f, -1) }
	switch k.Kind {
	case config.Whole:
		return a.say("settings.wrong_whole", number(k.Least), number(k.Most), shorten(err.Given, 40))
	case config.Decimal:
		return a.say("settings.wrong_number", number(k.Least), number(k.Most), shorten(err.Given, 40))
	}
	return a.say("settings.wrong", a.say("setting.quoted", shorten(err.Given, 40)))
}

// shorten keeps a text fit for a line.
func shorten(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
