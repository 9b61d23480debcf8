package app

import (
	"context"
	"strings"

	"notso/app/chat"
	"notso/engine"
)

// warm lets the engine evaluate what the chat's next prompt will begin with:
// everything said so far, and the draft as far as it stands. A newer call, and
// any reply, ends an older one.
func (a *App) warm(chatID int64, draft string) {
	a.meanwhile(chatID, func(ctx context.Context, eng engine.Engine) {
		if req, err := a.draftRequest(ctx, chatID, draft); err == nil {
			_ = eng.Warm(ctx, req) // what is not evaluated now, is when the message is sent
		}
	})
}

// meanwhile does work for a chat that no one waits for. It ends what an earlier
// call began, and does nothing while the chat's reply is written.
func (a *App) meanwhile(chatID int64, do func(ctx context.Context, eng engine.Engine)) {
	ctx, cancel := context.WithCancel(a.ctx)
	a.mu.Lock()
	if a.warming != nil {
		a.warming()
	}
	a.warming = cancel
	closed := a.closed
	a.mu.Unlock()
	eng, ready := a.model.ready()
	if closed || !ready || a.running(chatID) != nil {
		cancel()
		return
	}
	a.work.Go(func() {
		defer cancel()
		do(ctx, eng)
	})
}

// draftRequest is the request that sending draft would make, marked unfinished.
func (a *App) draftRequest(ctx context.Context, chatID int64, draft string) (engine.Request, error) {
	c := chat.Chat{Settings: a.newSettings(), Created: a.opts.Now()} // one that does not exist yet
	if chatID != 0 {
		var err error
		if c, err = a.opts.Store.Chat(ctx, chatID); err != nil {
			return engine.Request{}, err
		}
	}
	p, err := a.past(ctx, c, c.Head)
	if err != nil {
		return engine.Request{}, err
	}
	req := a.ask(c, p.turns, TalkOptions{})
	req.Messages = append(req.Messages, engine.Message{Role: engine.RoleUser, Content: strings.TrimLeft(draft, " \n\t")})
	req.Draft = true
	return req, nil
}
