package app

import (
	"encoding/json"
	"errors"
	"net/http"

	"notso/app/chat"
)

// getPlaces answers with the place of a turn on its branch, from 1, and with the
// length of the branch that is shown. It takes a millisecond for some thousand
// turns, so the page asks after it has been drawn.
func (a *App) getPlaces(w http.ResponseWriter, r *http.Request) {
	turn, _ := request{r}.number("turn")
	c, err := a.opts.Store.Chat(r.Context(), request{r}.id())
	if errors.Is(err, chat.ErrNotFound) { // gone since: see unlessGone
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if err != nil {
		a.refuse(w, err)
		return
	}
	var places [2]int
	for i, leaf := range []int64{turn, c.Head} {
		if places[i], err = a.opts.Store.BranchLength(r.Context(), leaf); err != nil {
			a.refuse(w, err)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(places)
}
