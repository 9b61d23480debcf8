package app

import (
	"slices"

	"notso/app/config"
	"notso/app/library"
	"notso/engine"
)

// advice is what a model is best asked with where the user has set nothing: as
// its maker says where the model is of the catalogue, else as its file says, else
// as is usual.
type advice struct {
	sampling engine.Sampling
	thinking engine.Thinking // "" is as the template has it
	maker    string          // of a model of the catalogue; "" for any other
	said     library.Sampling
	file     []string // the values that the file asks for, see engine.ModelInfo
}

// advice is that for the loaded model, for replies with or without thinking.
func (a *App) advice(thinking engine.Thinking) advice {
	entry, known := a.model.entry()
	return adviceOf(entry, known, a.model.info(), thinking)
}

func adviceOf(entry library.Entry, known bool, info engine.ModelInfo, thinking engine.Thinking) advice {
	v := advice{sampling: info.Sampling, file: info.Advised}
	if !known {
		return v
	}
	v.thinking, v.maker = entry.Thinking, entry.Maker
	if thinking == "" {
		thinking = v.thinking
	}
	if said := entry.Recommends(thinking); said != nil {
		v.said = *said
		v.sampling = said.Over(v.sampling)
	}
	return v
}

// entry is what the catalogue says of the model at path.
func (a *App) entry(path string) (library.Entry, bool) {
	if a.opts.Shelf == nil || a.opts.Remote != "" || path == "" {
		return library.Entry{}, false
	}
	return a.opts.Shelf.Entry(path)
}

// value is the number that is advised for a setting, and whether by the maker.
func (v advice) value(name string) (value float64, byMaker, known bool) {
	values := map[string]struct {
		value   float64
		byMaker bool
	}{
		"temperature": {v.sampling.Temperature, v.said.Temperature != nil}, "top_k": {float64(v.sampling.TopK), v.said.TopK != nil},
		"top_p": {v.sampling.TopP, v.said.TopP != nil}, "min_p": {v.sampling.MinP, v.said.MinP != nil},
		"repeat_penalty":   {v.sampling.RepeatPenalty, v.said.RepeatPenalty != nil},
		"presence_penalty": {v.sampling.PresencePenalty, false}, "frequency_penalty": {v.sampling.FrequencyPenalty, false},
	}
	found, known := values[name]
	return found.value, found.byMaker, known
}

// advised says what counts where nobody has set a value, and whose word it is;
// "" for a setting that nobody advises on.
func (a *App) advised(v advice, name string) string {
	value, byMaker, known := v.value(name)
	text := a.short(value)
	switch {
	case !known:
		return ""
	case byMaker:
		return a.say("settings.by_maker", text, v.maker)
	case slices.Contains(v.file, name):
		return a.say("settings.by_file", text)
	}
	return a.say("settings.by_nobody", text)
}

// modelSets is what the loaded model has of its own for a setting, for people;
// "" for nothing.
func (a *App) modelSets(k config.Key) string {
	if !k.Manner {
		return ""
	}
	own, none := config.Config{Manner: a.modelDefaults(a.model.info().Hash).Manner}, config.Config{}
	if k.Text(own) == k.Text(none) {
		return ""
	}
	return a.shownValue(k, own)
}
