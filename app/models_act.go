package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"

	"notso/app/config"
	"notso/app/hub"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/words"
)

// modelRoutes are what the page of models asks for.
func (a *App) modelRoutes() map[string]func(context.Context, request) (answer, error) {
	routes := map[string]func(context.Context, request) (answer, error){
		"GET /models":                   a.getModels,
		"GET /models/parts":             a.getModelParts,
		"POST /models/cancel":           a.postLoadCancel,
		"POST /models/get":              a.postGet,
		"POST /models/search":           a.postModelSearch,
		"POST /models/choose":           a.postChoose,
		"POST /models/take":             a.postTake,
		"GET /models/elsewhere":         a.getElsewhere,
		"GET /models/judge":             a.getJudgement,
		"GET /models/{key}/about":       a.ofItem(a.getAnatomy),
		"GET /models/{key}/defaults":    a.ofItem(a.getDefaults),
		"POST /models/{key}/defaults":   a.ofItem(a.postDefaults),
		"POST /models/{key}/use":        a.onItem(a.useItem),
		"POST /models/{key}/remove":     a.onItem(a.removeItem),
		"POST /models/{key}/rename":     a.onItem(a.renameItem),
		"POST /models/{key}/verify":     a.onItem(a.verifyItem),
		"POST /models/{key}/reveal":     a.onItem(a.revealItem),
		"POST /downloads/{name}/pause":  a.onDownload(a.pauseDownload),
		"POST /downloads/{name}/resume": a.onDownload(a.resumeDownload),
		"POST /downloads/{name}/cancel": a.onDownload(a.cancelDownload),
		"POST /welcome/later":           a.postWelcomeLater,
		"GET /welcome":                  a.getWelcome,
	}
	if a.opts.Shelf == nil {
		for pattern := range routes {
			routes[pattern] = func(context.Context, request) (answer, error) { return answer{}, words.Fail("models.closed") }
		}
	}
	return routes
}

// said is an answer of the page's parts and a notice.
func (a *App) said(text, undo string) (answer, error) {
	parts, err := a.modelParts()
	if text != "" {
		parts = append(parts, fragment{Name: "toast.html", View: toastView{Text: text, Undo: undo, Kind: "info"}, OOB: true})
	}
	return show(parts...), err
}

// onItem finds the model that the path names. One that is gone is said.
func (a *App) onItem(do func(context.Context, request, shelf.Item) (text, undo string, err error)) func(context.Context, request) (answer, error) {
	return func(ctx context.Context, r request) (answer, error) {
		items, err := a.opts.Shelf.Items()
		for _, i := range items {
			if modelKey(i.Path) == r.PathValue("key") {
				text, undo, err := do(ctx, r, i)
				if err != nil {
					return answer{}, err
				}
				return a.said(text, undo)
			}
		}
		if err == nil {
			err = words.Fail("models.err_item")
		}
		return answer{}, err
	}
}

// ofItem is onItem for what is drawn in its own place.
func (a *App) ofItem(do func(context.Context, request, shelf.Item) (fragment, error)) func(context.Context, request) (answer, error) {
	return func(ctx context.Context, r request) (answer, error) {
		items, err := a.opts.Shelf.Items()
		for _, i := range items {
			if modelKey(i.Path) == r.PathValue("key") {
				drawn, err := do(ctx, r, i)
				return show(drawn), err
			}
		}
		if err == nil {
			err = words.Fail("models.err_item")
		}
		return answer{}, err
	}
}

func (a *App) useItem(_ context.Context, _ request, i shelf.Item) (text, undo string, err error) {
	return "", "", a.useModel(i.Path)
}

// useModel makes the file at path the model, now and from the next start on.
func (a *App) useModel(path string) error {
	if err := a.opts.Config.Update(func(c *config.Config) { c.Model = path }); err != nil {
		return err
	}
	a.model.open(path)
	return nil
}

func (a *App) postLoadCancel(context.Context, request) (answer, error) {
	a.model.stop()
	return a.said("", "")
}

func (a *App) removeItem(_ context.Context, _ request, i shelf.Item) (text, undo string, err error) {
	if state, path, next := a.model.current(); path == i.Path && state != "failed" || next == i.Path {
		return "", "", words.Fail("models.removed_used", i.Name)
	}
	if err := a.opts.Shelf.Remove(i.Path); err != nil {
		return "", "", err
	}
	key := "models.removed"
	if i.Linked {
		key = "models.removed_link"
	}
	return a.say(key, i.Name), a.undoable(func(context.Context) error {
		_, err := a.opts.Shelf.Restore(i.Name)
		a.modelsChanged()
		return err
	}), nil
}

func (a *App) renameItem(_ context.Context, r request, i shelf.Item) (text, undo string, err error) {
	path, err := a.opts.Shelf.Rename(i.Path, r.FormValue("name"))
	if err != nil {
		return "", "", err
	}
	if a.opts.Config.Get().Model == i.Path {
		if err := a.opts.Config.Update(func(c *config.Config) { c.Model = path }); err != nil {
			return "", "", err
		}
	}
	a.model.renamed(i.Path, path)
	return a.say("models.renamed", strings.TrimSuffix(r.FormValue("name"), ".gguf")), "", nil
}

// verifyItem reads the whole file beside everything else, and tells what came
// of it as a notice.
func (a *App) verifyItem(_ context.Context, _ request, i shelf.Item) (text, undo string, err error) {
	a.background(func() {
		v, err := a.opts.Shelf.Verify(a.ctx, i.Path, nil)
		if a.ctx.Err() != nil {
			return
		}
		toast := toastView{Text: a.say("models.verify_good", i.Name), Kind: "info"}
		switch {
		case err != nil:
			toast = toastView{Text: a.sentence(err), Kind: "error"}
		case v.Want == "":
			toast.Text = a.say("models.verify_unknown", i.Name)
		case !v.Intact:
			toast = toastView{Text: a.say("models.verify_bad", i.Name), Kind: "error"}
		}
		a.toast(toast)
	})
	return a.say("models.verify_start", i.Name), "", nil
}

func (a *App) revealItem(_ context.Context, _ request, i shelf.Item) (text, undo string, err error) {
	if a.opts.OpenPath == nil {
		return i.Path, "", nil
	}
	return "", "", a.opts.OpenPath(filepath.Dir(i.Path))
}

// postGet begins to fetch what the form names, see shelf.Offer.
func (a *App) postGet(ctx context.Context, r request) (answer, error) {
	offer, err := a.opts.Shelf.Offer(ctx, r.FormValue("name"))
	if err != nil {
		return answer{}, err
	}
	use, before := r.FormValue("use") == "true", ""
	if use { // before it can arrive
		before = a.want(offer.Requests[0].Name)
	}
	if err := a.opts.Shelf.Get(offer); err != nil {
		if use {
			a.want(before)
		}
		return answer{}, err
	}
	if use {
		return a.getWelcome(ctx, r)
	}
	return a.said(a.say("models.begun", offer.Name), "")
}

// want names the download that takes over once it is here, and returns the one
// that was to do so before.
func (a *App) want(name string) (before string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before, a.wanted = a.wanted, name
	return before
}

// foundView fills found.html, what a search found.
type foundView struct {
	Query        string
	Repository   string // whose models are listed; "" for repositories
	Judged       bool   // they can be asked whether they would run here
	Models       []foundModelView
	Repositories []foundRepositoryView
}

type foundModelView struct {
	Ask  string
	Name string
	What string
}

type foundRepositoryView struct {
	Name  string
	What  string
	Gated bool
}

// postModelSearch looks for words on the hub, or lists a repository.
func (a *App) postModelSearch(ctx context.Context, r request) (answer, error) {
	query := strings.TrimSpace(r.FormValue("q"))
	view := foundView{Query: query}
	if ref, _, ok := hub.Parse(query); ok {
		models, err := a.opts.Shelf.Hub().Models(ctx, ref.Repository)
		if err != nil {
			return answer{}, err
		}
		view.Repository, view.Judged = ref.Repository, a.opts.Judge != nil
		for _, m := range models {
			view.Models = append(view.Models, foundModelView{Ask: ref.Repository + "/" + m.Files[0].Path, Name: m.Name,
				What: a.joined(m.Files[0].Quantisation, a.size(m.SizeBytes))})
		}
	} else if query != "" {
		found, err := a.opts.Shelf.Hub().Search(ctx, query)
		if err != nil {
			return answer{}, err
		}
		for _, f := range found {
			view.Repositories = append(view.Repositories, foundRepositoryView{Name: f.Repository, Gated: f.Gated,
				What: a.joined(f.Licence, a.language().Count("models.found_downloads", int(f.Downloads)))})
		}
	}
	return show(fragment{Name: "found.html", View: view}), nil
}

// strangersView fills strangers.html, the models of other programs.
type strangersView struct {
	Looked bool
	Models []strangerView
}

type strangerView struct {
	Program, Name, Path, What string
}

func (a *App) getElsewhere(context.Context, request) (answer, error) {
	return show(fragment{Name: "strangers.html", View: a.strangers()}), nil
}

func (a *App) strangers() strangersView {
	view := strangersView{Looked: true}
	for _, s := range a.opts.Shelf.Elsewhere() {
		view.Models = append(view.Models, strangerView{Program: s.Program, Name: s.Name, Path: s.Path, What: a.joined(s.Program, a.size(s.SizeBytes))})
	}
	return view
}

// postTake links a model of another program.
func (a *App) postTake(_ context.Context, r request) (answer, error) {
	m, err := a.opts.Shelf.Import(r.FormValue("path"), r.FormValue("name"))
	if err != nil {
		return answer{}, err
	}
	got, err := a.said(a.brought(m), "")
	got.fragments = append([]fragment{{Name: "strangers.html", View: a.strangers()}}, out(got.fragments)...)
	return got, err
}

// out sends all fragments to their own places.
func out(fragments []fragment) []fragment {
	for i := range fragments {
		fragments[i].OOB = true
	}
	return fragments
}

// postChoose asks for a file and links it.
func (a *App) postChoose(context.Context, request) (answer, error) {
	if a.opts.OpenFile == nil {
		return answer{}, words.Fail("models.no_dialog")
	}
	path, err := a.opts.OpenFile(a.say("models.choose"), "*.gguf")
	if err != nil || path == "" {
		return answer{}, err
	}
	m, err := a.opts.Shelf.Import(path, "")
	if err != nil {
		return answer{}, err
	}
	return a.said(a.brought(m), "")
}

// brought says what becomes of a model that was linked: it answers where none did
// before, and who brought it needs no welcome, unless to see a download end.
func (a *App) brought(m library.Model) string {
	if _, _, builtin, _ := a.model.snapshot(); !builtin || m.Problem != "" || a.useModel(m.Path) != nil {
		return a.say("models.imported", m.Name)
	}
	if w := a.welcome(); w != nil && w.Download == nil {
		if err := a.opts.Config.Update(func(c *config.Config) { c.Welcomed = true }); err != nil {
			slog.Warn("the welcome will be shown again", "error", err)
		}
		a.modelsChanged()
	}
	return a.say("models.brought_use", m.Name)
}

// modelsChanged lets the page of models fetch its parts again.
func (a *App) modelsChanged() { a.opts.Emit("refresh", refreshEvent{What: "models"}) }
