package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Preset is a Manner with a name, to be given to a chat.
type Preset struct {
	Name string `json:"name"`
	Manner
}

// presetNameLimit bounds a preset's name, in bytes: a line in a menu.
const presetNameLimit = 60

// FindPreset returns the preset of that name, in any case.
func (c Config) FindPreset(name string) (Preset, bool) {
	i := slices.IndexFunc(c.Presets, func(p Preset) bool { return strings.EqualFold(p.Name, name) })
	if i < 0 {
		return Preset{}, false
	}
	return c.Presets[i], true
}

// WithPreset is the presets with p among them, in place of one of its name.
func (c Config) WithPreset(p Preset) []Preset {
	return append(c.WithoutPreset(p.Name), p)
}

// WithoutPreset is the presets but the one of that name, in any case.
func (c Config) WithoutPreset(name string) []Preset {
	return slices.DeleteFunc(slices.Clone(c.Presets), func(p Preset) bool { return strings.EqualFold(p.Name, name) })
}

// CheckPresetName says in a sentence why no preset can have that name, "" when
// it can.
func CheckPresetName(name string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return "A preset needs a name."
	case len(name) > presetNameLimit || strings.TrimSpace(name) != name || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }):
		return fmt.Sprintf("The name of a preset is one line of at most %d letters.", presetNameLimit)
	}
	return ""
}

// presets reads the list of presets. One that is not understood is left out,
// and of one with a wrong value only that value.
func presets(c *Config, value json.RawMessage) (problems []string) {
	var list []map[string]json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		return []string{`The setting "presets" must be a list of objects such as {"name": "Precise", "temperature": 0.2}; it is ignored.`}
	}
	for i, object := range list {
		var p Preset
		json.Unmarshal(object["name"], &p.Name)
		delete(object, "name")
		if sentence := CheckPresetName(p.Name); sentence != "" {
			problems = append(problems, fmt.Sprintf("Preset number %d is ignored: %s", i+1, sentence))
			continue
		}
		if _, twice := c.FindPreset(p.Name); twice {
			problems = append(problems, fmt.Sprintf("There are two presets %q; the first counts.", p.Name))
			continue
		}
		var scratch Config
		for _, k := range Keys() {
			value, present := object[k.Name]
			if !k.Manner || !present {
				continue
			}
			delete(object, k.Name)
			if !bytes.Equal(value, null) && !k.set(&scratch, value) {
				problems = append(problems, fmt.Sprintf("In the preset %q, %q is %s, but it must be %s; it is left out.", p.Name, k.Name, shorten(value), k.Allowed))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			problems = append(problems, fmt.Sprintf("In the preset %q there is %q, which presets do not have; it is ignored.", p.Name, name))
		}
		p.Manner = scratch.Manner
		c.Presets = append(c.Presets, p)
	}
	return problems
}
