package app

import (
	"context"
	"fmt"
)

func (a *App) queueRoutes() map[string]func(context.Context, request) (answer, error) {
	return map[string]func(context.Context, request) (answer, error){
		"POST /chats/{id}/queue/send": a.postQueueSend,
		"GET /queue/{id}":             a.getQueued,
		"POST /queue/{id}":            a.postQueued,
		"DELETE /queue/{id}":          a.deleteQueued,
		"POST /queue/{id}/move":       a.postQueuedMove,
		"POST /queue/{id}/restore":    a.postQueuedRestore,
	}
}

func (a *App) showQueue(ctx context.Context, chatID int64) (answer, error) {
	view, err := a.queue(ctx, chatID)
	return show(fragment{Name: "queue.html", View: view}), err
}

// postQueue lets a message wait that came while a reply is being written.
func (a *App) postQueue(ctx context.Context, chatID int64, text string) (answer, error) {
	if err := a.Queue(ctx, chatID, text); err != nil {
		return answer{}, err
	}
	view, err := a.queue(ctx, chatID)
	return show(
		fragment{Name: "queue.html", View: view, OOB: true},
		fragment{Name: "attachments.html", View: attachmentsView{ChatID: chatID}, OOB: true}, // they left the composer
	), err
}

func (a *App) postQueueSend(ctx context.Context, r request) (answer, error) {
	if _, err := a.SendQueued(ctx, r.id()); err != nil {
		return answer{}, err
	}
	return a.redraw(ctx, r.id())
}

// getQueued shows one message of the queue, or its editor.
func (a *App) getQueued(ctx context.Context, r request) (answer, error) {
	q, err := a.opts.Store.Queued(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	view, err := a.queue(ctx, q.Chat)
	for _, m := range view.Messages {
		if m.ID == q.ID {
			m.Editing = r.URL.Query().Has("edit")
			return show(fragment{Name: "queued.html", View: m}), err
		}
	}
	return answer{}, err
}

func (a *App) postQueued(ctx context.Context, r request) (answer, error) {
	q, err := a.opts.Store.Queued(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	if err := a.opts.Store.SetQueued(ctx, q.ID, written(r.FormValue("queued"))); err != nil {
		return answer{}, err
	}
	return a.showQueue(ctx, q.Chat)
}

func (a *App) deleteQueued(ctx context.Context, r request) (answer, error) {
	q, err := a.opts.Store.Queued(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	if err := a.opts.Store.RemoveQueued(ctx, q.ID); err != nil {
		return answer{}, err
	}
	got, err := a.showQueue(ctx, q.Chat)
	got.fragments = append(got.fragments, toast(a.say("queue.removed"), fmt.Sprintf("/queue/%d/restore", q.ID)))
	return got, err
}

func (a *App) postQueuedMove(ctx context.Context, r request) (answer, error) {
	q, err := a.opts.Store.Queued(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	if err := a.opts.Store.MoveQueued(ctx, q.ID, r.FormValue("earlier") == "true"); err != nil {
		return answer{}, err
	}
	return a.showQueue(ctx, q.Chat)
}

func (a *App) postQueuedRestore(ctx context.Context, r request) (answer, error) {
	if err := a.opts.Store.RestoreQueued(ctx, r.id()); err != nil {
		return answer{}, err
	}
	q, err := a.opts.Store.Queued(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	return a.redraw(ctx, q.Chat)
}
