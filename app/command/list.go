package command

import (
	"strconv"
	"strings"
)

// All lists the commands, grouped by category in the order they are shown.
func All() []Command {
	both, window := []Place{Window, Terminal}, []Place{Window}
	formats, onOff, themes := []string{"md", "html", "pdf", "json", "txt"}, []string{"on", "off"}, []string{"system", "light", "dark", "contrast"}
	parts := []string{"appearance", "model", "thinking", "context", "behaviour", "data", "shortcuts"}
	counts := []string{"1", "2", "3", "4"}
	return []Command{
		{Name: "new", Category: Chat, Places: both, Icon: "new",
			Summary: "Start a new chat"},
		{Name: "clear", Category: Chat, Places: both, Icon: "clear",
			Summary: "Remove every turn of this chat; can be undone"},
		{Name: "reset", Category: Chat, Places: both, Icon: "reset",
			Summary: "Keep the turns, but let the model start afresh"},
		{Name: "export", Category: Chat, Places: both, Icon: "export",
			Summary:   "Save this chat as a file",
			Arguments: optional(formats), hint: either(formats), Words: formats,
			parse: oneOf(formats, func(a *Args, word string) { a.Format = word })},
		{Name: "title", Category: Chat, Places: both, Icon: "rename",
			Summary:   "Show or set the title of this chat",
			Arguments: "[title]", hint: "a title in one line",
			parse: func(text string, a *Args) bool { a.Text = text; return oneLine(text) }},
		{Name: "pin", Category: Chat, Places: both, Icon: "pin",
			Summary: "Let this chat stand above the others, or no longer"},
		{Name: "branch", Category: Chat, Places: window, Icon: "fork",
			Summary: "Show the ways that this chat took, to go to one"},
		{Name: "summarize", Category: Chat, Places: both, Icon: "summarize",
			Summary: "Let the model sum up this chat"},

		{Name: "thinking", Category: Model, Places: both, Icon: "thinking",
			Summary:   "Let the model reason before it answers, or not",
			Arguments: optional(onOff), hint: either(onOff), Words: onOff,
			parse: oneOf(onOff, func(a *Args, word string) { a.Thinking = word })},
		{Name: "think", Category: Model, Places: both, Icon: "thinking",
			Summary:   "Let the model reason for at most so many tokens",
			Arguments: "[tokens|on|off]", hint: "a number of tokens, on (no limit) or off", Words: []string{"on", "off", "256", "1024", "4096"},
			parse: budget},
		{Name: "temp", Category: Model, Places: both, Icon: "temp",
			Summary:   "Show or set the temperature of this chat",
			Arguments: "[0–2]", hint: "a number from 0 (always the likeliest word) to 2 (wild)", Words: []string{"0", "0.3", "0.6", "1"},
			parse: temperature},
		{Name: "system", Category: Model, Places: both, Icon: "system-prompt",
			Summary:   "Show or set what the model is told first in this chat",
			Arguments: "[text|none]", hint: "a text for the model, or none", Words: []string{"none"},
			parse: func(text string, a *Args) bool { a.Text = text; return true }},
		{Name: "preset", Category: Model, Places: both, Icon: "settings",
			Summary:   "Let this chat answer as a preset says",
			Arguments: "[name|none]", hint: "the name of a preset, or none", Words: []string{"none"}, Source: "presets",
			parse: func(text string, a *Args) bool { a.Text = text; return oneLine(text) }},
		{Name: "candidates", Category: Model, Places: window, Icon: "columns",
			Summary:   "Show or set how many replies are written at once",
			Arguments: "[1–4]", hint: either(counts), Words: counts,
			parse: oneOf(counts, func(a *Args, word string) { a.Candidates, _ = strconv.Atoi(word) })},
		{Name: "alternatives", Category: Model, Places: window, Icon: "tokens",
			Summary:   "Keep what each word could have been, or not",
			Arguments: optional(onOff), hint: either(onOff), Words: onOff,
			parse: oneOf(onOff, func(a *Args, word string) { a.Alternatives = word })},
		{Name: "model", Category: Model, Places: both, Icon: "model",
			Summary:   "Show the model, or load another one",
			Arguments: "[name or path]", hint: "the name of a model or the path of a GGUF file", Source: "models",
			parse: func(text string, a *Args) bool { a.Model = text; return oneLine(text) }},

		{Name: "quote", Category: Utility, Places: both, Icon: "quote",
			Summary:   "Read a passage, verse by verse; no model needed",
			Arguments: "[reference]", hint: "a reference such as John 1:1-14",
			parse: func(text string, a *Args) bool { a.Reference = text; return oneLine(text) }},
		{Name: "search", Category: Utility, Places: both, Icon: "search",
			Summary:   "Search in the titles and messages of all chats",
			Arguments: "[words]", hint: "words to search for, \"in quotes\" where they stand side by side",
			parse: func(text string, a *Args) bool { a.Words = text; return oneLine(text) }},
		{Name: "import", Category: Utility, Places: window, Icon: "import",
			Summary: "Bring in chats from other programs"},
		{Name: "status", Category: Utility, Places: both, Icon: "status",
			Summary: "Tell the model, the context in use and the speed"},
		{Name: "theme", Category: Utility, Places: window, Icon: "theme",
			Summary:   "Choose light, dark or high-contrast colours",
			Arguments: optional(themes), hint: either(themes), Words: themes,
			parse: oneOf(themes, func(a *Args, word string) { a.Theme = word })},
		{Name: "settings", Category: Utility, Places: window, Icon: "settings",
			Summary:   "Open the settings",
			Arguments: "[part]", hint: either(parts), Words: parts,
			parse: oneOf(parts, func(a *Args, word string) { a.Text = word })},
		{Name: "help", Category: Utility, Places: both, Icon: "help",
			Summary: "List the commands and the keys"},

		{Name: "stop", Category: Quick, Places: window, Icon: "stop",
			Summary: "End the reply; what is written stays"},
		{Name: "regenerate", Category: Quick, Places: both, Icon: "regenerate",
			Summary: "Let the model answer the last message again"},
		{Name: "continue", Category: Quick, Places: both, Icon: "continue",
			Summary: "Go on with a reply that ended too early"},
	}
}

func optional(words []string) string { return "[" + strings.Join(words, "|") + "]" }

// either is the words as a list in a sentence: "md, html or txt".
func either(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
