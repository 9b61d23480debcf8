package app

import (
	"context"
	"strings"

	"notso/engine"
)

// warm lets the engine evaluate what the chat's next prompt will begin with:
// everything said so far, and the draft as far as it stands. A newer call, and
// any reply, ends an older one.
func (a *App) warm(chatID int64, draft string) {
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
		req, err := a.draftRequest(ctx, chatID, draft)
		if err != nil {
			return
		}
		// What was not evaluated now is evaluated when the message is sent.
		_ = eng.Warm(ctx, req)
	})
}

// draftRequest is the request that sending draft would make, marked unfinished.
func (a *App) draftRequest(ctx context.Context, chatID int64, draft string) (engine.Request, error) {
	c, branch, err := a.branch(ctx, chatID)
	if err != nil {
		return engine.Request{}, err
	}
	if c.Created.IsZero() {
		c.Created = a.opts.Now()
	}
	req := a.ask(c, branch, TalkOptions{})
	req.Messages = append(req.Messages, engine.Message{Role: engine.RoleUser, Content: strings.TrimLeft(draft, " \n\t")})
	req.Draft = true
	return req, nil
}
