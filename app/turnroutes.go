package app

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"notso/app/chat"
	"notso/app/words"
)

// turnRoutes are the routes of what can be done with one turn. Those that change
// the branch draw the conversation anew; the page morphs it, so that focus and
// scroll position stay.
func (a *App) turnRoutes() map[string]func(context.Context, request) (answer, error) {
	return map[string]func(context.Context, request) (answer, error){
		"GET /turns/{id}":             a.getTurn,
		"GET /chats/{id}/map":         a.getMap,
		"GET /chats/{id}/context":     a.getContext,
		"POST /chats/{id}/count":      unlessGone(a.postCount),
		"POST /chats/{id}/talk":       a.postTalk,
		"POST /turns/{id}/keep":       a.postKeep,
		"GET /turns/{id}/tokens":      a.getTokens,
		"GET /turns/{id}/choice":      a.getChoice,
		"POST /turns/{id}/branch":     a.postBranch,
		"GET /turns/{id}/menu":        a.getTurnMenu,
		"GET /turns/{id}/edit":        a.getTurnEdit,
		"GET /turns/{id}/raw":         a.getTurnRaw,
		"GET /turns/{id}/facts":       a.getTurnFacts,
		"POST /turns/{id}/edit":       a.postTurnEdit,
		"POST /turns/{id}/continue":   a.postContinue,
		"POST /turns/{id}/regenerate": a.postRegenerate,
		"POST /turns/{id}/pin":        a.postTurnPin,
		"POST /turns/{id}/show":       a.postTurnShow,
		"POST /turns/{id}/fork":       a.postTurnFork,
		"DELETE /turns/{id}":          a.deleteTurn,
		"POST /deletions/{id}/undo":   a.postDeletionUndo,
	}
}

// redraw shows the chat's branch as it is now, in place.
func (a *App) redraw(ctx context.Context, chatID int64) (answer, error) {
	return a.redrawAt(ctx, chatID, 0)
}

// redrawAt is redraw around a turn; 0 is the branch's end.
func (a *App) redrawAt(ctx context.Context, chatID, turn int64) (answer, error) {
	view, err := a.conversationAt(ctx, chatID, turn)
	return show(fragment{Name: "conversation.html", View: view}, fragment{Name: "status.html", View: a.status(), OOB: true}), err
}

func (a *App) showTurn(ctx context.Context, t chat.Turn) (answer, error) {
	view, err := a.single(ctx, t)
	return show(fragment{Name: "turn.html", View: view}), err
}

func (a *App) getTurn(ctx context.Context, r request) (answer, error) {
	t, err := a.opts.Store.Turn(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	return a.showTurn(ctx, t)
}

func (a *App) getTurnMenu(ctx context.Context, r request) (answer, error) {
	view, err := a.turnMenu(ctx, r.id())
	return show(fragment{Name: "turn-menu.html", View: view}), err
}

func (a *App) getTurnEdit(ctx context.Context, r request) (answer, error) {
	t, err := a.opts.Store.Turn(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	if !canEdit(t) {
		return answer{}, notEditable(t)
	}
	return show(fragment{Name: "turn-edit.html", View: turnEditView{turnView: a.turn(t, false), Source: t.Text}}), nil
}

func (a *App) getTurnRaw(ctx context.Context, r request) (answer, error) {
	t, err := a.opts.Store.Turn(ctx, r.id())
	view := rawView{ID: t.ID, Title: a.say("act.raw_reply"), Reasoning: t.Reasoning, Text: t.Text}
	if t.Role == chat.User {
		view.Title = a.say("act.raw_message")
	}
	return show(fragment{Name: "raw.html", View: view}), err
}

func (a *App) getTurnFacts(ctx context.Context, r request) (answer, error) {
	t, err := a.opts.Store.Turn(ctx, r.id())
	return show(fragment{Name: "facts.html", View: a.turnFacts(t)}), err
}

func (a *App) postTurnEdit(ctx context.Context, r request) (answer, error) {
	t, err := a.opts.Store.Turn(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	c, err := a.opts.Store.Chat(ctx, t.Chat)
	if err != nil {
		return answer{}, err
	}
	if t, err = a.Edit(ctx, t.ID, r.FormValue("edited"), a.windowOptions(c)); err != nil {
		return answer{}, err
	}
	return a.redraw(ctx, t.Chat)
}

func (a *App) postContinue(ctx context.Context, r request) (answer, error) {
	t, err := a.Continue(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	return a.showTurn(ctx, t)
}

// postRegenerate takes what is to be different: temperature, or model.
func (a *App) postRegenerate(ctx context.Context, r request) (answer, error) {
	var opts TalkOptions
	if value := r.FormValue("temperature"); value != "" {
		t, err := strconv.ParseFloat(value, 64)
		if err != nil || !(t >= 0 && t <= 2) {
			return answer{}, words.Fail("act.temperature", value)
		}
		opts.Temperature = &t
	}
	if n, ok := r.number("candidates"); ok {
		opts.Candidates = int(n)
	}
	if name := r.FormValue("model"); name != "" {
		path, err := a.opts.Library.Resolve(name)
		if err != nil {
			return answer{}, err
		}
		if t, err := a.opts.Store.Turn(ctx, r.id()); err != nil || a.running(t.Chat) != nil {
			return answer{}, first(err, chat.ErrBusy)
		}
		a.model.open(path)
		opts.Model = path
	}
	t, err := a.Regenerate(ctx, r.id(), opts)
	if err != nil {
		return answer{}, err
	}
	return a.redraw(ctx, t.Chat)
}

func (a *App) postTurnPin(ctx context.Context, r request) (answer, error) {
	if err := a.opts.Store.PinTurn(ctx, r.id(), r.FormValue("on") == "true"); err != nil {
		return answer{}, err
	}
	return a.getTurn(ctx, r)
}

func (a *App) postTurnShow(ctx context.Context, r request) (answer, error) {
	t, err := a.ShowBranch(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	return a.redrawAt(ctx, t.Chat, t.ID)
}

func (a *App) postTurnFork(ctx context.Context, r request) (answer, error) {
	c, err := a.Fork(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	got, err := a.showChat(ctx, c.ID)
	got.fragments = append(got.fragments, toast(a.say("act.forked"), ""))
	return got, err
}

func (a *App) deleteTurn(ctx context.Context, r request) (answer, error) {
	d, err := a.opts.Store.DeleteTurn(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	got, err := a.redraw(ctx, d.Chat)
	got.fragments = append(got.fragments, toast(a.deleted(d), undoOf(d)))
	return got, err
}

// undoOf is the path that takes back a deletion.
func undoOf(d chat.Deletion) string { return fmt.Sprintf("/deletions/%d/undo", d.ID) }

func (a *App) postDeletionUndo(ctx context.Context, r request) (answer, error) {
	chatID, err := a.opts.Store.Undo(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	return a.showChat(ctx, chatID)
}

func toast(text, undo string) fragment {
	return fragment{Name: "toast.html", View: toastView{Text: text, Undo: undo, Kind: "info"}, OOB: true}
}

// turnText gives the text of a turn for the clipboard: as Markdown, or without
// its marks for people who ask for "plain".
func (a *App) turnText(w http.ResponseWriter, r *http.Request) {
	t, err := a.opts.Store.Turn(r.Context(), request{r}.id())
	if err != nil {
		a.refuse(w, err)
		return
	}
	text := t.Text
	if r.URL.Query().Has("plain") && t.Role == chat.Assistant {
		text = a.words.Text(t.Text)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte(text))
}
