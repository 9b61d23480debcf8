package app

import (
	"context"
	"sync"
)

// toastsKept bounds what waits for a page that listens: as many toasts as a
// person can follow at once. The oldest go first.
const toastsKept = 8

// toasts are told to the page as events, which reach nobody while it loads: what
// is to be told until it listens waits here.
type toasts struct {
	mu      sync.Mutex
	listens bool
	waiting []toastView
}

// toast tells the page something that has happened by itself.
func (a *App) toast(t toastView) {
	a.toasts.mu.Lock()
	defer a.toasts.mu.Unlock()
	if a.toasts.listens {
		a.opts.Emit("toast", t)
		return
	}
	a.toasts.waiting = append(a.toasts.waiting, t)
	a.toasts.waiting = a.toasts.waiting[max(0, len(a.toasts.waiting)-toastsKept):]
}

// listening tells whether the page hears events: it says so itself once it does,
// and one that loads anew does not yet.
func (a *App) listening(listens bool) {
	a.toasts.mu.Lock()
	defer a.toasts.mu.Unlock()
	a.toasts.listens = listens
	if !listens {
		return
	}
	for _, t := range a.toasts.waiting {
		a.opts.Emit("toast", t)
	}
	a.toasts.waiting = nil
}

func (a *App) postListening(context.Context, request) (answer, error) {
	a.listening(true)
	return answer{}, nil
}
