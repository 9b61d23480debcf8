package app

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"time"

	"notso/app/chat"
	"notso/app/markdown"
	"notso/engine"
)

// batchEvery is the least time between two updates of a running reply: two
// frames of a 60 Hz screen. Faster updates cost CPU that decoding could use.
const batchEvery = 33 * time.Millisecond

// source yields the events of a reply: a model's, or a passage's.
type source func(ctx context.Context) iter.Seq2[engine.Event, error]

// reply writes one turn. Its goroutine owns the turn until done is closed; the
// fields below mu are what a page that opens meanwhile needs.
//
// Candidates are written side by side by one goroutine. The first of them leads:
// it is what App.replies holds, and it has the others.
type reply struct {
	app    *App
	chat   int64
	turn   int64
	each   func(engine.Event) // may be nil
	stop   context.CancelFunc
	done   chan struct{}
	lead   *reply   // the first of the candidates; itself when it is the only reply
	others []*reply // the candidates after the first, for the lead alone

	pieces  []chat.Piece    // not yet stored
	choices []engine.Choice // what its tokens could have been, where that is asked for
	begun   int             // bytes that were there before
	stored  int             // pieces in the database
	final   *engine.Done
	state   chat.State // how it ended
	notice  string     // why, for people, where that calls for a sentence
	ended   bool       // finish was called; guarded by App.mu

	gauged   int       // what the gauge showed last, in percent
	gaugedAt time.Time // when that was

	mu        sync.Mutex
	asked     engine.Request   // zero when no model writes
	model     engine.ModelInfo // that was asked
	past      past             // of the chat, as the model was told
	prompt    int              // its tokens, for the gauge; 0 until they are known
	tokens    int              // pieces that came, for the rate and the gauge
	decoded   time.Time        // when the first piece came
	seq       int
	text      *markdown.Stream
	reasoning *markdown.Stream
	thinking  time.Duration // how long the reasoning took

	thoughts      string // the end of the reasoning, for the fold's line
	thoughtTokens int    // of the reasoning

	phase string // see statusView.State
}

// launch starts writing turns from src: one, or candidates, whose events src
// tells apart. The turns must be Running, and the chat claimed. Begun are the choices of the tokens
// that the reply begins with, when others wrote them.
func (a *App) launch(turns []chat.Turn, src source, begun []engine.Choice, each func(engine.Event)) {
	ctx, stop := context.WithCancel(a.ctx)
	done := make(chan struct{})
	var lead *reply
	for i, turn := range turns {
		r := &reply{
			app: a, chat: turn.Chat, turn: turn.ID, each: each, stop: stop, done: done,
			choices: begun, text: a.words.Stream(textID(turn.ID)), reasoning: a.words.Stream(reasoningID(turn.ID)), phase: "reading",
		}
		r.begun = len(turn.Reasoning) + len(turn.Text)
		r.reasoning.Write(turn.Reasoning)
		r.text.Write(turn.Text)
		if i == 0 {
			lead = r
		} else {
			lead.others = append(lead.others, r)
		}
		r.lead = lead
	}
	a.mu.Lock()
	a.replies[lead.chat] = lead
	a.taken[lead.chat]++
	a.mu.Unlock()
	a.work.Go(func() {
		defer stop()
		err := lead.write(ctx, src)
		for _, r := range lead.all() {
			r.finish(ctx, err)
		}
		close(done)
		a.settled(lead.chat)
		if a.sendNext(lead) {
			return
		}
		a.afterwards(lead.chat, lead.turn)
	})
}

// all is the reply that leads and those written beside it.
func (r *reply) all() []*reply { return append([]*reply{r}, r.others...) }

// candidate is the one of that number, counted from 0.
func (r *reply) candidate(n int) *reply {
	if n <= 0 || n > len(r.others) {
		return r
	}
	return r.others[n-1]
}

// write stores and shows the events of src until they end.
func (r *reply) write(ctx context.Context, src source) error {
	type step struct {
		event engine.Event
		err   error
	}
	steps := make(chan step, 64)
	go func() {
		defer close(steps)
		for event, err := range src(ctx) {
			steps <- step{event, err}
		}
	}()
	// The channel is always drained to its end, so the goroutine above ends too.
	var failure error
	var last time.Time
	var due <-chan time.Time
	for {
		select {
		case s, open := <-steps:
			if !open {
				return errors.Join(failure, r.flush())
			}
			if s.err != nil {
				failure = s.err
				continue
			}
			if failure != nil {
				continue
			}
			one := r.candidate(s.event.Candidate)
			news := one.take(s.event)
			if one.final != nil && len(r.others) > 0 {
				if failure = one.flushOne(); failure == nil {
					one.finish(ctx, nil) // it need not wait for the others
				}
			}
			if !news || due != nil {
				continue
			}
			due = time.After(batchEvery - time.Since(last))
		case <-due:
			due, last = nil, time.Now()
			if err := r.flush(); err != nil {
				failure = err
				r.stop()
			}
		}
	}
}

// take keeps what event brings. It tells whether there is something to store.
func (r *reply) take(event engine.Event) bool {
	switch event.Kind {
	case engine.EventReasoning, engine.EventText, engine.EventToolCall:
		if r.tokens == 0 && r == r.lead {
			r.measure()
		}
		r.mu.Lock()
		if r.decoded.IsZero() {
			r.decoded = time.Now()
		}
		r.tokens++
		r.mu.Unlock()
		r.pieces = append(r.pieces, chat.Piece{Reasoning: event.Kind == engine.EventReasoning, Text: event.Text})
		return true
	case engine.EventChoice:
		if len(r.choices) > 0 || r.tokens == 0 && r.begun == 0 { // whole, or not at all
			r.choices = append(r.choices, *event.Choice)
		}
	case engine.EventDone:
		r.final = event.Done
	case engine.EventLoading:
		r.app.showStatus(r.chat, statusView{State: "loading", Text: r.app.say("status.loading"), Fraction: fraction(event.Progress)})
	case engine.EventProgress:
		if p := event.Progress; p != nil {
			r.mu.Lock()
			r.prompt = p.Total
			r.mu.Unlock()
		}
		r.app.showStatus(r.chat, r.app.readingStatus(event.Progress))
	}
	if r.each != nil && event.Kind != engine.EventDone {
		r.each(event)
	}
	return false
}

// flush commits the pieces that came, of all candidates, then shows them.
func (r *reply) flush() error {
	for _, one := range r.all() {
		if err := one.flushOne(); err != nil {
			return err
		}
	}
	return nil
}

func (r *reply) flushOne() error {
	if len(r.pieces) == 0 {
		return nil
	}
	batch := merge(r.pieces)
	r.pieces = r.pieces[:0]
	// Not the reply's context: what came before a stop counts.
	if err := r.app.opts.Store.AppendPieces(context.Background(), r.turn, r.stored+1, batch); err != nil {
		return err
	}
	r.stored += len(batch)
	r.show(batch)
	if r.each != nil {
		for _, p := range batch {
			kind := engine.EventText
			if p.Reasoning {
				kind = engine.EventReasoning
			}
			r.each(engine.Event{Kind: kind, Text: p.Text})
		}
	}
	return nil
}

// show renders what a batch changed and tells the page.
func (r *reply) show(batch []chat.Piece) {
	r.mu.Lock()
	r.seq++
	event := replyEvent{Chat: r.chat, Turn: r.turn, Seq: r.seq}
	for _, p := range batch {
		if p.Reasoning {
			r.thinking, r.thoughtTokens = time.Since(r.decoded), r.tokens
			r.thoughts = (r.thoughts + p.Text)[max(0, len(r.thoughts)+len(p.Text)-gistTail):]
			event.Parts = append(event.Parts, changed("reasoning", r.app.thinkingSummary(r.thoughts), r.reasoning.Write(p.Text)))
			continue
		}
		event.Parts = append(event.Parts, changed("text", "", r.text.Write(p.Text)))
	}
	if batch[len(batch)-1].Reasoning {
		r.phase = "thinking"
	} else {
		if r.phase == "thinking" {
			event.Parts = append(event.Parts, r.foldSummary())
		}
		r.phase = "writing"
	}
	phase := r.phase
	r.mu.Unlock()
	r.app.opts.Emit("reply", event)
	tokens, since := r.lead.pace()
	r.app.showStatus(r.chat, r.app.writingStatus(phase, tokens, since))
	if r == r.lead {
		r.moveGauge()
	}
}

// pace is how many tokens came, of all candidates, and how long ago the first of
// them did.
func (r *reply) pace() (tokens int, since time.Duration) {
	for _, one := range r.all() {
		one.mu.Lock()
		if tokens += one.tokens; one.tokens > 0 {
			since = max(since, time.Since(one.decoded))
		}
		one.mu.Unlock()
	}
	return tokens, since
}

// foldSummary tells the fold how long the reasoning took, and changes no block.
func (r *reply) foldSummary() replyPart {
	return changed("reasoning", r.app.thoughtSummary(r.thinking, r.thoughtTokens), markdown.Update{From: len(r.reasoning.Blocks())})
}

func changed(part, summary string, u markdown.Update) replyPart {
	p := replyPart{Part: part, From: u.From, Blocks: []string{}, Patch: u.Patch, Summary: summary} // the page expects a list
	if u.Patch != nil {
		u.Blocks = u.Blocks[1:]
	}
	for _, block := range u.Blocks {
		p.Blocks = append(p.Blocks, string(block))
	}
	return p
}

// finish folds the pieces into the turn and says how it ended. For a candidate
// that has ended before, it does nothing.
func (r *reply) finish(ctx context.Context, err error) {
	if r.ended {
		return
	}
	state, notice := chat.Done, ""
	switch {
	case r.app.ctx.Err() != nil && r.final == nil, r.app.ctx.Err() != nil && r.final.Finish == engine.FinishStopped:
		state, notice = chat.Interrupted, r.app.say("error.interrupted")
	case errors.Is(err, engine.ErrWorkerDied):
		state, notice = chat.Interrupted, r.app.sentence(err)
	case err != nil && ctx.Err() == nil:
		state, notice = chat.Failed, r.app.sentence(err)
	case err != nil, r.final != nil && r.final.Finish == engine.FinishStopped:
		state = chat.Stopped
	}
	stats, model := r.app.stats(r)
	stats.Choices = r.keepChoices()
	if _, err := r.app.opts.Store.FinishReply(context.Background(), r.turn, state, notice, stats); err != nil {
		notice = r.app.sentence(err)
		state = chat.Failed
		r.app.finishLater(r, notice, stats)
	}
	r.app.modelUsed(model, stats)
	// The page fetches the turn when it hears of the end, so by then the turn
	// must be the database's.
	r.state, r.notice = state, notice
	last := r.app.ended(r)
	r.mu.Lock()
	r.seq++
	event := replyEvent{Chat: r.chat, Turn: r.turn, Seq: r.seq, Final: true}
	r.mu.Unlock()
	r.app.opts.Emit("reply", event)
	if last {
		r.app.showStatus(r.chat, r.app.endStatus(state, notice, stats))
	}
	if r.each != nil && r.final != nil {
		r.each(engine.Event{Kind: engine.EventDone, Done: r.final})
	}
}

// ended notes that r is written. It tells whether that was the last of the
// chat's running replies.
func (a *App) ended(r *reply) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	r.ended = true
	for _, one := range r.lead.all() {
		if !one.ended {
			return false
		}
	}
	delete(a.replies, r.chat)
	return true
}

// merge joins neighbouring pieces of one kind: one row and one event are
// cheaper than many.
func merge(pieces []chat.Piece) []chat.Piece {
	var merged []chat.Piece
	var text strings.Builder
	for i, p := range pieces {
		text.WriteString(p.Text)
		if i+1 == len(pieces) || pieces[i+1].Reasoning != p.Reasoning {
			merged = append(merged, chat.Piece{Reasoning: p.Reasoning, Text: text.String()})
			text.Reset()
		}
	}
	return merged
}
