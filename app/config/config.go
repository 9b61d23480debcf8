// Package config holds the settings that outlive a run. They are one JSON
// object in config.json, which people may edit, with comments, while the app is
// closed or open:
//
//	{
//		// Colours of the window.
//		"theme": "dark",
//		"temperature": 0.7, // a little bolder
//	}
//
// Load forgives: a key that is missing or null has its default, a value that is
// not allowed is told in a sentence and has its default, an unknown key is told
// and kept. Save writes the whole file or nothing. It changes the values that
// changed and leaves all else as it stands, comments included; a file without
// comments is written anew, with a comment above each key, in the language that
// Store.Speak gives, else in English. Store shares the settings of a running app
// between goroutines and notices when somebody edits the file; Load and Save
// alone are for readers that come and go.
//
// Keys lists every setting with what it may be, so that the settings page, the
// file and the check of values cannot tell different things.
package config

import (
	"time"

	"notso/engine"
)

// Config is the settings. A nil pointer, an empty text and a zero number that
// says so leave the choice to the model or the machine. Values are shared, so
// what a pointer, slice or map points at is never written to.
type Config struct {
	Theme    Theme  `json:"theme"`
	Language string `json:"language"`  // "system", or one of words.Languages
	Accent   string `json:"accent"`    // one of Accents
	Density  string `json:"density"`   // "comfortable" or "compact"
	FontSize int    `json:"font_size"` // percent, one of FontSizes
	Depth    string `json:"depth"`     // of shadows: "soft", "slight" or "flat"
	Motion   string `json:"motion"`    // "system" or "reduced"
	Welcomed bool   `json:"welcomed"`  // the first choice of a model is made
	Sidebar  bool   `json:"sidebar"`   // open

	SidebarWidth int `json:"sidebar_width"` // px; 0 is the usual

	Model       string `json:"model,omitempty"`        // path of a GGUF file, or the name of one in the library
	Remote      string `json:"remote,omitempty"`       // base address of a server that answers instead; "" for none
	RemoteModel string `json:"remote_model,omitempty"` // the server's name for the model; "" is its first
	Manner
	Presets     []Preset           `json:"presets,omitempty"`
	Speculation engine.Speculation `json:"speculation"` // "auto", "on" or "off"

	Reasoning string `json:"reasoning"` // the fold: "auto", "open" or "closed"

	Titles        bool   `json:"titles"`     // the model names chats
	FollowUps     bool   `json:"follow_ups"` // the model suggests what to ask next
	Send          string `json:"send"`       // "enter" or "ctrl+enter"
	Notifications bool   `json:"notifications"`

	ContextLength int    `json:"context_length,omitempty"` // tokens; 0 is the largest that fits
	Threads       int    `json:"threads,omitempty"`        // 0 is one for each physical core
	GPULayers     int    `json:"gpu_layers,omitempty"`     // 0 is as many as fit, -1 is none
	KVType        string `json:"kv_type,omitempty"`        // "f16" or "q8_0"
	SnapshotGiB   int    `json:"snapshot_gib"`             // disk for what was evaluated; 0 is none
	IdleMinutes   int    `json:"idle_minutes"`             // until an unused model is let go; 0 is never

	Mirror        string `json:"mirror,omitempty"`         // address of a server that answers as the model hub does
	DownloadLimit int    `json:"download_limit,omitempty"` // of all downloads together, in kB a second; 0 is none

	Models map[string]ModelDefaults `json:"models,omitempty"` // by the hash of the weights

	Shortcuts map[string]string `json:"shortcuts,omitempty"` // keys by action, where they are not the usual ones
}

// Manner is how the model is asked to write. A chat may have its own, and a
// preset is one with a name.
type Manner struct {
	System           string          `json:"system,omitempty"`
	Thinking         engine.Thinking `json:"thinking,omitempty"`        // "on" or "off"
	ThinkingBudget   int             `json:"thinking_budget,omitempty"` // tokens of reasoning; 0 is no limit
	Temperature      *float64        `json:"temperature,omitempty"`
	TopK             *int            `json:"top_k,omitempty"`
	TopP             *float64        `json:"top_p,omitempty"`
	MinP             *float64        `json:"min_p,omitempty"`
	RepeatPenalty    *float64        `json:"repeat_penalty,omitempty"`
	PresencePenalty  *float64        `json:"presence_penalty,omitempty"`
	FrequencyPenalty *float64        `json:"frequency_penalty,omitempty"`
	MaxTokens        int             `json:"max_tokens,omitempty"` // of a reply; 0 is what the context leaves
}

// Theme says which colours the window has.
type Theme string

const (
	ThemeSystem   Theme = "system" // as the desktop has it
	ThemeLight    Theme = "light"
	ThemeDark     Theme = "dark"
	ThemeContrast Theme = "contrast" // the strongest, light or dark as the desktop has it
)

// Themes lists the themes as they are offered.
func Themes() []Theme { return []Theme{ThemeSystem, ThemeLight, ThemeDark, ThemeContrast} }

// Accents lists the colours that mark what is chosen and what can be done; each
// is defined for every theme in the window's tokens.css.
func Accents() []string {
	return []string{"violet", "blue", "teal", "green", "amber", "rose", "graphite"}
}

// FontSizes lists the sizes of all text, in percent of the desktop's.
func FontSizes() []int { return []int{80, 90, 100, 110, 125, 150, 175, 200} }

// Default is what a new installation has.
func Default() Config {
	return Config{
		Theme: ThemeSystem, Language: "system", Accent: "violet", Density: "comfortable", Reasoning: "auto", FontSize: 100, Depth: "soft", Motion: "system", Sidebar: true,
		Titles: true, FollowUps: true, Send: "enter", Notifications: true, Speculation: engine.SpeculationAuto, SnapshotGiB: 8, IdleMinutes: 10,
	}
}

// Sampling is base, which the model recommends, with the choices made here.
func (m Manner) Sampling(base engine.Sampling) engine.Sampling {
	override(&base.Temperature, m.Temperature)
	override(&base.TopK, m.TopK)
	override(&base.TopP, m.TopP)
	override(&base.MinP, m.MinP)
	override(&base.RepeatPenalty, m.RepeatPenalty)
	override(&base.PresencePenalty, m.PresencePenalty)
	override(&base.FrequencyPenalty, m.FrequencyPenalty)
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
