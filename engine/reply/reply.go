// Package reply turns the bytes that a model writes into the events of a reply:
// reasoning, text and tool calls, in whole UTF-8 runes.
//
//	p := reply.New(reply.Options{Think: traits.Think, ToolCall: reply.ToolCallTags()})
//	for each piece { events = p.Write(piece); if p.Stopped() { break } }
//	events = p.Close()
//
// The rules follow what models do:
//   - Reasoning stands at the start of a reply, between its tags. The prompt may
//     already have opened it (Options.InReasoning). A little white space before
//     the opening tag is allowed, and belongs to the reasoning. A tag later on,
//     such as one that an answer quotes, is text.
//   - What some models write before an answer without reasoning (Options.Answer)
//     is dropped, with the white space before it.
//   - A tool call is what stands between its tags in the answer, if that is a
//     JSON object with a name; otherwise it is text, so that nothing is lost. A
//     call that the end of the reply leaves open counts when it is complete. In
//     reasoning a tool call is only thought of.
//   - Stop strings end the reply wherever they are written, in the answer and in
//     the reasoning alike, but not inside a tool call, whose JSON they would
//     break. They and what follows are dropped.
//   - Of several tags and stop strings, the one that is complete first counts;
//     of those complete at once, the longest.
//   - A byte that cannot be part of a rune becomes U+FFFD.
//
// How the bytes are cut into pieces changes only how the events are cut.
// Reasoning, text and tool calls, joined, are the model's bytes without the tags
// of the reasoning, so Open + reasoning + Close + text gives the reply back.
//
// A Parser is for one reply and one goroutine.
package reply

import (
	"bytes"

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
	Answer      string // before an answer without reasoning
	ToolCall    Tags
	Stop        []string // empty strings are ignored
	InReasoning bool     // the prompt has opened the reasoning
}

// maxSpace is how many bytes of white space may stand before the reasoning.
// Models write one or two; more are shown rather than held back.
const maxSpace = 64

// Parser reads one reply.
type Parser struct {
	think, call    Tags
	answer         string
	stops          []string
	reasoningMarks []string // what ends a stretch of reasoning: the tag, then stops
	textMarks      []string // what ends a stretch of text: the call's tag, then stops

	step     func(p *Parser, last bool) bool // reads pending; false when it needs more
	pending  []byte
	searched int // bytes of pending without the end of a tool call
	events   []engine.Event
	thinking bool
	stopped  bool
}

// New returns a parser at the start of a reply.
func New(o Options) *Parser {
	p := &Parser{
		think:          o.Think,
		answer:         o.Answer,
		call:           o.ToolCall,
		stops:          o.Stop,
		reasoningMarks: append([]string{o.Think.Close}, o.Stop...),
		textMarks:      append([]string{o.ToolCall.Open}, o.Stop...),
		step:           (*Parser).start,
	}
	if o.InReasoning {
		p.step, p.thinking = (*Parser).reasoning, true
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

// Reasoning tells whether what is written next belongs to the reasoning.
func (p *Parser) Reasoning() bool { return p.thinking }

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
	rest := bytes.TrimLeft(p.pending, " \t\r\n")
	space := len(p.pending) - len(rest)
	_, stop := first(p.pending, p.stops)
	begins := func(mark string) bool {
		return mark != "" && space <= maxSpace && bytes.HasPrefix(rest, []byte(mark)) && (stop.to < 0 || stop.to > space+len(mark))
	}
	mayBegin := func(mark string) bool {
		return mark != "" && space <= maxSpace && bytes.HasPrefix([]byte(mark), rest) && stop.to < 0 && !last
	}
	switch {
	case begins(p.think.Open):
		p.emit(engine.EventReasoning, p.pending[:space], true)
		p.drop(space + len(p.think.Open))
		p.step, p.thinking = (*Parser).reasoning, true
	case begins(p.answer):
		p.drop(space + len(p.answer))
		p.step = (*Parser).text
	case mayBegin(p.think.Open), mayBegin(p.answer):
		return false
	default:
		p.step = (*Parser).text
	}
	return true
}

func (p *Parser) reasoning(last bool) bool {
	which, found := p.until(engine.EventReasoning, last, p.reasoningMarks)
	switch {
	case !found:
		return false
	case which == 0:
		p.step, p.thinking = (*Parser).text, false
	default:
		p.stopped = true
	}
	return true
}

func (p *Parser) text(last bool) bool {
	which, found := p.until(engine.EventText, last, p.textMarks)
	switch {
	case !found:
		return false
	case which == 0:
		p.step = (*Parser).toolCall
	default:
		p.stopped = true
	}
	return true
}

// toolCall holds a call back until it is complete.
func (p *Parser) toolCall(last bool) bool {
	inner, end := p.pending, ""
	if at := bytes.Index(p.pending[p.searched:], []byte(p.call.Close)); at >= 0 && p.call.Close != "" {
		inner, end = p.pending[:p.searched+at], p.call.Close
	} else if !last {
		p.searched = max(0, len(p.pending)-len(p.call.Close)+1)
		return false
	}
	text := valid(inner)
	written := p.call.Open + text + end
	if call, ok := parseCall(text); ok {
		p.events = append(p.events, engine.Event{Kind: engine.EventToolCall, Text: written, ToolCall: &call})
	} else {
		p.events = append(p.events, engine.Event{Kind: engine.EventText, Text: written})
	}
	p.drop(len(inner) + len(end))
	p.searched = 0
	p.step = (*Parser).text
	return len(p.pending) > 0
}

// until emits what is pending as kind up to the first of marks, and drops that
// mark. It tells which one it was. Without one it keeps back what may become a
// mark or a rune, unless these are the last bytes.
func (p *Parser) until(kind engine.EventKind, last bool, marks []string) (which int, found bool) {
	which, at := first(p.pending, marks)
	if at.to >= 0 {
		p.emit(kind, p.pending[:at.from], true)
		p.drop(at.to)
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

// emit makes an event of text and returns how many bytes went into it: without
// all, an unfinished rune at the end stays.
func (p *Parser) emit(kind engine.EventKind, text []byte, all bool) int {
	if !all {
		text = text[:len(text)-unfinished(text)]
	}
	if len(text) > 0 {
		p.events = append(p.events, engine.Event{Kind: kind, Text: valid(text)})
	}
	return len(text)
}

func (p *Parser) drop(n int) { p.pending = p.pending[:copy(p.pending, p.pending[n:])] }
