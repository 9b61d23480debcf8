package app

import (
	"context"
	"fmt"
	"strings"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/store"
)

// resultsView fills results.html, what a search found. Without a query it is
// hidden.
type resultsView struct {
	Query string
	Count string // "3 chats", or that there is none
	Chats []resultItem
}

type resultItem struct {
	ID    int64
	Title []store.Span
	When  string
	Hits  []hitItem
	More  string // "and 4 more"; "" where all is shown
}

type hitItem struct {
	Turn    int64
	Speaker string
	Excerpt []store.Span
}

func (a *App) getSearch(ctx context.Context, r request) (answer, error) {
	view, err := a.results(ctx, strings.TrimSpace(r.FormValue("q")))
	return show(fragment{Name: "results.html", View: view}), err
}

func (a *App) results(ctx context.Context, query string) (resultsView, error) {
	view := resultsView{Query: query}
	if query == "" {
		return view, nil
	}
	found, err := a.opts.Store.Search(ctx, query)
	if err != nil {
		return view, err
	}
	view.Count = a.foundCount(found, query)
	now := a.opts.Now()
	for _, f := range found {
		item := resultItem{ID: f.Chat.ID, Title: f.Title, When: a.day(f.Chat.Updated, now)}
		for _, h := range f.Hits {
			speaker := a.say("search.you")
			if h.Role == chat.Assistant {
				speaker = a.say("search.reply")
			}
			item.Hits = append(item.Hits, hitItem{Turn: h.Turn, Speaker: speaker, Excerpt: h.Excerpt})
		}
		if f.More > 0 {
			item.More = a.language().Count("search.more", f.More)
		}
		view.Chats = append(view.Chats, item)
	}
	return view, nil
}

func (a *App) foundCount(found []store.Found, query string) string {
	if len(found) == 0 {
		return a.say("search.nothing", query)
	}
	return a.language().Count("search.chats", len(found))
}

// searchCommand has the window show what is found; the terminal prints it.
func (a *App) searchCommand(ctx context.Context, call command.Call, out *Outcome) error {
	out.Search = call.Args.Words
	if out.Search == "" {
		out.Text = a.say("search.what")
		return nil
	}
	found, err := a.opts.Store.Search(ctx, out.Search)
	lines := []string{a.foundCount(found, out.Search)}
	for _, f := range found {
		lines = append(lines, fmt.Sprintf("%d  %s", f.Chat.ID, f.Chat.Title))
		for _, h := range f.Hits {
			lines = append(lines, "   "+store.Plain(h.Excerpt))
		}
	}
	out.Text = strings.Join(lines, "\n")
	return err
}
