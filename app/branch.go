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
	if _, err := a.open(ctx, old.Chat, ""); err != nil {
		return old, err
	}
	defer a.unclaim(old.Chat)
	version, err := a.opts.Store.AddVersion(ctx, turnID, text)
	if err == nil && version.Role == chat.User {
		_, err = a.answer(ctx, version.Chat, version.ID, opts, nil)
	}
	return version, err
}

// written is what a text area holds: a form sends its line breaks as CRLF.
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

// Fork copies the branch up to turn into a new chat, with all that the copied
// turns know of themselves. The copy keeps the chat's own date, so that nothing
// of it has to be read by the model again.
// Errors: chat.ErrBusy, chat.ErrNotFound.
func (a *App) Fork(ctx context.Context, turnID int64) (chat.Chat, error) {
	branch, err := a.opts.Store.Path(ctx, turnID)
	if err != nil {
		return chat.Chat{}, err
	}
	if len(branch) == 0 {
		return chat.Chat{}, chat.ErrNotFound
	}
	c, err := a.opts.Store.Chat(ctx, branch[0].Chat)
	if err != nil {
		return chat.Chat{}, err
	}
	if branch[len(branch)-1].State == chat.Running {
		return chat.Chat{}, chat.ErrBusy
	}
	seen := false
	for i := range branch {
		branch[i].Candidate = 0
		seen = seen || branch[i].ID == c.Context
	}
	if !seen {
		c.Context = 0
	}
	c.Head, c.Updated = turnID, a.opts.Now()
	return a.opts.Store.AddChat(ctx, c, branch)
}

// deleted says what a deletion took.
func (a *App) deleted(d chat.Deletion) string {
	text := a.language().Count("act.deleted", d.Turns)
	if d.Elsewhere > 0 {
		text = a.say("act.deleted_elsewhere", text, a.language().Number(d.Elsewhere))
	}
	return text
}
