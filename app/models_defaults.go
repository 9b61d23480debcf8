package app

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"notso/app/config"
	"notso/app/shelf"
	"notso/app/words"
	"notso/engine"
)

// defaultsView fills defaults.html, what one model is loaded and asked with.
type defaultsView struct {
	Key           string
	Name          string
	System        string
	Thinking      string
	Temperature   string
	TopP          string
	TopK          string
	MinP          string
	RepeatPenalty string
	ContextLength string
	GPULayers     string
	Template      string
	Usual         map[string]string // by setting: what counts while its field is empty
	Advice        string            // whose word that is; "" where nobody advises
	Preview       string            // a short chat, as the template writes it; "" for none
}

// modelDefaults are those of the model of that hash.
func (a *App) modelDefaults(hash string) config.ModelDefaults {
	return a.opts.Config.Get().Models[hash]
}

// asked is the settings as they are for the loaded model.
func (a *App) asked() config.Config {
	return a.opts.Config.Get().For(a.model.info().Hash)
}

// loadOptions are what the model at path is loaded with.
func (a *App) loadOptions(path string) engine.LoadOptions {
	return a.loadOptionsIn(a.opts.Config.Get(), path)
}

func (a *App) loadOptionsIn(settings config.Config, path string) engine.LoadOptions {
	if a.opts.Hash == nil || len(settings.Models) == 0 || path == "" {
		return settings.LoadOptions()
	}
	hash, err := a.opts.Hash(path)
	if err != nil {
		return settings.LoadOptions() // loading says what is wrong with the file
	}
	opts := settings.For(hash).LoadOptions()
	opts.Template = settings.Models[hash].Template
	return opts
}

// getDefaults shows the defaults of a model.
func (a *App) getDefaults(_ context.Context, _ request, i shelf.Item) (fragment, error) {
	hash, err := a.hash(i)
	if err != nil {
		return fragment{}, err
	}
	return fragment{Name: "defaults.html", View: a.defaultsOf(i, a.modelDefaults(hash))}, nil
}

func (a *App) hash(i shelf.Item) (string, error) {
	if a.opts.Hash == nil {
		return "", words.Fail("models.closed")
	}
	return a.opts.Hash(i.Path)
}

func (a *App) defaultsOf(i shelf.Item, d config.ModelDefaults) defaultsView {
	return defaultsView{Key: modelKey(i.Path), Name: i.Name, System: d.System, Thinking: string(d.Thinking),
		Temperature: textOf(d.Temperature), TopP: textOf(d.TopP), TopK: textOf(d.TopK), MinP: textOf(d.MinP), RepeatPenalty: textOf(d.RepeatPenalty),
		ContextLength: textUnless0(d.ContextLength), GPULayers: textUnless0(d.GPULayers), Template: d.Template,
		Usual: a.usualOf(i), Advice: a.adviceText(a.adviceFor(i))}
}

// adviceFor is what is advised for a model of the shelf, which need not be the
// loaded one. What its file asks for is known once it is loaded.
func (a *App) adviceFor(i shelf.Item) advice {
	info := engine.ModelInfo{Sampling: engine.DefaultSampling()}
	if state, path, _ := a.model.current(); state == "ready" && path == i.Path {
		info = a.model.info()
	}
	entry, known := a.entry(i.Path)
	return adviceOf(entry, known, info, a.opts.Config.Get().Thinking)
}

// usualOf is what counts for a model while the fields of its defaults are empty.
func (a *App) usualOf(i shelf.Item) map[string]string {
	all, v, usual := a.opts.Config.Get(), a.adviceFor(i), map[string]string{}
	for _, k := range config.Keys() {
		text := k.Text(all)
		if value, by := v.value(k.Name); by != noAdviser && text == "" {
			text = strconv.FormatFloat(value, 'g', 4, 64)
		}
		usual[k.Name] = text
	}
	return usual
}

// adviceText says who advises what.
func (a *App) adviceText(v advice) string {
	texts := map[adviser][]string{}
	for _, k := range config.Keys() {
		value, by := v.value(k.Name)
		text := a.say("setting."+k.Name) + " " + a.short(value)
		if k.Name == "thinking" && v.thinking != "" {
			by, text = byMaker, a.say("setting.thinking")+" "+a.choiceLabel(k, string(v.thinking))
		}
		texts[by] = append(texts[by], text)
	}
	var said []string
	if list := texts[byMaker]; list != nil {
		said = append(said, a.say("settings.recommends", v.maker, strings.Join(list, " · ")))
	}
	if list := texts[byUs]; list != nil {
		said = append(said, a.say("models.measured", strings.Join(list, " · ")))
	}
	if list := texts[byFile]; list != nil {
		said = append(said, a.say("models.file_recommends", strings.Join(list, " · ")))
	}
	return strings.Join(said, " ")
}

func textOf[T int | float64](value *T) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(float64(*value), 'g', -1, 64)
}

func textUnless0(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// postDefaults keeps the defaults of a model; with the button "preview" it shows
// what the template makes of a short chat instead.
func (a *App) postDefaults(ctx context.Context, r request, i shelf.Item) (fragment, error) {
	hash, err := a.hash(i)
	if err != nil {
		return fragment{}, err
	}
	values := map[string]json.RawMessage{}
	for _, name := range []string{"system", "thinking", "temperature", "top_p", "top_k", "min_p", "repeat_penalty", "context_length", "gpu_layers", "template"} {
		text := strings.TrimSpace(r.FormValue(name))
		if text == "" {
			continue
		}
		values[name] = encode(text)
		if number := strings.Replace(text, ",", ".", 1); name != "system" && name != "template" && name != "thinking" && json.Valid([]byte(number)) {
			values[name] = json.RawMessage(number)
		}
	}
	d, problems := config.ReadModelDefaults(values)
	if len(problems) > 0 {
		return fragment{}, a.problems(problems)
	}
	view := a.defaultsOf(i, d)
	if r.FormValue("do") == "preview" {
		view.Preview, err = a.preview(ctx, i, d.Template)
		return fragment{Name: "defaults.html", View: view}, err
	}
	before := a.modelDefaults(hash)
	if err := a.changeConfig(func(c *config.Config) { c.Models = c.WithModel(hash, d) }); err != nil {
		return fragment{}, err
	}
	undo := a.undoable(func(context.Context) error {
		defer a.opts.Emit("refresh", refreshEvent{What: "defaults", Model: modelKey(i.Path)})
		kept := false
		err := a.changeConfig(func(c *config.Config) {
			var was config.ModelDefaults
			was, kept = takenBack(c.Models[hash], before, d)
			c.Models = c.WithModel(hash, was)
		})
		a.tellKept(kept)
		return err
	})
	a.toast(toastView{Text: a.say("models.defaults_kept", i.Name), Kind: "info", Undo: undo})
	return fragment{Name: "defaults.html", View: view}, nil
}

// preview is a short chat as a chat template writes it; an empty one stands for
// the file's own.
func (a *App) preview(ctx context.Context, i shelf.Item, template string) (string, error) {
	if template == "" && a.opts.Inspect != nil {
		anatomy, err := a.opts.Inspect(ctx, i.Path)
		if err != nil {
			return "", err
		}
		template = anatomy.Template.Source
	}
	if a.opts.Render == nil || template == "" {
		return "", words.Fail("models.no_preview", i.Name)
	}
	sample := encode(map[string]any{"add_generation_prompt": true, "messages": []engine.Message{
		{Role: engine.RoleSystem, Content: a.say("models.sample_system")}, {Role: engine.RoleUser, Content: a.say("models.sample_user")}}})
	return a.opts.Render(ctx, template, sample, a.opts.Now())
}
