// Package prompts reads the user's own prompts: text files in a folder, each a
// command of its own. prompts/translate.md is the command /translate:
//
//	# Translate into English
//	Translate this into English, and say nothing else:
//
//	{{input}}
//
// A first line that begins with # says what the prompt does, and is not part of
// it. These placeholders are filled in, once; anything else in braces stays:
//
//	{{input}}      what stands behind the command's name
//	{{date}}       today, such as 2026-05-12
//	{{time}}       now, such as 14:05
//	{{clipboard}}  the text on the clipboard
//	{{reply}}      the last reply of the chat
//
// Without {{input}}, what stands behind the name follows the prompt. A prompt is
// text and nothing more: it names no program, and a built-in command goes before
// one of its name. Files are read anew each time, so an edit counts at once.
package prompts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxPrompts = 200      // far more than fit into a palette
	maxSize    = 64 << 10 // bytes of a file
)

// Prompt is one of the user's own.
type Prompt struct {
	Name  string // of the command, without the slash
	About string // one line; "" when the file says nothing
	text  string
}

// names matches what can be typed as a command.
var names = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// Load reads the prompts in dir by name; a missing folder has none. taken tells
// the names of built-in commands. The problems are sentences about files that
// are left out.
func Load(dir string, taken func(name string) bool) (list []Prompt, problems []string) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || dir == "" {
		return nil, nil
	}
	if err != nil {
		return nil, []string{fmt.Sprintf("The prompts cannot be read: %v.", err)}
	}
	for _, e := range entries {
		name, isPrompt := strings.CutSuffix(e.Name(), ".md")
		if !isPrompt {
			continue
		}
		switch {
		case len(list) == maxPrompts:
			return list, append(problems, fmt.Sprintf("Only the first %d prompts are used.", maxPrompts))
		case !names.MatchString(name):
			problems = append(problems, fmt.Sprintf("The prompt %s is left out: its name must be small letters, digits and hyphens.", e.Name()))
			continue
		case taken(name):
			problems = append(problems, fmt.Sprintf("The prompt %s is left out: /%s is a command of the app.", e.Name(), name))
			continue
		}
		p, err := read(filepath.Join(dir, e.Name()))
		if err != nil {
			problems = append(problems, fmt.Sprintf("The prompt %s is left out: %v.", e.Name(), err))
			continue
		}
		p.Name = name
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Prompt) int { return strings.Compare(a.Name, b.Name) })
	return list, problems
}

// Stamp is a text that changes when a file in dir comes, goes or is edited.
func Stamp(dir string) string {
	entries, _ := os.ReadDir(dir) // Load tells what is wrong with it
	var stamp strings.Builder
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			fmt.Fprintln(&stamp, e.Name(), info.Size(), info.ModTime().UnixNano())
		}
	}
	return stamp.String()
}

func read(path string) (Prompt, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Prompt{}, errors.New("it cannot be read")
	}
	if !info.Mode().IsRegular() || info.Size() > maxSize {
		return Prompt{}, fmt.Errorf("it must be a text of at most %d kB", maxSize>>10)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Prompt{}, errors.New("it cannot be read")
	}
	text := strings.TrimPrefix(strings.ReplaceAll(string(data), "\r\n", "\n"), "\ufeff")
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return Prompt{}, errors.New("it is no text in UTF-8")
	}
	var p Prompt
	if about, found := strings.CutPrefix(text, "# "); found {
		p.About, text, _ = strings.Cut(about, "\n")
		p.About = strings.TrimSpace(p.About)
	}
	if p.text = strings.TrimSpace(text); p.text == "" {
		return Prompt{}, errors.New("it is empty")
	}
	return p, nil
}

// Needs tells whether the prompt has the placeholder, such as "clipboard".
func (p Prompt) Needs(placeholder string) bool {
	return strings.Contains(p.text, "{{"+placeholder+"}}")
}

// Fill is the prompt with its placeholders filled in. What comes in is not
// looked through for placeholders again.
func (p Prompt) Fill(values map[string]string) string {
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "{{"+name+"}}", value)
	}
	text := strings.NewReplacer(pairs...).Replace(p.text)
	if input := values["input"]; input != "" && !p.Needs("input") {
		text += "\n\n" + input
	}
	return text
}
