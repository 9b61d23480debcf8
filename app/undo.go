package app

import (
	"context"
	"strconv"
	"sync"

	"notso/app/words"
)

// undosKept bounds what can be taken back at a time: as many toasts as a person
// can follow.
const undosKept = 32

// undos are things done that can be taken back while the app runs. What must
// outlive the app, such as a deleted chat, has a route of its own.
type undos struct {
	mu   sync.Mutex
	next int
	list map[int]func(context.Context) error
}

// undoable keeps what takes back a change, and returns the path that does it,
// for a toast. undo shows what changed by itself, as events.
func (a *App) undoable(undo func(context.Context) error) string {
	u := &a.undos
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.list == nil {
		u.list = map[int]func(context.Context) error{}
	}
	u.next++
	u.list[u.next] = undo
	delete(u.list, u.next-undosKept)
	return "/undo/" + strconv.Itoa(u.next)
}

// postUndoable takes back the change with the path's number, once.
func (a *App) postUndoable(ctx context.Context, r request) (answer, error) {
	u := &a.undos
	u.mu.Lock()
	undo := u.list[int(r.id())]
	delete(u.list, int(r.id()))
	u.mu.Unlock()
	if undo == nil {
		return answer{}, words.Fail("settings.undo_gone")
	}
	return answer{}, undo(ctx)
}
