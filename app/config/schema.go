package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"notso/engine"
)

// key is one setting: its name in the file, what it may be, for people, and
// how its value gets into a Config. set leaves the Config alone and returns
// false when the value is not allowed.
type key struct {
	name    string
	allowed string
	set     func(c *Config, value json.RawMessage) bool
}

// schema lists every key, in the order of the fields of Config.
func schema() []key {
	return []key{
		choice("theme", func(c *Config) *Theme { return &c.Theme }, ThemeSystem, ThemeLight, ThemeDark),
		onOff("sidebar", func(c *Config) *bool { return &c.Sidebar }),
		text("model", func(c *Config) *string { return &c.Model }),
		text("system", func(c *Config) *string { return &c.System }),
		choice("thinking", func(c *Config) *engine.Thinking { return &c.Thinking }, engine.ThinkingOn, engine.ThinkingOff),
		optional("temperature", func(c *Config) **float64 { return &c.Temperature }, 0, 2),
		optional("top_k", func(c *Config) **int { return &c.TopK }, 0, 1000),
		optional("top_p", func(c *Config) **float64 { return &c.TopP }, 0, 1),
		optional("min_p", func(c *Config) **float64 { return &c.MinP }, 0, 1),
		optional("repeat_penalty", func(c *Config) **float64 { return &c.RepeatPenalty }, 0.5, 2),
		optional("presence_penalty", func(c *Config) **float64 { return &c.PresencePenalty }, -2, 2),
		optional("frequency_penalty", func(c *Config) **float64 { return &c.FrequencyPenalty }, -2, 2),
		number("max_tokens", func(c *Config) *int { return &c.MaxTokens }, 0, 1<<20),
		number("thinking_budget", func(c *Config) *int { return &c.ThinkingBudget }, 0, 1<<20),
		onOff("titles", func(c *Config) *bool { return &c.Titles }),
		onOff("follow_ups", func(c *Config) *bool { return &c.FollowUps }),
		number("context_length", func(c *Config) *int { return &c.ContextLength }, 0, 1<<20),
		number("threads", func(c *Config) *int { return &c.Threads }, 0, 512),
		number("gpu_layers", func(c *Config) *int { return &c.GPULayers }, -1, 1000),
		choice("kv_type", func(c *Config) *string { return &c.KVType }, "f16", "q8_0"),
		number("snapshot_gib", func(c *Config) *int { return &c.SnapshotGiB }, 0, 1<<14),
		number("idle_minutes", func(c *Config) *int { return &c.IdleMinutes }, 0, 7*24*60),
	}
}

// parse reads the object in data over the defaults. The error is for data that
// is no JSON object at all.
func parse(data []byte) (Config, []string, error) {
	c := Default()
	object, err := parseObject(data)
	if err != nil {
		return c, nil, err
	}
	var warnings []string
	for _, k := range schema() {
		value, present := object[k.name]
		delete(object, k.name)
		if present && !bytes.Equal(value, []byte("null")) && !k.set(&c, value) {
			warnings = append(warnings, fmt.Sprintf("The setting %q is %s, but it must be %s; the default is used.",
				k.name, shorten(value), k.allowed))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		warnings = append(warnings, fmt.Sprintf("There is no setting %q; it is ignored.", name))
	}
	return c, warnings, nil
}

func parseObject(data []byte) (map[string]json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, err
	}
	if object == nil {
		return nil, fmt.Errorf("null is not an object")
	}
	return object, nil
}

func choice[T ~string](name string, field func(*Config) *T, values ...T) key {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = fmt.Sprintf("%q", v)
	}
	last := len(quoted) - 1
	allowed := strings.Join(quoted[:last], ", ") + " or " + quoted[last]
	return key{name, allowed, func(c *Config, v json.RawMessage) bool {
		return decode(v, field(c), func(value T) bool { return slices.Contains(values, value) })
	}}
}

func onOff(name string, field func(*Config) *bool) key {
	return key{name, "true or false", func(c *Config, v json.RawMessage) bool {
		return decode(v, field(c), func(bool) bool { return true })
	}}
}

func text(name string, field func(*Config) *string) key {
	return key{name, "a text", func(c *Config, v json.RawMessage) bool {
		return decode(v, field(c), func(string) bool { return true })
	}}
}

func number(name string, field func(*Config) *int, least, most int) key {
	allowed := fmt.Sprintf("a whole number from %d to %d", least, most)
	return key{name, allowed, func(c *Config, v json.RawMessage) bool {
		return decode(v, field(c), func(value int) bool { return value >= least && value <= most })
	}}
}

func optional[T int | float64](name string, field func(*Config) **T, least, most T) key {
	kind := "a number"
	if _, whole := any(least).(int); whole {
		kind = "a whole number"
	}
	allowed := fmt.Sprintf("%s from %v to %v", kind, least, most)
	return key{name, allowed, func(c *Config, v json.RawMessage) bool {
		var value T
		if !decode(v, &value, func(value T) bool { return value >= least && value <= most }) {
			return false
		}
		*field(c) = &value
		return true
	}}
}

// decode sets *field to the value when it is of the type and allowed.
func decode[T any](v json.RawMessage, field *T, allowed func(T) bool) bool {
	var value T
	if json.Unmarshal(v, &value) != nil || !allowed(value) {
		return false
	}
	*field = value
	return true
}

// shorten keeps a value fit for a sentence.
func shorten(v json.RawMessage) string {
	const most = 40 // runes
	if r := []rune(string(v)); len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(v)
}
