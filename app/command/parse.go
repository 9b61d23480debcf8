package command

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"notso/app/spelling"
)

// Call is a slash command as it was typed.
type Call struct {
	Name string // of a Command
	Args Args

	// Prompt: Name is one of the user's own prompts, and Args.Text what stood
	// behind it.
	Prompt bool
}

// Args is what stood behind the name. Only the field that belongs to the
// command is set, and that one only when something was given.
type Args struct {
	Format      string   // /export: md, html, json or txt
	Thinking    string   // /thinking, /think: on or off
	Temperature *float64 // /temp: 0 to 2
	Model       string   // /model: a name or a path
	Reference   string   // /quote
	Words       string   // /search
	Text        string   // /title, /system, /preset, /settings, and the user's own prompts
	Budget      *int     // /think: tokens; 0 is no limit
	Theme       string   // /theme: system, light or dark

	Candidates   int    // /candidates: 1 to 4 replies
	Alternatives string // /alternatives: on or off
}

// UsageError says what is wrong with a command, and what to do, in Sentence.
type UsageError struct {
	Sentence string
}

func (e *UsageError) Error() string { return e.Sentence }

// Parse reads a line from the composer or the terminal. The result is false
// for a message, which is every text that does not begin with a slash, small
// letters and then a space or the end. An unknown name and bad arguments give
// true and an error.
// prompts are the names of the user's own; a command goes before a prompt of its
// name.
// Errors: *UsageError.
func Parse(line string, prompts ...string) (Call, bool, error) {
	m := regexp.MustCompile(`(?s)^/([a-z][a-z0-9-]*)(?:\s(.*))?$`).FindStringSubmatch(line)
	if m == nil {
		return Call{}, false, nil
	}
	name, text := m[1], strings.TrimSpace(m[2])
	c, known := Find(name)
	if !known && slices.Contains(prompts, name) {
		return Call{Name: name, Prompt: true, Args: Args{Text: text}}, true, nil
	}
	if !known {
		return Call{}, true, unknown(name, prompts)
	}
	call := Call{Name: name}
	if text == "" {
		return call, true, nil
	}
	if c.parse == nil {
		return Call{}, true, &UsageError{fmt.Sprintf(
			"/%s takes nothing after its name. Type /%s alone, or start with a space to send the line as text.", name, name)}
	}
	if !c.parse(text, &call.Args) {
		return Call{}, true, &UsageError{fmt.Sprintf(
			"/%s takes %s, or nothing; not %q.", name, c.hint, shorten(text))}
	}
	return call, true, nil
}

func unknown(name string, prompts []string) error {
	names := slices.Clone(prompts)
	for _, c := range All() {
		names = append(names, c.Name)
	}
	advice := "Type /help for the list,"
	if near := spelling.Near(name, names); len(near) > 0 {
		advice = "Did you mean /" + strings.Join(near, " or /") + "? Otherwise type /help for the list,"
	}
	return &UsageError{fmt.Sprintf("There is no command /%s. %s or start with a space to send the line as text.", shorten(name), advice)}
}

// oneOf allows one of the words, in any case.
func oneOf(words []string, set func(*Args, string)) func(string, *Args) bool {
	return func(text string, a *Args) bool {
		word := strings.ToLower(text)
		set(a, word)
		return slices.Contains(words, word)
	}
}

// temperature takes a comma for a point, as many people write it.
func temperature(text string, a *Args) bool {
	t, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	a.Temperature = &t
	return err == nil && t >= 0 && t <= 2
}

// budget reads on, off, or a number of tokens.
func budget(text string, a *Args) bool {
	switch word := strings.ToLower(text); word {
	case "on", "off":
		a.Thinking = word
		return true
	}
	n, err := strconv.Atoi(text)
	a.Budget = &n
	return err == nil && n > 0 && n <= 1<<20
}

func oneLine(text string) bool { return !strings.ContainsFunc(text, unicode.IsControl) }

// shorten keeps a text fit for a sentence.
func shorten(text string) string {
	const most = 40 // runes
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
