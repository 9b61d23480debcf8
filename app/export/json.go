package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"notso/app/chat"
	"notso/app/config"
	"notso/app/words"
)

const (
	kind    = "notso-chat" // marks our files
	version = 1            // of the schema below

	// maxImportBytes and maxImportTurns bound what is read: a hundred times the
	// longest chat that fits a context of 131,072 tokens.
	maxImportBytes = 64 << 20
	maxImportTurns = 100_000

	maxCandidates = 4 // replies side by side, the most that the window offers
)

// file is the JSON of a chat. Ids are only those within the file.
type file struct {
	Kind    string     `json:"kind"`
	Version int        `json:"version"`
	Chat    fileChat   `json:"chat"`
	Turns   []fileTurn `json:"turns"` // a parent comes before its children
}

type fileChat struct {
	Title    string        `json:"title"`
	Named    bool          `json:"named,omitempty"`
	Pinned   bool          `json:"pinned,omitempty"`
	Head     int64         `json:"head,omitempty"`
	Context  int64         `json:"context,omitempty"`
	Settings chat.Settings `json:"settings"` // see ofAnyMachine
	Created  time.Time     `json:"created"`
	Updated  time.Time     `json:"updated"`
}

type fileTurn struct {
	ID        int64      `json:"id"`
	Parent    int64      `json:"parent,omitempty"`
	Role      chat.Role  `json:"role"`
	Text      string     `json:"text"`
	Reasoning string     `json:"reasoning,omitempty"`
	State     chat.State `json:"state"`
	Error     string     `json:"error,omitempty"`
	Origin    string     `json:"origin,omitempty"`
	Pinned    bool       `json:"pinned,omitempty"`
	Files     []fileFile `json:"files,omitempty"`
	Stats     chat.Stats `json:"stats"`
	Created   time.Time  `json:"created"`
}

// fileFile is a file that went with a message, with the text that was read.
type fileFile struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Bytes  int64  `json:"bytes"`
	Tokens int    `json:"tokens,omitempty"`
	Text   string `json:"text"`
}

func writeJSON(w io.Writer, _ words.Words, c chat.Chat, turns []chat.Turn) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(newFile(c, turns))
}

func newFile(c chat.Chat, turns []chat.Turn) file {
	f := file{
		Kind: kind, Version: version,
		Chat: fileChat{
			Title: c.Title, Named: c.Named, Pinned: c.Pinned, Head: c.Head, Context: c.Context,
			Settings: ofAnyMachine(c.Settings), Created: c.Created.UTC(), Updated: c.Updated.UTC(),
		},
		Turns: []fileTurn{},
	}
	for _, t := range turns {
		f.Turns = append(f.Turns, fileTurn{
			ID: t.ID, Parent: t.Parent, Role: t.Role, Text: t.Text, Reasoning: t.Reasoning, State: t.State,
			Error: t.Error, Origin: t.Origin, Pinned: t.Pinned, Stats: t.Stats, Created: t.Created.UTC(), Files: filesOut(t.Files),
		})
	}
	return f
}

// ofAnyMachine leaves out the model and the name of the preset. The model is the path
// of a file on one machine, which tells of its user on the way out and must not be
// obeyed on the way in; a preset of that name may say something else elsewhere.
func ofAnyMachine(s chat.Settings) chat.Settings {
	s.Model, s.Preset = "", ""
	return s
}

// ImportError says in one sentence why a file is not imported.
type ImportError struct {
	Reason string
}

func (e *ImportError) Error() string { return e.Reason }

func refuse(format string, args ...any) error {
	return &ImportError{Reason: fmt.Sprintf(format, args...)}
}

// Import reads a chat that Write wrote as JSON. The ids are those of the file,
// for store.AddChat to replace; replies that were being written are interrupted.
// Errors: *ImportError, those of r.
func Import(r io.Reader) (chat.Chat, []chat.Turn, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxImportBytes+1))
	if err != nil {
		return chat.Chat{}, nil, fmt.Errorf("import a chat: %w", err)
	}
	f, err := parse(b)
	if err != nil {
		return chat.Chat{}, nil, err
	}
	turns, err := f.turns()
	if err != nil {
		return chat.Chat{}, nil, err
	}
	return chat.Chat{
		Title: f.Chat.Title, Named: f.Chat.Named, Pinned: f.Chat.Pinned, Head: f.Chat.Head, Context: f.Chat.Context,
		Settings: ofAnyMachine(f.Chat.Settings), Created: f.Chat.Created, Updated: f.Chat.Updated,
	}, turns, nil
}

// parse reads the file's outer form, strictly once its version is known.
func parse(b []byte) (file, error) {
	if len(b) > maxImportBytes {
		return file{}, refuse("The file is larger than %d MB, which no chat is.", maxImportBytes>>20)
	}
	var mark struct {
		Kind    string `json:"kind"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(b, &mark); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return file{}, refuse("The file is not complete JSON: it breaks off or is damaged at byte %d.", syntax.Offset)
		}
		return file{}, refuse("The file is JSON, but not a chat that was exported from here.")
	}
	switch {
	case mark.Kind != kind:
		return file{}, refuse("The file is JSON, but not a chat that was exported from here.")
	case mark.Version > version:
		return file{}, refuse("The file was written by a newer version of the app; update the app to import it.")
	case mark.Version < 1:
		return file{}, refuse("The file has no valid version number.")
	}
	var f file
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return file{}, refuse("The file has a field that a chat does not have: %v.", err)
	}
	return f, nil
}

// turns checks that the turns are a tree and that all their values are ones
// that the app knows.
func (f file) turns() ([]chat.Turn, error) {
	if len(f.Turns) > maxImportTurns {
		return nil, refuse("The file has %d turns; %d is the most that a chat can have.", len(f.Turns), maxImportTurns)
	}
	if err := checkSettings(f.Chat.Settings); err != nil {
		return nil, err
	}
	known := map[int64]bool{0: true}
	var turns []chat.Turn
	for i, t := range f.Turns {
		switch {
		case t.ID <= 0 || known[t.ID]:
			return nil, refuse("Turn %d of the file has no id of its own.", i+1)
		case !known[t.Parent]:
			return nil, refuse("Turn %d of the file follows turn id %d, which does not come before it.", i+1, t.Parent)
		case t.Role != chat.User && t.Role != chat.Assistant:
			return nil, refuse("Turn %d of the file has the unknown role %q.", i+1, t.Role)
		}
		switch t.State {
		case chat.Done, chat.Stopped, chat.Interrupted, chat.Failed:
		case chat.Running:
			t.State = chat.Interrupted
		default:
			return nil, refuse("Turn %d of the file has the unknown state %q.", i+1, t.State)
		}
		if t.Stats.Sampling != nil { // as it was before it was indented
			var compact bytes.Buffer
			if err := json.Compact(&compact, t.Stats.Sampling); err != nil {
				return nil, refuse("Turn %d of the file has damaged statistics.", i+1)
			}
			t.Stats.Sampling = compact.Bytes()
		}
		known[t.ID] = true
		turns = append(turns, chat.Turn{
			ID: t.ID, Parent: t.Parent, Role: t.Role, Text: t.Text, Reasoning: t.Reasoning, State: t.State,
			Error: t.Error, Origin: t.Origin, Pinned: t.Pinned, Stats: t.Stats, Created: t.Created, Files: filesIn(t.Files),
		})
	}
	if !known[f.Chat.Head] || !known[f.Chat.Context] {
		return nil, refuse("The chat refers to a turn that is not in the file.")
	}
	return turns, nil
}

// checkSettings refuses what no setting of the app can be; see package config.
func checkSettings(s chat.Settings) error {
	if s.Model != "" {
		return refuse("The file has a field that a chat does not have: %v.", "model")
	}
	switch s.Thinking {
	case "", "on", "off":
	default:
		return refuse("The chat's thinking setting is %q instead of on or off.", s.Thinking)
	}
	whole := func(n *int) *float64 {
		if n == nil {
			return nil
		}
		value := float64(*n)
		return &value
	}
	for name, value := range map[string]*float64{
		"temperature": s.Temperature, "top_k": whole(s.TopK), "top_p": s.TopP, "min_p": s.MinP,
		"repeat_penalty": s.RepeatPenalty, "presence_penalty": s.PresencePenalty, "frequency_penalty": s.FrequencyPenalty,
		"max_tokens": whole(&s.MaxTokens), "thinking_budget": whole(s.ThinkingBudget),
	} {
		k, _ := config.FindKey(name)
		if err := checkRange(name, value, k.Least, k.Most); err != nil {
			return err
		}
	}
	return checkRange("candidates", whole(&s.Candidates), 0, maxCandidates)
}

func checkRange(name string, value *float64, least, most float64) error {
	if value != nil && !(least <= *value && *value <= most) {
		return refuse("The chat's %s is %v instead of %v to %v.", name, *value, least, most)
	}
	return nil
}

func filesOut(files []chat.Attachment) (out []fileFile) {
	for _, f := range files {
		out = append(out, fileFile{Name: f.Name, Kind: f.Kind, Bytes: f.Bytes, Tokens: f.Tokens, Text: f.Text})
	}
	return out
}

func filesIn(files []fileFile) (in []chat.Attachment) {
	for _, f := range files {
		in = append(in, chat.Attachment{Name: f.Name, Kind: f.Kind, Bytes: f.Bytes, Tokens: f.Tokens, Text: f.Text})
	}
	return in
}
