package app

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"notso/app/config"
	"notso/app/shelf"
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
	ContextLength string
	GPULayers     string
	Template      string
	Preview       string // a short chat, as the template writes it; "" for none
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
	settings := a.opts.Config.Get()
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
		return "", errors.New(a.say("models.closed"))
	}
	return a.opts.Hash(i.Path)
}

func (a *App) defaultsOf(i shelf.Item, d config.ModelDefaults) defaultsView {
	return defaultsView{Key: modelKey(i.Path), Name: i.Name, System: d.System, Thinking: string(d.Thinking),
		Temperature: textOf(d.Temperature), TopP: textOf(d.TopP), TopK: textOf(d.TopK),
		ContextLength: textUnless0(d.ContextLength), GPULayers: textUnless0(d.GPULayers), Template: d.Template}
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
	for _, name := range []string{"system", "thinking", "temperature", "top_p", "top_k", "context_length", "gpu_layers", "template"} {
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
		return fragment{}, errors.New(strings.Join(problems, " "))
	}
	view := a.defaultsOf(i, d)
	if r.FormValue("do") == "preview" {
		view.Preview, err = a.preview(ctx, d.Template)
		return fragment{Name: "defaults.html", View: view}, err
	}
	before := a.modelDefaults(hash)
	if err := a.opts.Config.Update(func(c *config.Config) { c.Models = c.WithModel(hash, d) }); err != nil {
		return fragment{}, err
	}
	if _, path, _ := a.model.current(); path == i.Path && (before.ContextLength != d.ContextLength || before.GPULayers != d.GPULayers || before.Template != d.Template) {
		a.mu.Lock()
		a.stale = true
		a.mu.Unlock()
		a.reloadModel()
	}
	a.opts.Emit("toast", toastView{Text: a.say("models.defaults_kept", i.Name), Kind: "info", Undo: a.undoable(func(context.Context) error {
		return a.opts.Config.Update(func(c *config.Config) { c.Models = c.WithModel(hash, before) })
	})})
	return fragment{Name: "defaults.html", View: view}, nil
}

// preview is a short chat as a chat template writes it.
func (a *App) preview(ctx context.Context, template string) (string, error) {
	if a.opts.Render == nil || template == "" {
		return "", nil
	}
	sample := encode(map[string]any{"add_generation_prompt": true, "messages": []engine.Message{
		{Role: engine.RoleSystem, Content: a.say("models.sample_system")}, {Role: engine.RoleUser, Content: a.say("models.sample_user")}}})
	return a.opts.Render(ctx, template, sample, a.opts.Now())
}
