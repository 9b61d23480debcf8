// Package imports reads the chats that other programs export, and our own.
//
// Known are: our JSON, of one chat or several; ChatGPT's conversations.json,
// alone or in the archive that comes by mail; the conversation files of LM
// Studio; Jan's threads; the JSON and JSONL of llama.cpp's page; the database of
// Ollama's app; and a .zip of any of these. What a file is, its contents tell,
// never its name.
//
// Read only reads: it stores nothing and says what would come and what would be
// left out. Branches and times are kept as far as the file has them. A file is
// data: sizes are bounded, nothing in it names another file or a program, and
// damage gives a *chat.ImportError's sentence, not a crash.
//
// The functions keep no state and may be called concurrently.
package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"notso/app/chat"
	"notso/app/export"
	"notso/app/store"
)

// The most that is read. Exports of many years are a few hundred MB.
const (
	MaxFile    = 512 << 20 // bytes of a file, and of all that a .zip unpacks to
	maxEntries = 50_000    // files in a .zip
	maxChats   = 100_000
	maxTurns   = 100_000 // of one chat
)

// Chat is one chat of a file. Ids are only those within it; a parent comes
// before its turns.
type Chat struct {
	chat.Chat
	Turns []chat.Turn
}

// Reason says why something is left out.
type Reason string

const (
	Empty   Reason = "empty"   // chats without a message
	Media   Reason = "media"   // pictures, recordings and files
	Tools   Reason = "tools"   // calls of tools and what they answered
	Hidden  Reason = "hidden"  // messages that their program does not show
	Damaged Reason = "damaged" // chats or messages that make no sense
	Known   Reason = "known"   // chats that are here already
	Foreign Reason = "foreign" // files of a .zip that hold no chat
)

// Reasons lists them in the order to tell them.
func Reasons() []Reason { return []Reason{Known, Empty, Media, Tools, Hidden, Damaged, Foreign} }

// Result is what a file holds.
type Result struct {
	Sources []string // programs that it comes from, such as "ChatGPT"
	Chats   []Chat
	Left    map[Reason]int
}

// Turns counts the turns of all chats.
func (r Result) Turns() (n int) {
	for _, c := range r.Chats {
		n += len(c.Turns)
	}
	return n
}

// Span is the time of the oldest and of the latest chat.
func (r Result) Span() (from, to time.Time) {
	for i, c := range r.Chats {
		if i == 0 || c.Created.Before(from) {
			from = c.Created
		}
		if c.Updated.After(to) {
			to = c.Updated
		}
	}
	return from, to
}

// Add puts what another file holds behind what is there.
func (r *Result) Add(other Result) {
	for _, s := range other.Sources {
		if !slices.Contains(r.Sources, s) {
			r.Sources = append(r.Sources, s)
		}
	}
	r.Chats = append(r.Chats, other.Chats...)
	for reason, n := range other.Left {
		r.leave(reason, n)
	}
}

// Drop leaves out what is among chats already: of the same title, begun at the
// same moment.
func (r *Result) Drop(chats []chat.Chat) {
	type mark struct {
		title string
		begun int64
	}
	known := make(map[mark]bool, len(chats))
	for _, c := range chats {
		known[mark{c.Title, c.Created.UnixMilli()}] = true
	}
	before := len(r.Chats)
	r.Chats = slices.DeleteFunc(r.Chats, func(c Chat) bool { return known[mark{c.Title, c.Created.UnixMilli()}] })
	r.leave(Known, before-len(r.Chats))
}

// Incoming is the chats as the store takes them.
func (r Result) Incoming() []store.Incoming {
	chats := make([]store.Incoming, len(r.Chats))
	for i, c := range r.Chats {
		chats[i] = store.Incoming{Chat: c.Chat, Turns: c.Turns}
	}
	return chats
}

func (r *Result) leave(reason Reason, n int) {
	if n == 0 {
		return
	}
	if r.Left == nil {
		r.Left = map[Reason]int{}
	}
	r.Left[reason] += n
}

// source notes where chats come from.
func (r *Result) source(name string) { r.Add(Result{Sources: []string{name}}) }

// errUnknown: the contents are those of no program that is known.
var errUnknown = errors.New("unknown contents")

func refuse(format string, args ...any) error {
	return &export.ImportError{Reason: fmt.Sprintf(format, args...)}
}

// Read reads a file of size bytes.
// Errors: *export.ImportError, those of r.
func Read(r io.ReaderAt, size int64) (Result, error) {
	if size > MaxFile {
		return Result{}, refuse("The file is larger than %d MB, which is the most that can be imported.", MaxFile>>20)
	}
	var start [16]byte
	n, err := r.ReadAt(start[:], 0)
	if err != nil && err != io.EOF {
		return Result{}, err
	}
	var result Result
	switch head := start[:n]; {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		result, err = readZip(r, size)
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		result, err = readOllama(io.NewSectionReader(r, 0, size))
	default:
		var data []byte
		if data, err = io.ReadAll(io.NewSectionReader(r, 0, size)); err == nil {
			result, err = readText(data)
		}
	}
	if errors.Is(err, errUnknown) {
		err = refuse("The file holds no chats in a form that is known: those of this app, ChatGPT, LM Studio, Jan, llama.cpp and Ollama are.")
	}
	return result, err
}
