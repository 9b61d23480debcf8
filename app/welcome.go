package app

import (
	"context"
	"strings"

	"notso/app/config"
	"notso/app/fetch"
)

// firstModel is what a new user is offered, of the catalogue.
const firstModel = "smollm3-3b"

// welcomeView fills welcome.html, what a new user sees first.
type welcomeView struct {
	Ask      string // what to get
	GetWhy   string
	Fit      string          // why this file of it
	Others   []offerFileView // of the same model, for who knows better
	Starter  string          // the model that is here meanwhile; "" for the built-in text
	Download *downloadView
}

// welcome is what a new user sees in an empty chat, nil for everybody else: who
// has a SmolLM3, has chosen, talks to a server, or has chats and waits for no
// download.
func (a *App) welcome() *welcomeView {
	if a.opts.Shelf == nil || a.opts.Remote != "" || a.opts.Config.Get().Welcomed {
		return nil
	}
	entry, _, err := a.opts.Shelf.Catalogue().Find(firstModel)
	if err != nil {
		return nil
	}
	file, why := a.pick(entry)
	items, _ := a.opts.Shelf.Items()
	view := &welcomeView{Ask: askFor(entry, file), GetWhy: a.say("models.welcome_get_why", a.size(file.SizeBytes)), Fit: why}
	ours := map[string]bool{} // names of the model's files
	for _, f := range entry.Files {
		ours[f.File] = true
		if f != file {
			view.Others = append(view.Others, a.offerFile(entry, f, shelfView{}))
		}
	}
	for _, i := range items {
		if strings.Contains(strings.ToLower(i.Name), "smollm3") || ours[i.Name+".gguf"] {
			return nil
		}
		if i.Problem == "" {
			view.Starter = i.Name
		}
	}
	for _, p := range a.opts.Shelf.Downloads().List() {
		if ours[p.Name] && p.State != fetch.Done {
			d := a.download(p)
			view.Download = &d
		}
	}
	if chats, err := a.opts.Store.Chats(a.ctx, 1); view.Download == nil && err == nil && len(chats) > 0 {
		return nil
	}
	return view
}

// getWelcome draws the welcome again; nothing where it is over.
func (a *App) getWelcome(context.Context, request) (answer, error) {
	return show(fragment{Name: "welcome.html", View: a.welcome()}), nil
}

// postWelcomeLater ends the welcome for good. All that it offers stays on the
// page of models.
func (a *App) postWelcomeLater(ctx context.Context, r request) (answer, error) {
	if err := a.opts.Config.Update(func(c *config.Config) { c.Welcomed = true }); err != nil {
		return answer{}, err
	}
	return a.getWelcome(ctx, r)
}

// modelBanner tells that a built-in text answers, unless the welcome does.
func (a *App) modelBanner(shown conversationView) string {
	if shown.Welcome != nil {
		return ""
	}
	return a.model.banner()
}
