package app

import (
	"context"
	"time"

	"notso/app/chat"
)

// worthNotice is how long a reply must have taken for its end to be news to
// somebody who looked away.
const worthNotice = 10 * time.Second

// Notice is what the desktop shows when a reply has ended unseen.
type Notice struct {
	Chat  int64 // to open when it is clicked
	Title string
	Body  string
}

// Unseen tells that nobody was looking when a reply ended. The desktop says so,
// if the user wants that and the reply took long.
func (a *App) Unseen(ctx context.Context, turnID int64) error {
	if a.opts.Notify == nil || !a.opts.Config.Get().Notifications {
		return nil
	}
	t, err := a.opts.Store.Turn(ctx, turnID)
	if err != nil || t.State == chat.Running || a.opts.Now().Sub(t.Created) < worthNotice {
		return err
	}
	c, err := a.opts.Store.Chat(ctx, t.Chat)
	if err != nil {
		return err
	}
	body := a.language().Anew(t.Error)
	if body == "" {
		body = title(t.Text)
	}
	return a.opts.Notify(Notice{Chat: c.ID, Title: a.say("notice.ended", c.Title), Body: body})
}
