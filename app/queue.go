package app

import (
	"context"
	"errors"

	"notso/app/chat"
)

// queueView fills queue.html: the messages that wait for the end of a reply.
type queueView struct {
	ChatID   int64
	Messages []queuedView
}

type queuedView struct {
	ID          int64
	Text        string
	Files       []attachmentView
	First, Last bool
	Editing     bool
}

func (a *App) queue(ctx context.Context, chatID int64) (queueView, error) {
	view := queueView{ChatID: chatID}
	list, err := a.opts.Store.Queue(ctx, chatID)
	for i, q := range list {
		message := queuedView{ID: q.ID, Text: q.Text, First: i == 0, Last: i == len(list)-1}
		for _, f := range q.Files {
			message.Files = append(message.Files, a.chip(f))
		}
		view.Messages = append(view.Messages, message)
	}
	return view, err
}

// Queue lets text wait until the chat's running reply has ended.
// Errors: chat.ErrEmptyTurn, chat.ErrNotFound.
func (a *App) Queue(ctx context.Context, chatID int64, text string) error {
	if err := a.opts.Store.Enqueue(ctx, chatID, written(text)); err != nil {
		return err
	}
	_ = a.opts.Store.SetDraft(ctx, chatID, "") // the message waits; a draft that stays is no loss
	// The reply may have ended while the message was on its way.
	if a.running(chatID) == nil {
		_, err := a.SendQueued(ctx, chatID)
		if errors.Is(err, chat.ErrBusy) || errors.Is(err, chat.ErrNotFound) {
			return nil // another reply has begun, or the message is on its way already
		}
		return err
	}
	return nil
}

// SendQueued sends the first message that waits in a chat, and returns it.
// Errors: chat.ErrBusy; chat.ErrNotFound when none waits.
func (a *App) SendQueued(ctx context.Context, chatID int64) (chat.Turn, error) {
	c, err := a.open(ctx, chatID)
	if err != nil {
		return chat.Turn{}, err
	}
	defer a.unclaim(chatID)
	user, err := a.opts.Store.SendQueued(ctx, chatID)
	if err != nil {
		return user, err
	}
	_, err = a.answer(ctx, chatID, user.ID, a.windowOptions(c), nil)
	return user, err
}

// sendNext sends the next message of the queue after replies that came to their
// own end. It tells whether it did. After a stop or a failure, and while the user
// has yet to choose among candidates, the queue waits.
func (a *App) sendNext(lead *reply) bool {
	for _, r := range lead.all() {
		if r.state != chat.Done || len(lead.others) > 0 {
			return false
		}
	}
	// Looked at first: nobody else may find the chat busy for nothing.
	if list, err := a.opts.Store.Queue(a.ctx, lead.chat); err != nil || len(list) == 0 {
		return false
	}
	if _, err := a.SendQueued(a.ctx, lead.chat); err != nil {
		return false
	}
	a.opts.Emit("refresh", refreshEvent{What: "conversation", Chat: lead.chat})
	return true
}
