package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"notso/engine"
)

// Group is a part of the settings, as the file and the page divide them.
type Group string

const (
	Appearance Group = "appearance"
	Model      Group = "model"
	Thinking   Group = "thinking"
	Context    Group = "context"
	Behaviour  Group = "behaviour"
	Shortcuts  Group = "shortcuts"
	Hidden     Group = "" // kept for the window, on no page
)

// Groups lists the groups in the order they are shown.
func Groups() []Group { return []Group{Appearance, Model, Thinking, Context, Behaviour, Shortcuts} }

// Kind is what sort of value a setting has.
type Kind string

const (
	Switch  Kind = "switch"  // true or false
	Choice  Kind = "choice"  // one of Values
	Whole   Kind = "whole"   // a whole number from Least to Most
	Decimal Kind = "decimal" // a number from Least to Most
	Text    Kind = "text"
	Table   Kind = "table" // a list or object, which has an editor of its own
)

// Key is one setting: its name in the file, what it may be, and how its value
// gets into a Config.
type Key struct {
	Name    string
	Group   Group
	About   string // one line for the file: what it is for, and what null means
	Kind    Kind
	Allowed string   // for people: what it may be, such as `true or false`
	Values  []string // of a Choice
	Least   float64
	Most    float64
	Open    bool // may be unset (null)
	Manner  bool // a chat and a preset may have their own

	// set puts the value into c, or leaves it alone and returns false when it is
	// not allowed. A Table has read instead, which returns its own sentences.
	set  func(c *Config, value json.RawMessage) bool
	read func(c *Config, value json.RawMessage) []string
}

// Keys lists every setting in the order of the file and the page.
func Keys() []Key {
	sizes := FontSizes()
	keys := []Key{
		choice("theme", Appearance, "Colours: as the desktop has them, light, dark, or with the strongest contrast.", func(c *Config) *Theme { return &c.Theme }, Themes()...),
		choice("language", Appearance, "Language of the app: as the desktop has it, English or French.", func(c *Config) *string { return &c.Language }, "system", "en", "fr"),
		choice("accent", Appearance, "Colour of what is chosen and of what can be done.", func(c *Config) *string { return &c.Accent }, Accents()...),
		choice("density", Appearance, "Room between things.", func(c *Config) *string { return &c.Density }, "comfortable", "compact"),
		sizeKey(sizes),
		choice("depth", Appearance, "How far things stand out from the surface.", func(c *Config) *string { return &c.Depth }, "soft", "slight", "flat"),
		choice("motion", Appearance, `Movement: as the desktop has it, or none ("reduced").`, func(c *Config) *string { return &c.Motion }, "system", "reduced"),
		onOff("sidebar", Hidden, "Whether the list of chats is open.", func(c *Config) *bool { return &c.Sidebar }),
		number("sidebar_width", Hidden, "Width of the list of chats in pixels; 0 is the usual one.", func(c *Config) *int { return &c.SidebarWidth }, 0, 520),

		onOff("welcomed", Hidden, "Whether the first choice of a model is made, so that nothing is said of it any more.", func(c *Config) *bool { return &c.Welcomed }),

		text("model", Model, "Path of a GGUF file, or the name of one in the models folder; null is the first one found.", func(c *Config) *string { return &c.Model }),
		text("remote", Model, "Address of an OpenAI-compatible server that answers instead, such as http://gpu-box.lan:8000/v1; words then leave this computer. From the next start on; null is none.", func(c *Config) *string { return &c.Remote }),
		text("remote_model", Model, "What that server calls the model; null is its first.", func(c *Config) *string { return &c.RemoteModel }),
		manner(text("system", Model, "What every chat tells the model first (system prompt), unless it has its own; null is nothing.", func(c *Config) *string { return &c.System })),
		manner(optional("temperature", Model, "0 always takes the likeliest word, 2 is wild; null is what the model recommends.", func(c *Config) **float64 { return &c.Temperature }, 0, 2)),
		manner(optional("top_k", Model, "Draw from so many of the likeliest tokens; 0 is all of them, null what the model recommends.", func(c *Config) **int { return &c.TopK }, 0, 1000)),
		manner(optional("top_p", Model, "Draw from the likeliest tokens that together have this probability; null is what the model recommends.", func(c *Config) **float64 { return &c.TopP }, 0, 1)),
		manner(optional("min_p", Model, "Leave out tokens less likely than this share of the likeliest; null is what the model recommends.", func(c *Config) **float64 { return &c.MinP }, 0, 1)),
		manner(optional("repeat_penalty", Model, "Above 1, words that were just used become less likely; null is what the model recommends.", func(c *Config) **float64 { return &c.RepeatPenalty }, 0.5, 2)),
		manner(optional("presence_penalty", Model, "Above 0, words that were used at all become less likely; null is what the model recommends.", func(c *Config) **float64 { return &c.PresencePenalty }, -2, 2)),
		manner(optional("frequency_penalty", Model, "Above 0, words become less likely with each use; null is what the model recommends.", func(c *Config) **float64 { return &c.FrequencyPenalty }, -2, 2)),
		manner(number("max_tokens", Model, "Longest reply in tokens; 0 is what the context leaves.", func(c *Config) *int { return &c.MaxTokens }, 0, 1<<20)),
		choice("speculation", Model, "Write several tokens at a time where they repeat what stands in the chat. auto does so while it is measured to be faster, at temperature 0 only where not a bit of the arithmetic changes, on where a repetition is likely; numbers may be rounded otherwise then, so that a near tie between two words may fall the other way.", func(c *Config) *engine.Speculation { return &c.Speculation }, engine.SpeculationAuto, engine.SpeculationOn, engine.SpeculationOff),
		table("presets", Model, `Named choices of the values above and of thinking, for the chats that want them: [{"name": "Precise", "temperature": 0.2}].`, presets),

		table("models", Model, `Defaults of single models, by the hash that the page of models files them under: {"0123…": {"temperature": 0.2, "context_length": 8192}}.`, models),

		manner(choice("thinking", Thinking, "Whether a model that can reason does so before it answers; null is as the model has it.", func(c *Config) *engine.Thinking { return &c.Thinking }, engine.ThinkingOn, engine.ThinkingOff).open()),
		manner(number("thinking_budget", Thinking, "Tokens of reasoning after which the answer begins; 0 is no limit.", func(c *Config) *int { return &c.ThinkingBudget }, 0, 1<<20)),
		choice("reasoning", Thinking, "The fold of the reasoning: open, closed, or open while there is nothing else to read (auto).", func(c *Config) *string { return &c.Reasoning }, "auto", "open", "closed"),

		number("context_length", Context, "Tokens that the model can see at once; 0 is the most that fits into memory.", func(c *Config) *int { return &c.ContextLength }, 0, 1<<20),
		choice("kv_type", Context, "How the evaluated chat is held: f16 is exact, q8_0 takes half the memory; null is f16.", func(c *Config) *string { return &c.KVType }, "f16", "q8_0").open(),
		number("snapshot_gib", Context, "Disk, in GiB, for chats that the model has read, so that it need not read them again; 0 is none.", func(c *Config) *int { return &c.SnapshotGiB }, 0, 1<<14),
		number("threads", Context, "Processor threads; 0 is one for each core.", func(c *Config) *int { return &c.Threads }, 0, 512),
		number("gpu_layers", Context, "Layers of the model on the graphics card; 0 is as many as fit, -1 is none.", func(c *Config) *int { return &c.GPULayers }, -1, 1000),
		number("idle_minutes", Context, "Minutes until an unused model gives its memory back; 0 is never.", func(c *Config) *int { return &c.IdleMinutes }, 0, 7*24*60),

		onOff("titles", Behaviour, "Let the model name the chats.", func(c *Config) *bool { return &c.Titles }),
		onOff("follow_ups", Behaviour, "Let the model suggest what to ask next.", func(c *Config) *bool { return &c.FollowUps }),
		choice("send", Behaviour, "Which key sends a message; the other one starts a line.", func(c *Config) *string { return &c.Send }, "enter", "ctrl+enter"),
		onOff("notifications", Behaviour, "Tell when a reply has ended while the window was out of sight.", func(c *Config) *bool { return &c.Notifications }),

		text("mirror", Behaviour, "Address of a server that stands in for the model hub, such as https://mirror.example; null is the hub.", func(c *Config) *string { return &c.Mirror }),
		number("download_limit", Behaviour, "Most that all downloads together may take, in kB a second; 0 is no limit.", func(c *Config) *int { return &c.DownloadLimit }, 0, 1<<24),

		table("shortcuts", Shortcuts, `Keys of your own, by the name of the action: {"palette": "Ctrl+Shift+P"}; "" is no key.`, shortcuts),
	}
	return keys
}

// FindKey returns the setting of that name.
func FindKey(name string) (Key, bool) {
	keys := Keys()
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return Key{}, false
	}
	return keys[i], true
}

func choice[T ~string](name string, group Group, about string, field func(*Config) *T, values ...T) Key {
	quoted, words := make([]string, len(values)), make([]string, len(values))
	for i, v := range values {
		quoted[i], words[i] = fmt.Sprintf("%q", v), string(v)
	}
	return Key{Name: name, Group: group, About: about, Kind: Choice, Allowed: either(quoted), Values: words,
		set: func(c *Config, v json.RawMessage) bool {
			return decode(v, field(c), func(value T) bool { return slices.Contains(values, value) })
		}}
}

func sizeKey(sizes []int) Key {
	words := make([]string, len(sizes))
	for i, n := range sizes {
		words[i] = strconv.Itoa(n)
	}
	return Key{Name: "font_size", Group: Appearance, About: "Size of all text, in percent.", Kind: Choice, Allowed: either(words), Values: words,
		set: func(c *Config, v json.RawMessage) bool {
			return decode(v, &c.FontSize, func(value int) bool { return slices.Contains(sizes, value) })
		}}
}

func onOff(name string, group Group, about string, field func(*Config) *bool) Key {
	return Key{Name: name, Group: group, About: about, Kind: Switch, Allowed: "true or false",
		set: func(c *Config, v json.RawMessage) bool {
			return decode(v, field(c), func(bool) bool { return true })
		}}
}

func text(name string, group Group, about string, field func(*Config) *string) Key {
	return Key{Name: name, Group: group, About: about, Kind: Text, Allowed: "a text", Open: true,
		set: func(c *Config, v json.RawMessage) bool {
			return decode(v, field(c), func(string) bool { return true })
		}}
}

func number(name string, group Group, about string, field func(*Config) *int, least, most int) Key {
	return Key{Name: name, Group: group, About: about, Kind: Whole, Least: float64(least), Most: float64(most),
		Allowed: fmt.Sprintf("a whole number from %d to %d", least, most),
		set: func(c *Config, v json.RawMessage) bool {
			return decode(v, field(c), func(value int) bool { return value >= least && value <= most })
		}}
}

func optional[T int | float64](name string, group Group, about string, field func(*Config) **T, least, most T) Key {
	k := Key{Name: name, Group: group, About: about, Kind: Decimal, Least: float64(least), Most: float64(most), Open: true}
	noun := "a number"
	if _, whole := any(least).(int); whole {
		k.Kind, noun = Whole, "a whole number"
	}
	k.Allowed = fmt.Sprintf("%s from %v to %v", noun, least, most)
	k.set = func(c *Config, v json.RawMessage) bool {
		var value T
		if !decode(v, &value, func(value T) bool { return value >= least && value <= most }) {
			return false
		}
		*field(c) = &value
		return true
	}
	return k
}

func table(name string, group Group, about string, read func(*Config, json.RawMessage) []string) Key {
	return Key{Name: name, Group: group, About: about, Kind: Table, Open: true, read: read}
}

// manner marks what a chat and a preset may have of their own.
func manner(k Key) Key {
	k.Manner = true
	return k
}

// open marks what may be unset.
func (k Key) open() Key {
	k.Open = true
	return k
}

func shortcuts(c *Config, value json.RawMessage) []string {
	var keys map[string]string
	if json.Unmarshal(value, &keys) != nil {
		return []string{`The setting "shortcuts" must be an object such as {"palette": "Ctrl+Shift+P"}; it is ignored.`}
	}
	if len(keys) > 0 {
		c.Shortcuts = keys
	}
	return nil
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

// either is the words as a list in a sentence: "1, 2 or 3".
func either(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// shorten keeps a value fit for a sentence.
func shorten(v json.RawMessage) string {
	const most = 40 // runes
	if r := []rune(string(v)); len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(v)
}
