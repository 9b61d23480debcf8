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
type reply struct {
	app  *App
	chat int64
	turn int64
	each func(engine.Event) // may be nil
	stop context.CancelFunc
	done chan struct{}

	pieces  []chat.Piece // not yet stored
	stored  int          // pieces in the database
	tokens  int          // pieces that came, for the rate
	decoded time.Time    // when the first piece came
	final   *engine.Done

	mu        sync.Mutex
	asked     engine.Request // zero when no model writes
	past      past           // of the chat, as the model was told
	seq       int
	text      *markdown.Stream
	reasoning *markdown.Stream
	thinking  time.Duration // how long the reasoning took
	phase     string        // see statusView.State
}

// launch starts writing turn from src. The turn must be Running.
func (a *App) launch(turn chat.Turn, src source, each func(engine.Event)) {
	ctx, stop := context.WithCancel(a.ctx)
	r := &reply{
		app: a, chat: turn.Chat, turn: turn.ID, each: each, stop: stop, done: make(chan struct{}),
		text: a.words.Stream(textID(turn.ID)), reasoning: a.words.Stream(reasoningID(turn.ID)), phase: "reading",
	}
	r.reasoning.Write(turn.Reasoning)
	r.text.Write(turn.Text)
	a.mu.Lock()
	a.replies[turn.Chat] = r
	a.mu.Unlock()
	a.work.Go(func() {
		defer stop()
		r.finish(ctx, r.write(ctx, src))
		close(r.done)
		a.settled(r.chat)
		a.afterwards(r.chat, r.turn)
	})
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
			if failure != nil || !r.take(s.event) || due != nil {
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
		if r.decoded.IsZero() {
			r.decoded = time.Now()
		}
		r.tokens++
		r.pieces = append(r.pieces, chat.Piece{Reasoning: event.Kind == engine.EventReasoning, Text: event.Text})
		return true
	case engine.EventDone:
		r.final = event.Done
	case engine.EventLoading:
		r.app.showStatus(r.chat, statusView{State: "loading", Text: r.app.say("status.loading"), Fraction: fraction(event.Progress)})
	case engine.EventProgress:
		r.app.showStatus(r.chat, r.app.readingStatus(event.Progress))
	}
	if r.each != nil && event.Kind != engine.EventDone {
		r.each(event)
	}
	return false
}

// flush commits the pieces that came, then shows them.
func (r *reply) flush() error {
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
			r.thinking = time.Since(r.decoded)
			event.Parts = append(event.Parts, changed("reasoning", r.app.say("turn.thinking"), r.reasoning.Write(p.Text)))
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
	status := r.app.writingStatus(r.phase, r.tokens, time.Since(r.decoded))
	r.mu.Unlock()
	r.app.opts.Emit("reply", event)
	r.app.showStatus(r.chat, status)
}

// foldSummary tells the fold how long the reasoning took, and changes no block.
func (r *reply) foldSummary() replyPart {
	return changed("reasoning", r.app.thoughtFor(r.thinking), markdown.Update{From: len(r.reasoning.Blocks())})
}

func changed(part, summary string, u markdown.Update) replyPart {
	p := replyPart{Part: part, From: u.From, Blocks: []string{}, Summary: summary} // the page expects a list
	for _, block := range u.Blocks {
		p.Blocks = append(p.Blocks, string(block))
	}
	return p
}

// finish folds the pieces into the turn and says how it ended.
func (r *reply) finish(ctx context.Context, err error) {
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
	stats := r.app.stats(r)
	if _, err := r.app.opts.Store.FinishReply(context.Background(), r.turn, state, notice, stats); err != nil {
		notice = r.app.sentence(err)
		state = chat.Failed
	}
	// The page fetches the turn when it hears of the end, so by then the turn
	// must be the database's.
	r.app.mu.Lock()
	delete(r.app.replies, r.chat)
	r.app.mu.Unlock()
	r.mu.Lock()
	r.seq++
	event := replyEvent{Chat: r.chat, Turn: r.turn, Seq: r.seq, Final: true}
	r.mu.Unlock()
	r.app.opts.Emit("reply", event)
	r.app.showStatus(r.chat, r.app.endStatus(state, notice, stats))
	if r.each != nil && r.final != nil {
		r.each(engine.Event{Kind: engine.EventDone, Done: r.final})
	}
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
