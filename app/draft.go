package app

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"notso/app/chat"
)

// typed is what last came from the message box: a message, or a draft. A draft may
// be overtaken on its way, and then is none any more.
type typed struct {
	mu   sync.Mutex
	chat int64
	at   float64 // ms since the page was opened, as the page counts them; 0 before the first
}

// note keeps what has come. It waits for a draft that is being kept.
func (t *typed) note(chatID int64, at float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chat, t.at = chatID, at
}

// moment is when the page read the text that the request carries; 0 unknown.
func (r request) moment() float64 {
	at, _ := strconv.ParseFloat(r.FormValue("at"), 64)
	return at
}

// postDraft keeps what is typed in a chat, and lets the model read along.
func (a *App) postDraft(ctx context.Context, r request) (answer, error) {
	id, err := strconv.ParseInt(r.FormValue("chat"), 10, 64)
	if err != nil {
		return answer{}, chat.ErrNotFound
	}
	text := r.FormValue("text")
	at := r.moment()
	a.typed.mu.Lock()
	defer a.typed.mu.Unlock()
	if at > 0 && id == a.typed.chat && at <= a.typed.at {
		return answer{}, nil
	}
	a.typed.chat, a.typed.at = id, at
	if text != "" && !strings.HasPrefix(text, "/") { // a box that is empty, as after Enter, has nothing new
		a.warm(id, text)
	}
	return answer{}, a.opts.Store.SetDraft(ctx, id, text)
}
