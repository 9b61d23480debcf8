package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"notso/app/chat"
	"notso/app/config"
)

// bodyLimit bounds a form, in bytes: far above any message a model can hold.
const bodyLimit = 16 << 20

// answer is what a route gives back: fragments, the first in place and the rest
// out of band. An empty one is 204.
type answer struct {
	fragments []fragment
	reswap    string // how it is replaced then; "" is outerHTML
	retarget  string // CSS selector that replaces the element the page meant
}

// Handler serves the window: its page, its fragments and its assets.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", assets(a.language))
	routes := a.routes()
	maps.Copy(routes, a.turnRoutes())
	maps.Copy(routes, a.queueRoutes())
	maps.Copy(routes, a.listRoutes())
	maps.Copy(routes, a.modelRoutes())
	maps.Copy(routes, a.settingRoutes())
	maps.Copy(routes, a.commandRoutes())
	for pattern, serve := range routes {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
			got, err := serve(r.Context(), request{r})
			if err != nil {
				a.refuse(w, err)
				return
			}
			if got.retarget != "" {
				w.Header().Set("HX-Retarget", got.retarget)
				w.Header().Set("HX-Reswap", first(got.reswap, "outerHTML"))
			}
			if len(got.fragments) == 0 {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			writeFragments(w, a.language(), http.StatusOK, got.fragments...)
		})
	}
	mux.HandleFunc("GET /turns/{id}/text", a.turnText)
	mux.HandleFunc("POST /import", a.postImportFile)
	mux.HandleFunc("GET /chats/{id}/find", a.findInChat)
	mux.HandleFunc("GET /chats/{id}/places", a.getPlaces)
	return secure(a.language, mux)
}

func (a *App) routes() map[string]func(context.Context, request) (answer, error) {
	return map[string]func(context.Context, request) (answer, error){
		"GET /{$}":                     a.getPage,
		"POST /listening":              a.postListening,
		"POST /chats":                  a.postChat,
		"GET /chats/{id}":              a.getChat,
		"GET /chats/{id}/turns":        a.getTurns,
		"POST /chats/{id}/turns":       a.postTurn,
		"POST /chats/{id}/stop":        a.postStop,
		"POST /chats/{id}/thinking":    a.postThinking,
		"POST /draft":                  unlessGone(a.postDraft),
		"POST /settings/sidebar":       a.postSidebar,
		"POST /open":                   a.postOpen,
		"GET /chats/{id}/attachments":  a.getAttachments,
		"POST /chats/{id}/attachments": a.postAttachment,
		"POST /chats/{id}/attach":      a.postAttach,
		"GET /attachments/{id}":        a.getAttachment,
		"DELETE /attachments/{id}":     a.deleteAttachment,
	}
}

func (a *App) getPage(ctx context.Context, _ request) (answer, error) {
	a.listening(false)
	a.typed.note(0, 0) // a page that is opened counts anew
	view, err := a.page(ctx)
	return show(fragment{Name: "page.html", View: view}), err
}

func (a *App) getSidebar(ctx context.Context, _ request) (answer, error) {
	view, err := a.sidebar(ctx, false)
	return show(fragment{Name: "sidebar.html", View: view}), err
}

func (a *App) postChat(ctx context.Context, _ request) (answer, error) { return a.showChat(ctx, 0) }

func (a *App) getChat(ctx context.Context, r request) (answer, error) {
	if turn, asked := r.number("turn"); asked {
		return a.showChatAt(ctx, r.id(), turn)
	}
	v := a.lastView(ctx, r.id())
	got, err := a.showChatAt(ctx, r.id(), v.Turn)
	if err == nil && v.Turn != 0 {
		view := got.fragments[0].View.(conversationView)
		view.Offset = v.Offset
		got.fragments[0].View = view
	}
	return got, err
}

// showChat makes the chat the one that the window shows.
func (a *App) showChat(ctx context.Context, chatID int64) (answer, error) {
	return a.showChatAt(ctx, chatID, 0)
}

// showChatAt is showChat with a turn in sight, which search found, say.
func (a *App) showChatAt(ctx context.Context, chatID, turn int64) (answer, error) {
	view, err := a.conversationAt(ctx, chatID, turn)
	if err != nil {
		return answer{}, err
	}
	a.mu.Lock()
	if a.current != chatID && a.current != 0 {
		a.choose(chatItemID(a.current)) // to be offered first, as the way back
	}
	a.current = chatID
	a.mu.Unlock()
	sidebar, err := a.sidebar(ctx, false)
	return show(
		fragment{Name: "conversation.html", View: view},
		fragment{Name: "sidebar.html", View: sidebar, OOB: true},
		fragment{Name: "status.html", View: a.status(), OOB: true},
	), err
}

// postTurn takes what the composer sends: a message, or a slash command.
func (a *App) postTurn(ctx context.Context, r request) (answer, error) {
	text := r.FormValue("text")
	a.typed.note(r.id(), r.moment())
	call, isCommand, err := a.Parse(text)
	if err != nil {
		return answer{}, err
	}
	if isCommand {
		out, err := a.Run(ctx, r.id(), call, nil)
		if err != nil {
			return answer{}, err
		}
		if err := a.opts.Store.SetDraft(ctx, r.id(), ""); err != nil {
			return answer{}, err
		}
		return a.showOutcome(ctx, r.id(), out)
	}
	c, _, err := a.tail(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	user, reply, err := a.send(ctx, r.id(), text, a.windowOptions(c), nil)
	if errors.Is(err, chat.ErrBusy) {
		return a.postQueue(ctx, r.id(), text)
	}
	if err != nil {
		return answer{}, err
	}
	return a.showTurns(ctx, r.id(), []chat.Turn{user, reply})
}

// showTurns appends new turns to the chat that the composer wrote to; a chat
// that was new is drawn whole.
func (a *App) showTurns(ctx context.Context, chatID int64, turns []chat.Turn) (answer, error) {
	if chatID == 0 {
		got, err := a.showChat(ctx, turns[0].Chat)
		got.retarget = "#conversation"
		return got, err
	}
	if turns[len(turns)-1].Candidate > 0 {
		got, err := a.redraw(ctx, chatID)
		got.retarget, got.reswap = "#conversation", "outerMorph"
		return got, err
	}
	var views []turnView
	for i, t := range turns {
		views = append(views, a.turn(t, i == len(turns)-1))
	}
	if err := a.placeFiles(ctx, views); err != nil {
		return answer{}, err
	}
	var got answer
	files := false
	for _, v := range views {
		got.fragments = append(got.fragments, fragment{Name: "turn.html", View: v})
		files = files || len(v.Files) > 0
	}
	if files { // they left the composer
		got.fragments = append(got.fragments, fragment{Name: "attachments.html", View: attachmentsView{ChatID: chatID}, OOB: true})
	}
	return got, nil
}

func (a *App) showOutcome(ctx context.Context, chatID int64, out Outcome) (answer, error) {
	var got answer
	var err error
	switch {
	case len(out.Turns) > 0 && !out.Changed:
		got, err = a.showTurns(ctx, chatID, out.Turns)
	case out.Changed:
		got, err = a.showChat(ctx, out.Chat)
		got.retarget = "#conversation"
	case out.Help:
		got.fragments = append(got.fragments, fragment{Name: "help.html", View: a.help(), OOB: true})
	case out.Page == "settings":
		var view settingsView
		view, err = a.settings(ctx, false)
		view.Part = out.Part
		got.fragments = append(got.fragments, fragment{Name: "settings.html", View: view, OOB: true})
	case out.Page == "map":
		var view mapView
		view, err = a.branches(ctx, chatID)
		got.fragments = append(got.fragments, fragment{Name: "map.html", View: view, OOB: true})
	}
	if out.Import {
		got.fragments = append(got.fragments, fragment{Name: "import.html", View: importView{}, OOB: true})
	}
	if out.Models {
		view, err := a.models()
		if err != nil {
			return answer{}, err
		}
		got.fragments = append(got.fragments, fragment{Name: "models.html", View: view, OOB: true})
	} else if out.Search != "" {
		a.opts.Emit("search", out.Search)
	} else if out.Text != "" {
		got.fragments = append(got.fragments, fragment{Name: "toast.html", View: toastView{Text: out.Text, Undo: out.Undo, Kind: "info"}, OOB: true})
	}
	return got, err
}

func (a *App) postStop(_ context.Context, r request) (answer, error) {
	a.Stop(r.id())
	return answer{}, nil
}

func (a *App) postThinking(ctx context.Context, r request) (answer, error) {
	if err := a.SetThinking(ctx, r.id(), r.FormValue("on") == "true"); err != nil {
		return answer{}, err
	}
	c, _, err := a.tail(ctx, r.id())
	return show(fragment{Name: "thinking.html", View: a.thinking(c)}), err
}

func (a *App) postSidebar(_ context.Context, r request) (answer, error) {
	if text := r.FormValue("width"); text != "" {
		width, err := strconv.Atoi(text)
		if err != nil {
			return answer{}, fmt.Errorf("%q is no width", text)
		}
		return answer{}, a.opts.Config.Update(func(c *config.Config) { c.SidebarWidth = min(max(width, 0), 520) })
	}
	return answer{}, a.setSidebar(r.FormValue("open") == "true")
}

func (a *App) postOpen(_ context.Context, r request) (answer, error) {
	return answer{}, a.OpenLink(r.FormValue("url"))
}

// refuse answers an error with its sentence.
func (a *App) refuse(w http.ResponseWriter, err error) {
	status := http.StatusUnprocessableEntity
	switch {
	case errors.Is(err, chat.ErrNotFound):
		status = http.StatusNotFound
	case errors.Is(err, chat.ErrBusy):
		status = http.StatusConflict
	}
	writeFragments(w, a.language(), status, fragment{Name: "error.html", View: a.sentence(err)})
}

func (a *App) shown() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.current
}

func show(fragments ...fragment) answer { return answer{fragments: fragments} }

// request reads what routes need.
type request struct{ *http.Request }

// number reads a parameter that may be missing.
func (r request) number(name string) (int64, bool) {
	n, err := strconv.ParseInt(r.FormValue(name), 10, 64)
	return n, err == nil
}

// id is the path's id; one that is no number names nothing.
func (r request) id() int64 {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return -1
	}
	return id
}
