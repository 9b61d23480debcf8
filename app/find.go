package app

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"notso/app/store"
)

// findInChat answers with the turns of a chat that have a text, as pairs of an
// id and a count, in order.
func (a *App) findInChat(w http.ResponseWriter, r *http.Request) {
	matches, err := a.opts.Store.Find(r.Context(), request{r}.id(), r.FormValue("q"))
	if err != nil {
		a.refuse(w, err)
		return
	}
	pairs := [][2]int64{}
	for _, m := range matches {
		pairs = append(pairs, [2]int64{m.Turn, int64(m.Count)})
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(pairs)
}

// postView keeps where the reader is in a chat; without a turn it is the end.
func (a *App) postView(ctx context.Context, r request) (answer, error) {
	var v store.View
	v.Turn, _ = strconv.ParseInt(r.FormValue("turn"), 10, 64)
	v.Offset, _ = strconv.Atoi(r.FormValue("offset"))
	if v.Turn == 0 {
		return answer{}, a.opts.Store.SetView(ctx, r.id(), store.View{})
	}
	c, err := a.opts.Store.Chat(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	v.Head = c.Head
	return answer{}, a.opts.Store.SetView(ctx, c.ID, v)
}

// lastView is where the reader left a chat; zero is its end. A place on another
// branch than the one that is shown now does not count, and neither does one in
// a chat in which something is being written.
func (a *App) lastView(ctx context.Context, chatID int64) store.View {
	c, err := a.opts.Store.Chat(ctx, chatID)
	if err != nil || a.running(chatID) != nil {
		return store.View{}
	}
	v, err := a.opts.Store.View(ctx, chatID)
	if err != nil || v.Head != c.Head {
		return store.View{}
	}
	if _, err := a.opts.Store.Turn(ctx, v.Turn); err != nil {
		return store.View{}
	}
	return v
}
