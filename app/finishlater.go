package app

import (
	"context"
	"errors"
	"time"

	"notso/app/chat"
	"notso/app/store"
)

// finishAgain is how long the end of a reply that could not be stored waits until
// it is tried again: soon after there is room on the disk, the chat can go on.
const finishAgain = 300 * time.Millisecond

// finishLater stores the end of a reply as soon as that is possible. Until then the
// chat takes no message, as on a full disk it could not anyway. When the app ends
// before, the next start finds the reply and ends it, see store.Recover.
func (a *App) finishLater(r *reply, notice string, stats chat.Stats) {
	a.background(func() {
		for {
			select {
			case <-a.ctx.Done():
				return
			case <-time.After(finishAgain):
			}
			_, err := a.opts.Store.FinishReply(context.Background(), r.turn, chat.Failed, notice, stats)
			if err == nil {
				a.opts.Emit("refresh", refreshEvent{What: "turn", Chat: r.chat, Turn: r.turn})
			}
			if err == nil || errors.Is(err, store.ErrNotRunning) {
				return
			}
		}
	})
}
