// Package config holds the settings that outlive a run. They are one JSON
// object in config.json, which people may edit while the app is closed:
//
//	{"theme": "dark", "temperature": 0.7, "idle_minutes": 30}
//
// Load forgives: a key that is missing has its default, a value that is not
// allowed is told in a sentence and has its default, an unknown key is told and
// kept. Save writes the whole file or nothing. Store shares the settings of a
// running app between goroutines; Load and Save alone are for readers that
// come and go.
package config

import (
	"time"

	"notso/engine"
)

// Theme says which colours the window has.
type Theme string

const (
	ThemeSystem Theme = "system" // as the desktop has it
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// Config is the settings. A nil pointer, an empty text and a zero number that
// says so leave the choice to the model or the machine. Values are shared, so
// what a pointer points at is never written to.
type Config struct {
	Theme   Theme  `json:"theme"`
	Sidebar bool   `json:"sidebar"`          // open
	Model   string `json:"model,omitempty"`  // path of a GGUF file, or the name of one in the library
	System  string `json:"system,omitempty"` // system prompt of every chat that sets none

	Thinking         engine.Thinking `json:"thinking,omitempty"` // "on" or "off"
	Temperature      *float64        `json:"temperature,omitempty"`
	TopK             *int            `json:"top_k,omitempty"`
	TopP             *float64        `json:"top_p,omitempty"`
	MinP             *float64        `json:"min_p,omitempty"`
	RepeatPenalty    *float64        `json:"repeat_penalty,omitempty"`
	PresencePenalty  *float64        `json:"presence_penalty,omitempty"`
	FrequencyPenalty *float64        `json:"frequency_penalty,omitempty"`
	MaxTokens        int             `json:"max_tokens,omitempty"`      // of a reply; 0 is what the context leaves
	ThinkingBudget   int             `json:"thinking_budget,omitempty"` // tokens of reasoning; 0 is no limit

	Titles    bool `json:"titles"`     // the model names chats
	FollowUps bool `json:"follow_ups"` // the model suggests what to ask next

	ContextLength int    `json:"context_length,omitempty"` // tokens; 0 is the largest that fits
	Threads       int    `json:"threads,omitempty"`        // 0 is one for each physical core
	GPULayers     int    `json:"gpu_layers,omitempty"`     // 0 is as many as fit, -1 is none
	KVType        string `json:"kv_type,omitempty"`        // "f16" or "q8_0"
	SnapshotGiB   int    `json:"snapshot_gib"`             // disk for what was evaluated; 0 is none
	IdleMinutes   int    `json:"idle_minutes"`             // until an unused model is let go; 0 is never
}

// Default is what a new installation has.
func Default() Config {
	return Config{Theme: ThemeSystem, Sidebar: true, Titles: true, FollowUps: true, SnapshotGiB: 8, IdleMinutes: 10}
}

// Sampling is base, which the model recommends, with the user's own choices.
func (c Config) Sampling(base engine.Sampling) engine.Sampling {
	override(&base.Temperature, c.Temperature)
	override(&base.TopK, c.TopK)
	override(&base.TopP, c.TopP)
	override(&base.MinP, c.MinP)
	override(&base.RepeatPenalty, c.RepeatPenalty)
	override(&base.PresencePenalty, c.PresencePenalty)
	override(&base.FrequencyPenalty, c.FrequencyPenalty)
	return base
}

func override[T any](value *T, choice *T) {
	if choice != nil {
		*value = *choice
	}
}

// LoadOptions are the settings that a model is loaded with.
func (c Config) LoadOptions() engine.LoadOptions {
	return engine.LoadOptions{
		ContextLength: c.ContextLength,
		Threads:       c.Threads,
		GPULayers:     c.GPULayers,
		KVType:        c.KVType,
	}
}

// Idle is how long an unused model stays in memory; 0 is for ever.
func (c Config) Idle() time.Duration { return time.Duration(c.IdleMinutes) * time.Minute }
