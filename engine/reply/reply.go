// Package reply turns the bytes that a model writes into the events of a reply:
// reasoning, text and tool calls, in whole UTF-8 runes.
//
// The rules follow what models do:
//   - Reasoning stands at the start of a reply, between its tags. The prompt may
//     already have opened it (Options.InReasoning). White space before the
//     opening tag belongs to the reasoning. A tag later on, such as one that an
//     answer quotes, is text.
//   - A tool call is what stands between its tags in the answer, if that is a
//     JSON object with a name; otherwise it is text, so that nothing is lost. A
//     call that the end of the reply leaves open counts when it is complete.
//   - Stop strings are looked for in the answer, outside of tool calls: one that
//     cut the reasoning would leave no answer. What comes after one is dropped.
//   - Of several tags and stop strings, the one that is complete first counts.
//   - A byte that is no part of a rune becomes U+FFFD.
//
// How the bytes are cut into pieces changes only how the events are cut.
// Reasoning and text, joined, are the model's bytes without the tags, so
// Open + reasoning + Close + text gives the reply back.
//
// A Parser is for one reply and one goroutine.
package reply

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"notso/engine"
)

// Tags mark the beginning and end of a part. Empty ones mark nothing.
type Tags struct {
	Open, Close string
}

// ToolCallTags are those of SmolLM3, Qwen, Hermes and many others.
func ToolCallTags() Tags { return Tags{"<tool_call>", "</tool_call>"} }

// Options say what a model's replies look like.
type Options struct {
	Think       Tags
	ToolCall    Tags
	Stop        []string // empty strings are ignored
	InReasoning bool     // the prompt has opened the reasoning
}

// Parser reads one reply.
type Parser struct {
	options Options
	step    func(*Parser, bool) bool // reads pending; false when it needs more
	pending []byte
	events  []engine.Event
	stopped bool
}

// New returns a parser at the start of a reply.
func New(o Options) *Parser {
	p := &Parser{options: o, step: (*Parser).start}
	if o.InReasoning {
		p.step = (*Parser).reasoning
	}
	return p
}

// Write takes the next bytes and returns the events that are certain by now.
// They are valid until the next call.
func (p *Parser) Write(piece []byte) []engine.Event {
	p.events = p.events[:0]
	if !p.stopped {
		p.pending = append(p.pending, piece...)
		p.run(false)
	}
	return p.events
}

// Close returns the events of what was held back. The reply has ended.
func (p *Parser) Close() []engine.Event {
	p.events = p.events[:0]
	p.run(true)
	return p.events
}

// Stopped tells that a stop string was written. Nothing more comes.
func (p *Parser) Stopped() bool { return p.stopped }

func (p *Parser) run(last bool) {
	for !p.stopped && p.step(p, last) {
	}
	if p.stopped {
		p.pending = p.pending[:0]
	}
}

// start decides whether the reply begins with reasoning.
func (p *Parser) start(last bool) bool {
	open := []byte(p.options.Think.Open)
	rest := bytes.TrimLeft(p.pending, " \t\r\n")
	switch {
	case len(open) > 0 && bytes.HasPrefix(rest, open):
		space := len(p.pending) - len(rest)
		p.emit(engine.EventReasoning, p.pending[:space], true)
		p.drop(space + len(open))
		p.step = (*Parser).reasoning
	case len(open) > 0 && bytes.HasPrefix(open, rest) && !last:
		return false
	default:
		p.step = (*Parser).text
	}
	return true
}

func (p *Parser) reasoning(last bool) bool {
	_, found := p.until(engine.EventReasoning, last, p.options.Think.Close)
	if found {
		p.step = (*Parser).text
	}
	return found
}

func (p *Parser) text(last bool) bool {
	marks := append([]string{p.options.ToolCall.Open}, p.options.Stop...)
	i, found := p.until(engine.EventText, last, marks...)
	switch {
	case !found:
		return false
	case i == 0:
		p.step = (*Parser).toolCall
	default:
		p.stopped = true
	}
	return true
}

// toolCall holds a call back until it is complete.
func (p *Parser) toolCall(last bool) bool {
	tags := p.options.ToolCall
	end := bytes.Index(p.pending, []byte(tags.Close))
	if end < 0 && !last {
		return false
	}
	inner, close := p.pending, ""
	if end >= 0 {
		inner, close = p.pending[:end], tags.Close
	}
	written := tags.Open + string(inner) + close
	if call, ok := parseCall(inner); ok {
		p.events = append(p.events, engine.Event{Kind: engine.EventToolCall, Text: valid(written), ToolCall: &call})
	} else {
		p.emit(engine.EventText, []byte(written), true)
	}
	p.drop(len(inner) + len(close))
	p.step = (*Parser).text
	return len(p.pending) > 0
}

// until emits what is pending as kind up to the mark that is complete first,
// and drops that mark. It tells which one it was. Without one it keeps back
// what may become a mark or a rune, unless these are the last bytes.
func (p *Parser) until(kind engine.EventKind, last bool, marks ...string) (which int, found bool) {
	from, to := -1, -1
	for i, m := range marks {
		at := bytes.Index(p.pending, []byte(m))
		if m == "" || at < 0 {
			continue
		}
		if end := at + len(m); to < 0 || end < to || end == to && at < from {
			which, from, to, found = i, at, end, true
		}
	}
	if found {
		p.emit(kind, p.pending[:from], true)
		p.drop(to)
		return which, true
	}
	sure := len(p.pending)
	if !last {
		for _, m := range marks {
			sure = min(sure, len(p.pending)-overlap(p.pending, m))
		}
	}
	p.drop(p.emit(kind, p.pending[:sure], last))
	return 0, false
}

// overlap is the length of the longest end of text that m may begin with, short
// of all of m.
func overlap(text []byte, m string) int {
	for n := min(len(text), len(m)-1); n > 0; n-- {
		if string(text[len(text)-n:]) == m[:n] {
			return n
		}
	}
	return 0
}

// emit makes an event of text and returns how many bytes went into it: without
// all, an unfinished rune at the end stays.
func (p *Parser) emit(kind engine.EventKind, text []byte, all bool) int {
	if !all {
		text = text[:len(text)-unfinished(text)]
	}
	if len(text) > 0 {
		p.events = append(p.events, engine.Event{Kind: kind, Text: valid(string(text))})
	}
	return len(text)
}

func (p *Parser) drop(n int) { p.pending = p.pending[:copy(p.pending, p.pending[n:])] }

// unfinished is the number of bytes at the end that may yet become a rune.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		tail := text[len(text)-n:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// valid replaces each byte that is no part of a rune.
func valid(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return string([]rune(text))
}

func parseCall(text []byte) (engine.ToolCall, bool) {
	var call engine.ToolCall
	if json.Unmarshal(text, &call) != nil || call.Name == "" {
		return engine.ToolCall{}, false
	}
	if len(call.Arguments) == 0 {
		call.Arguments = json.RawMessage("{}")
	}
	return call, true
}
