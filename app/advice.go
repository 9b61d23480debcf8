package app

import (
	"slices"

	"notso/app/config"
	"notso/app/library"
	"notso/engine"
)

// advice is what a model is best asked with where the user has set nothing: as
// was measured here or as its maker says where the model is of the catalogue, else
// as its file says, else as is usual.
type advice struct {
	sampling engine.Sampling
	thinking engine.Thinking // "" is as the template has it
	maker    string          // of a model of the catalogue; "" for any other
	measured library.Sampling
	said     library.Sampling
	file     []string // the values that the file asks for, see engine.ModelInfo
}

// adviser is whose word a value is.
type adviser int

const (
	noAdviser adviser = iota // nobody advises on the setting
	byNobody                 // it is as usual
	byFile
	byMaker
	byUs // measured, see library.Measured
)

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
	if entry.Measured != nil {
		v.measured = entry.Measured.Sampling
		v.sampling = v.measured.Over(v.sampling)
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

// value is the number that is advised for a setting, and by whom.
func (v advice) value(name string) (value float64, by adviser) {
	values := map[string]struct {
		value           float64
		measured, maker bool
	}{
		"temperature":       {v.sampling.Temperature, v.measured.Temperature != nil, v.said.Temperature != nil},
		"top_k":             {float64(v.sampling.TopK), v.measured.TopK != nil, v.said.TopK != nil},
		"top_p":             {v.sampling.TopP, v.measured.TopP != nil, v.said.TopP != nil},
		"min_p":             {v.sampling.MinP, v.measured.MinP != nil, v.said.MinP != nil},
		"repeat_penalty":    {v.sampling.RepeatPenalty, v.measured.RepeatPenalty != nil, v.said.RepeatPenalty != nil},
		"presence_penalty":  {value: v.sampling.PresencePenalty},
		"frequency_penalty": {value: v.sampling.FrequencyPenalty},
	}
	found, known := values[name]
	switch {
	case !known:
		return 0, noAdviser
	case found.measured:
		return found.value, byUs
	case found.maker:
		return found.value, byMaker
	case slices.Contains(v.file, name):
		return found.value, byFile
	}
	return found.value, byNobody
}

// advised says what counts where nobody has set a value, and whose word it is;
// "" for a setting that nobody advises on.
func (a *App) advised(v advice, name string) string {
	value, by := v.value(name)
	text := a.short(value)
	switch by {
	case byUs:
		return a.say("settings.by_us", text)
	case byMaker:
		return a.say("settings.by_maker", text, v.maker)
	case byFile:
		return a.say("settings.by_file", text)
	case byNobody:
		return a.say("settings.by_nobody", text)
	}
	return ""
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
