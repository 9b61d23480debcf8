package app

import (
	"context"
	"iter"
	"time"

	"notso/app/chat"
	"notso/app/passage"
	"notso/app/store"
	"notso/engine"
)

// versePause lets a passage appear verse by verse, at the pace of a quick
// reader's eye.
const versePause = 120 * time.Millisecond

// originQuote marks a reply that no model wrote.
const originQuote = "quote"

// quote streams a passage into the chat, through the same stream as a reply and
// with no model. An empty reference is the first passage there is. Chat 0 is a
// new chat.
func (a *App) quote(ctx context.Context, chatID int64, reference string, each func(engine.Event)) (user, answer chat.Turn, err error) {
	p, err := passage.Find(a.opts.Passages, reference)
	if err != nil {
		return user, answer, err
	}
	user, err = a.begin(ctx, chatID, p.Reference, store.Message{Text: "/quote " + p.Reference, Command: true})
	if err != nil {
		return user, answer, err
	}
	defer a.unclaim(user.Chat)
	answer, err = a.opts.Store.StartReply(ctx, user.Chat, user.ID, originQuote)
	if err != nil {
		return user, answer, err
	}
	a.launch([]chat.Turn{answer}, recite(p), nil, each)
	return user, answer, nil
}

// recite yields the passage verse by verse.
func recite(p passage.Passage) source {
	return func(ctx context.Context) iter.Seq2[engine.Event, error] {
		return func(yield func(engine.Event, error) bool) {
			for verse := range p.Pieces() {
				if !yield(engine.Event{Kind: engine.EventText, Text: verse}, nil) {
					return
				}
				select {
				case <-time.After(versePause):
				case <-ctx.Done():
					yield(engine.Event{Kind: engine.EventDone, Done: &engine.Done{Finish: engine.FinishStopped}}, nil)
					return
				}
			}
			yield(engine.Event{Kind: engine.EventDone, Done: &engine.Done{Finish: engine.FinishEnd}}, nil)
		}
	}
}
