package app

import (
	"context"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"notso/app/attachment"
	"notso/app/chat"
	"notso/engine"
)

// rest is how long a draft must lie before it is taken for what will be sent: a
// good deal longer than the time between two words.
const rest = 1500 * time.Millisecond

// warm lets the engine evaluate what the chat's next prompt will begin with:
// everything said so far, and the draft as far as it stands. A draft that is a
// sentence, or that lies for a while, is evaluated to the end of its prompt, as
// if it had been sent: what is typed after all costs those few tokens once more.
//
// A newer call, and any reply, ends an older one. That is left to the engine,
// which finishes the batch under way where it serves the newer.
func (a *App) warm(chatID int64, draft string) {
	a.meanwhile(chatID, func(ctx context.Context, eng engine.Engine) {
		req, err := a.draftRequest(ctx, chatID, draft)
		if err != nil {
			return
		}
		progress, done := a.ahead(chatID)
		if !complete(draft) {
			err = eng.Warm(a.ctx, req, progress)
			if done(); err != nil {
				return // what is not evaluated now, is when the message is sent
			}
			select {
			case <-time.After(rest):
			case <-ctx.Done():
				return
			}
		}
		last := &req.Messages[len(req.Messages)-1]
		if last.Content = strings.TrimSpace(last.Content); last.Content == "" {
			return
		}
		req.Draft = false
		_ = eng.Warm(a.ctx, req, progress)
		done()
	})
}

// complete tells whether a draft ends like one that is complete.
func complete(draft string) bool {
	return strings.HasSuffix(draft, "\n") || strings.ContainsRune(".?!…。？！", lastRune(strings.TrimRight(draft, " \"”»’)")))
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// ahead shows how far a long draft is read, unless the chat's reply is written.
// done is called when it is, or given up.
func (a *App) ahead(chatID int64) (progress func(fraction float64), done func()) {
	var shown atomic.Bool
	idle := func() bool { return a.running(chatID) == nil && a.ctx.Err() == nil }
	progress = func(fraction float64) {
		if idle() {
			shown.Store(true)
			a.showStatus(chatID, statusView{State: "reading", Text: a.say("status.ahead"), Fraction: fraction})
		}
	}
	return progress, func() {
		if shown.Load() && idle() {
			a.showStatus(chatID, a.status())
		}
	}
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
	a.mu.Unlock()
	eng, ready := a.model.ready()
	begun := ready && a.running(chatID) == nil && a.background(func() {
		defer cancel()
		do(ctx, eng)
	})
	if !begun {
		cancel()
	}
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
	files, err := a.opts.Store.DraftAttachments(ctx, chatID)
	if err != nil {
		return engine.Request{}, err
	}
	req := a.ask(c, p.turns, TalkOptions{})
	req.Messages = append(req.Messages, engine.Message{Role: engine.RoleUser, Content: attachment.Prompt(strings.TrimLeft(draft, " \n\t"), files)})
	req.Draft = true
	return req, nil
}
