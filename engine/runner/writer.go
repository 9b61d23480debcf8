package runner

import (
	"strings"
	"time"

	"notso/engine"
	"notso/engine/llama"
	"notso/engine/reply"
)

// writer makes events out of the tokens of one reply, keeps its limits and
// counts what engine.Done tells.
type writer struct {
	sampler *llama.Sampler
	parser  *reply.Parser
	vocab   *llama.Vocab
	tags    map[llama.Token]bool
	limit   int // tokens to write at most; 0 is no limit
	budget  budget
	done    engine.Done

	begun          []engine.Event // of what the reply begins with, not told yet
	begunReasoning int            // tokens
	alternatives   int            // to tell of with each token
	choice         *engine.Choice // of the token sampled last; nil when it is told, or not asked for

	called      time.Time // of Reply
	prefillFrom time.Time
	first       time.Time // the first token was there
	last        time.Time
	reasonFrom  time.Time
	piece       []byte
}

// next picks the token after the one at index of the context's last batch. The
// grammar holds for the answer alone.
// Errors: *engine.GrammarError.
func (w *writer) next(c *llama.Context, index int) (llama.Token, error) {
	w.sampler.Suspend(w.parser.Reasoning())
	token := w.sampler.Sample(c, index)
	if token == llama.NoToken {
		return token, &engine.GrammarError{Reason: "it leads to where no token of this model goes on"}
	}
	if w.alternatives > 0 {
		w.choice = w.choose(c, index, token)
	}
	return token, nil
}

// write takes the next token of the reply. finish is empty while it goes on.
func (w *writer) write(token llama.Token) (events []engine.Event, finish engine.Finish) {
	w.last = time.Now()
	if w.first.IsZero() {
		w.first = w.last
	}
	if w.vocab.IsEnd(token) {
		return w.tell(token, false, nil), engine.FinishEnd
	}
	w.done.Usage.ReplyTokens++
	w.piece = w.vocab.AppendPiece(w.piece[:0], token, w.tags[token])
	before := w.parser.Reasoning()
	events = w.parser.Write(w.piece)
	w.observe(before)
	events = w.tell(token, before || w.parser.Reasoning(), events)
	switch {
	case w.parser.Stopped():
		return events, engine.FinishStop
	case w.limit > 0 && w.done.Usage.ReplyTokens >= w.limit:
		return events, engine.FinishLength
	}
	return events, ""
}

// finish returns the last events: what the parser held back, and the summary.
func (w *writer) finish(finish engine.Finish) []engine.Event {
	events := append(w.begun, w.parser.Close()...)
	if finish != engine.FinishEnd {
		events = withoutHalfRune(events)
	}
	if w.parser.Reasoning() {
		w.endReasoning()
	}
	w.done.Finish = finish
	u, t := &w.done.Usage, &w.done.Timings
	if !w.first.IsZero() {
		t.FirstTokenMS = milliseconds(w.first.Sub(w.called))
		t.PrefillTokensPerSecond = perSecond(u.PromptTokens-u.CachedTokens, w.first.Sub(w.prefillFrom))
		t.DecodeTokensPerSecond = perSecond(u.ReplyTokens-1, w.last.Sub(w.first))
	}
	return append(events, engine.Event{Kind: engine.EventDone, Done: &w.done})
}

// withoutHalfRune drops the U+FFFD that stands for a rune cut off by the end of
// a reply, so that one that is resumed writes the whole rune.
func withoutHalfRune(events []engine.Event) []engine.Event {
	last := len(events) - 1
	if last < 0 || !strings.HasSuffix(events[last].Text, "\uFFFD") {
		return events
	}
	events[last].Text = strings.TrimRight(events[last].Text, "\uFFFD")
	if events[last].Text == "" {
		return events[:last]
	}
	return events
}

// observe follows the reply in and out of its reasoning. before says whether the
// token just written found it there. Tags do not count.
func (w *writer) observe(before bool) {
	after := w.parser.Reasoning()
	switch {
	case before && !after:
		w.endReasoning()
	case after && w.reasonFrom.IsZero():
		w.reasonFrom = w.last
	}
	if before && after {
		w.done.Usage.ReasoningTokens++
	}
}

func (w *writer) endReasoning() {
	if !w.reasonFrom.IsZero() {
		w.done.Timings.ReasoningMS = milliseconds(w.last.Sub(w.reasonFrom))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func perSecond(n int, d time.Duration) float64 {
	if n <= 0 || d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}
