package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// ModelDefaults are what one model is loaded and asked with, where a chat has
// nothing of its own. They are kept under the hash of the model's weights, so
// they follow a file that is renamed or moved. What is empty is as for all
// models.
type ModelDefaults struct {
	Manner
	ContextLength int    `json:"context_length,omitempty"` // tokens
	GPULayers     int    `json:"gpu_layers,omitempty"`     // -1 is none
	Template      string `json:"template,omitempty"`       // replaces the file's own chat template
}

// For is the settings with the defaults of the model of that hash in the place
// of those of all models.
func (c Config) For(hash string) Config {
	d, ok := c.Models[hash]
	if !ok {
		return c
	}
	c.Manner = d.Manner.over(c.Manner)
	prefer(&c.ContextLength, d.ContextLength)
	prefer(&c.GPULayers, d.GPULayers)
	return c
}

// WithModel is the defaults of all models with d among them; an empty d takes
// the model off.
func (c Config) WithModel(hash string, d ModelDefaults) map[string]ModelDefaults {
	models := maps.Clone(c.Models)
	if models == nil {
		models = map[string]ModelDefaults{}
	}
	models[hash] = d
	if d == (ModelDefaults{}) {
		delete(models, hash)
	}
	return models
}

// over is base with what m sets in its place.
func (m Manner) over(base Manner) Manner {
	prefer(&base.System, m.System)
	prefer(&base.Thinking, m.Thinking)
	prefer(&base.ThinkingBudget, m.ThinkingBudget)
	prefer(&base.Temperature, m.Temperature)
	prefer(&base.TopK, m.TopK)
	prefer(&base.TopP, m.TopP)
	prefer(&base.MinP, m.MinP)
	prefer(&base.RepeatPenalty, m.RepeatPenalty)
	prefer(&base.PresencePenalty, m.PresencePenalty)
	prefer(&base.FrequencyPenalty, m.FrequencyPenalty)
	prefer(&base.MaxTokens, m.MaxTokens)
	return base
}

func prefer[T comparable](value *T, by T) {
	var zero T
	if by != zero {
		*value = by
	}
}

// ReadModelDefaults reads the values of one model. Those that cannot be are left
// out and told in sentences.
func ReadModelDefaults(values map[string]json.RawMessage) (d ModelDefaults, problems []string) {
	var scratch Config
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := values[name]
		k, known := FindKey(name)
		switch {
		case bytes.Equal(value, null):
		case name == "template":
			if json.Unmarshal(value, &d.Template) != nil {
				problems = append(problems, `A model's "template" must be a text; it is left out.`)
			}
		case !known || !k.Manner && name != "context_length" && name != "gpu_layers":
			problems = append(problems, fmt.Sprintf("A model has no setting %q; it is ignored.", name))
		case !k.set(&scratch, value):
			problems = append(problems, fmt.Sprintf("A model's %q is %s, but it must be %s; it is left out.", name, shorten(value), k.Allowed))
		}
	}
	d.Manner, d.ContextLength, d.GPULayers = scratch.Manner, scratch.ContextLength, scratch.GPULayers
	return d, problems
}

// models reads the defaults of all models.
func models(c *Config, value json.RawMessage) (problems []string) {
	var table map[string]map[string]json.RawMessage
	if json.Unmarshal(value, &table) != nil {
		return []string{`The setting "models" must be an object with one entry for each model; it is ignored.`}
	}
	for _, hash := range slices.Sorted(maps.Keys(table)) {
		d, sentences := ReadModelDefaults(table[hash])
		problems = append(problems, sentences...)
		c.Models = c.WithModel(hash, d)
	}
	return problems
}
