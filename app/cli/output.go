package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"

	"notso/app/chat"
	"notso/app/words"
	"notso/engine"
)

// output prints one reply: each of its events, then its end.
type output interface {
	event(engine.Event)
	end(chat.Turn) // the turn is empty when the reply has failed
}

const (
	dim       = "\x1b[2m"
	normal    = "\x1b[0m"
	clearLine = "\r\x1b[K"
)

// plain prints a reply for people. On a terminal the reasoning is dim and
// progress comes and goes on one line; elsewhere the text stands alone.
type plain struct {
	out, status io.Writer // status is nil when nobody watches
	terminal    bool      // out is one
	colour      bool
	dimmed      bool
	words       words.Words
	kind        engine.EventKind // of the last piece
	shown       bool             // progress is on the screen
	lineOpen    bool             // out stands within a line
}

func newPlain(env Env) *plain {
	p := &plain{out: env.Stdout, words: env.Words, terminal: isTerminal(env.Stdout)}
	p.colour = p.terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if isTerminal(env.Stderr) {
		p.status = env.Stderr
	}
	return p
}

func (p *plain) event(e engine.Event) {
	switch e.Kind {
	case engine.EventLoading:
		p.progress("Loading the model", e.Progress)
	case engine.EventProgress:
		p.progress("Reading the prompt", e.Progress)
	case engine.EventReasoning, engine.EventText, engine.EventToolCall:
		p.piece(e.Kind, e.Text)
	}
}

func (p *plain) progress(what string, done *engine.Progress) {
	if p.status == nil || done == nil || done.Total == 0 || p.lineOpen {
		return
	}
	fmt.Fprintf(p.status, "%s%s, %d %%", clearLine, p.words.Of(what), 100*done.Done/done.Total)
	p.shown = true
}

// say shows a line that the next one takes the place of.
func (p *plain) say(text string) {
	if p.status == nil || p.lineOpen {
		return
	}
	fmt.Fprint(p.status, clearLine+printable(text))
	p.shown = true
}

func (p *plain) piece(kind engine.EventKind, text string) {
	p.clear()
	if p.kind != kind && (p.kind == "" || p.kind == engine.EventReasoning) {
		text = strings.TrimLeft(text, "\n") // templates put empty lines around the reasoning
		if text == "" {
			return
		}
		p.begin(kind)
	}
	p.kind = kind
	p.lineOpen = !strings.HasSuffix(text, "\n")
	if p.terminal {
		text = printable(text)
	}
	fmt.Fprint(p.out, text)
}

// begin goes over to another kind of text, below an empty line.
func (p *plain) begin(kind engine.EventKind) {
	if p.lineOpen {
		fmt.Fprintln(p.out)
	}
	if p.kind != "" {
		fmt.Fprintln(p.out)
	}
	p.setDim(kind == engine.EventReasoning)
}

func (p *plain) setDim(on bool) {
	if !p.colour || p.dimmed == on {
		return
	}
	p.dimmed = on
	fmt.Fprint(p.out, map[bool]string{true: dim, false: normal}[on])
}

func (p *plain) end(chat.Turn) {
	p.clear()
	p.setDim(false)
	if p.lineOpen {
		fmt.Fprintln(p.out)
	}
}

func (p *plain) clear() {
	if p.shown {
		fmt.Fprint(p.status, clearLine)
		p.shown = false
	}
}

// lines prints a reply for programs: one JSON object a line.
type lines struct {
	to *json.Encoder
}

func newLines(env Env) lines {
	to := json.NewEncoder(env.Stdout)
	to.SetEscapeHTML(false)
	return lines{to}
}

func (l lines) event(e engine.Event) {
	switch e.Kind {
	case engine.EventReasoning, engine.EventText, engine.EventProgress, engine.EventToolCall:
		l.to.Encode(e)
	}
}

// doneLine is the last line. It is part of the program's interface, so it names
// its fields itself.
type doneLine struct {
	Event  engine.EventKind `json:"event"`
	Finish string           `json:"finish"`
	Usage  struct {
		PromptTokens int `json:"prompt_tokens"`
		CachedTokens int `json:"cached_tokens"`
		ReplyTokens  int `json:"reply_tokens"`
	} `json:"usage"`
	Timings struct {
		FirstTokenMS          float64 `json:"first_token_ms"`
		DecodeTokensPerSecond float64 `json:"decode_tokens_per_second"`
	} `json:"timings"`
}

func (l lines) end(turn chat.Turn) {
	if turn.State != chat.Done && turn.State != chat.Stopped {
		return // the sentence on standard error is the end
	}
	d := doneLine{Event: engine.EventDone, Finish: turn.Stats.Finish}
	if turn.State == chat.Stopped {
		d.Finish = string(engine.FinishStopped)
	}
	d.Usage.PromptTokens, d.Usage.CachedTokens, d.Usage.ReplyTokens = turn.Stats.PromptTokens, turn.Stats.CachedTokens, turn.Stats.ReplyTokens
	d.Timings.FirstTokenMS, d.Timings.DecodeTokensPerSecond = turn.Stats.FirstTokenMS, turn.Stats.TokensPerSecond
	l.to.Encode(d)
}

// printable drops what could command a terminal: a model, a title or a file
// name must not move the cursor, change colours or answer for the user.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}

// oneLine is printable for what stands in a line.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(printable(text))
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
