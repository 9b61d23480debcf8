package app

import (
	"context"
	"strings"

	"notso/app/chat"
	"notso/app/words"
)

// Edit makes text another version of a turn. After a message of the user's the
// model's reply follows, which opts are for; an edited reply stands as it is. A
// text that is not changed makes no version, and gives the turn itself.
// Errors: chat.ErrEmptyTurn, chat.ErrBusy, chat.ErrNotFound.
func (a *App) Edit(ctx context.Context, turnID int64, text string, opts TalkOptions) (chat.Turn, error) {
	old, err := a.opts.Store.Turn(ctx, turnID)
	if err != nil {
		return chat.Turn{}, err
	}
	text = written(text)
	switch {
	case text == "":
		return old, chat.ErrEmptyTurn
	case text == strings.TrimSpace(old.Text):
		return old, nil
	case !canEdit(old):
		return old, notEditable(old)
	}
	if _, err := a.open(ctx, old.Chat); err != nil {
		return old, err
	}
	defer a.unclaim(old.Chat)
	version, err := a.opts.Store.AddVersion(ctx, turnID, text)
	if err == nil && version.Role == chat.User {
		_, err = a.answer(ctx, version.Chat, version.ID, opts, nil)
	}
	return version, err
}

// written is a text as it is kept: without white space around it, and with line
// breaks alike, which a form sends as CRLF.
func written(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

func canEdit(t chat.Turn) bool {
	return t.State != chat.Running && (t.Role == chat.User || t.Origin == "" || t.Origin == chat.OriginEdit)
}

func notEditable(t chat.Turn) error {
	if t.State == chat.Running {
		return words.Fail("act.edit_running")
	}
	return words.Fail("act.edit_quote")
}

// ShowBranch shows the branch that turn is on, as it was left.
// Errors: chat.ErrBusy, chat.ErrNotFound.
func (a *App) ShowBranch(ctx context.Context, turnID int64) (chat.Turn, error) {
	t, err := a.opts.Store.Turn(ctx, turnID)
	if err != nil {
		return t, err
	}
	return t, a.opts.Store.ShowBranch(ctx, turnID)
}

// Fork is Store.Fork: it copies the branch up to turn into a new chat.
// Errors: chat.ErrBusy, chat.ErrNotFound.
func (a *App) Fork(ctx context.Context, turnID int64) (chat.Chat, error) {
	return a.opts.Store.Fork(ctx, turnID)
}

// deleted says what a deletion took.
func (a *App) deleted(d chat.Deletion) string {
	text := a.language().Count("act.deleted", d.Turns)
	if d.Elsewhere > 0 {
		text = a.say("act.deleted_elsewhere", text, a.language().Number(d.Elsewhere))
	}
	return text
}
