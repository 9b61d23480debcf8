// Package export writes chats to files that stand on their own, and reads back
// the ones in JSON.
//
// Markdown, HTML and plain text hold the branch that is shown: what one would
// print. JSON holds the whole tree with everything that is known of each turn,
// and Import gives it back. The HTML fetches nothing and runs nothing.
//
// The functions keep no state and may be called concurrently.
package export

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"notso/app/chat"
	"notso/app/words"
)

// Format is a kind of file that a chat can be written to.
type Format struct {
	Name      string // for the command line, such as "md"
	Extension string // of files, with its dot
	Title     string // for people

	write func(io.Writer, words.Words, chat.Chat, []chat.Turn) error
}

// Formats lists the formats, the one to suggest first.
func Formats() []Format {
	return []Format{
		{Name: "md", Extension: ".md", Title: "Markdown", write: writeMarkdown},
		{Name: "html", Extension: ".html", Title: "Web page", write: writeHTML},
		{Name: "json", Extension: ".json", Title: "JSON, with all branches", write: writeJSON},
		{Name: "txt", Extension: ".txt", Title: "Plain text", write: writeText},
	}
}

// UnknownFormatError names a format that is not among Formats.
type UnknownFormatError struct {
	Name string
}

func (e *UnknownFormatError) Error() string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return fmt.Sprintf("unknown format %q; there are %s", e.Name, strings.Join(names, ", "))
}

// Write writes a chat to w, with the words around it in English. Turns are all
// turns of the chat.
// Errors: *UnknownFormatError, those of w.
func Write(w io.Writer, name string, c chat.Chat, turns []chat.Turn) error {
	return WriteIn(words.Words{}, w, name, c, turns)
}

// WriteIn is Write in another language. JSON is the same in all.
func WriteIn(in words.Words, w io.Writer, name string, c chat.Chat, turns []chat.Turn) error {
	f, err := format(name)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(w)
	if err := f.write(buffered, in, c, turns); err != nil {
		return fmt.Errorf("export chat %d: %w", c.ID, err)
	}
	return buffered.Flush()
}

// Replace puts what write writes in the place of the file at path, whole or not
// at all. The file is for this user alone, as the chats are.
func Replace(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".notso-export-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // not there any more when all went well
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// maxNameBytes keeps a suggested name well below the 255 bytes that file
// systems allow, so that people can add to it.
const maxNameBytes = 80

// FileName suggests a name for a chat's file that every system takes. It has no
// extension when there is no such format.
func FileName(c chat.Chat, name string) string {
	f, _ := format(name)
	return fileStem(c.Title) + f.Extension
}

func fileStem(title string) string {
	name := strings.Map(func(c rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, c) || unicode.IsSpace(c) {
			return ' '
		}
		if !unicode.IsPrint(c) { // control and direction characters too
			return -1
		}
		return c
	}, strings.ToValidUTF8(title, ""))
	name = strings.Join(strings.Fields(name), " ")
	if len(name) > maxNameBytes {
		cut := maxNameBytes
		for !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = name[:cut]
	}
	name = strings.Trim(name, ". ") // hidden on Unix, dropped on Windows
	if name == "" || reserved(name) {
		name = strings.TrimSpace("Chat " + name)
	}
	return name
}

// reserved tells whether Windows takes name, up to its first dot, for a device.
func reserved(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base = strings.TrimSpace(base); base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	port, digit := strings.CutPrefix(base, "COM")
	if !digit {
		port, digit = strings.CutPrefix(base, "LPT")
	}
	return digit && utf8.RuneCountInString(port) == 1 && strings.Contains("0123456789¹²³", port)
}

// format returns the format of that name.
func format(name string) (Format, error) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, &UnknownFormatError{Name: name}
}

// clock is how times are written for people.
const clock = "2006-01-02 15:04"

// heading is the chat's title, or a stand-in.
func heading(in words.Words, c chat.Chat) string {
	if title := strings.Join(strings.Fields(c.Title), " "); title != "" {
		return title
	}
	return in.Say("export.chat")
}

// speaker names who wrote a turn, which is one of turns.
func speaker(in words.Words, t chat.Turn, turns []chat.Turn) string {
	switch {
	case t.Role == chat.User:
		return in.Say("export.you")
	case t.Origin == chat.OriginEdit:
		return in.Say("export.edited", writer(in, t, turns))
	case t.Origin != "":
		first, size := utf8.DecodeRuneInString(t.Origin)
		return string(unicode.ToUpper(first)) + t.Origin[size:]
	case t.Stats.Model != "":
		return t.Stats.Model
	}
	return in.Say("export.assistant")
}

// writer names the model that wrote what an edited reply was before: a version
// of it that stands beside it. The nearest before it will be the one.
func writer(in words.Words, edited chat.Turn, turns []chat.Turn) string {
	for _, t := range slices.Backward(turns) {
		if t.ID < edited.ID && t.Parent == edited.Parent && t.Origin == "" && t.Stats.Model != "" {
			return t.Stats.Model
		}
	}
	return in.Say("export.assistant")
}

// note says why a turn is not complete, "" when it is.
func note(in words.Words, t chat.Turn) string {
	switch t.State {
	case chat.Running:
		return in.Say("export.running")
	case chat.Stopped:
		return in.Say("export.stopped")
	case chat.Interrupted, chat.Failed:
		if t.Error != "" {
			return in.Anew(t.Error)
		}
		return in.Say("export.ended")
	}
	return ""
}
