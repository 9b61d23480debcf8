package app

import (
	"context"

	"notso/app/chat"
	"notso/app/store"
)

// nextChat is the chat that does not exist yet, which the first message makes. Its
// id is 0 until then, for all but those who remember it.
type nextChat struct {
	settings chat.Settings
	id       int64
}

// newSettings are those chosen for a chat that does not exist yet.
func (a *App) newSettings() chat.Settings {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.next.settings
}

// firstTurn makes the chat that did not exist, with its first message.
func (a *App) firstTurn(ctx context.Context, title string, m store.Message) (chat.Turn, error) {
	a.mu.Lock()
	next := a.next
	a.next = new(nextChat)
	a.mu.Unlock()
	user, err := a.opts.Store.Say(ctx, chat.Chat{Title: title, Settings: next.settings}, m)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.next = next
		return user, err
	}
	next.id = user.Chat
	return user, nil
}

// remember returns what tells the id of a chat from now on: also of the one that
// does not exist yet, once it does.
func (a *App) remember(chatID int64) func() int64 {
	if chatID != 0 {
		return func() int64 { return chatID }
	}
	a.mu.Lock()
	next := a.next
	a.mu.Unlock()
	return func() int64 {
		a.mu.Lock()
		defer a.mu.Unlock()
		return next.id
	}
}
