package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"notso/app/store"
)

func searchRole() role {
	return role{
		name:    "search",
		usage:   "WORDS [--json]",
		summary: "search in the titles and messages of all chats",
		details: `All words must be there; the last one may be the beginning of one. Words in
quotes stand side by side. Case and accents do not count. The number before a
chat is the ID that notso export takes. The window may be open.`,
		run: runSearch,
	}
}

func runSearch(ctx context.Context, env Env, args arguments) error {
	f := args.flags()
	asJSON := f.Bool("json", false, "")
	words, err := args.parse(f, -1)
	if err != nil {
		return err
	}
	query := strings.Join(words, " ")
	if strings.TrimSpace(query) == "" {
		return args.wrong("The words to search for are missing.")
	}
	paths, err := env.Home()
	if err != nil {
		return err
	}
	var found []store.Found
	err = withChats(ctx, paths, func(db *store.Store) (err error) {
		found, err = db.Search(ctx, query)
		return err
	})
	if err != nil {
		return err
	}
	if *asJSON {
		return writeJSON(env.Stdout, foundItems(found))
	}
	if len(found) == 0 {
		fmt.Fprintln(env.Stderr, env.of("Nothing was found for %s.", printable(query)))
		return nil
	}
	for _, f := range found {
		fmt.Fprintf(env.Stdout, "%d  %s  %s\n", f.Chat.ID, f.Chat.Updated.Local().Format("2006-01-02"), oneLine(store.Plain(f.Title)))
		for _, h := range f.Hits {
			fmt.Fprintf(env.Stdout, "    %s: %s\n", env.of("%s", h.Role), printable(strings.TrimSpace(store.Plain(h.Excerpt))))
		}
		if f.More > 0 {
			fmt.Fprintln(env.Stdout, env.of("    and %d more", f.More))
		}
	}
	return nil
}

type foundItem struct {
	ID      int64     `json:"id"`
	Title   string    `json:"title"`
	Updated time.Time `json:"updated"`
	Hits    []foundIn `json:"hits"`
	More    int       `json:"more"`
}

type foundIn struct {
	Turn    int64  `json:"turn"`
	Role    string `json:"role"`
	Excerpt string `json:"excerpt"`
}

func foundItems(found []store.Found) []foundItem {
	items := []foundItem{}
	for _, f := range found {
		item := foundItem{ID: f.Chat.ID, Title: f.Chat.Title, Updated: f.Chat.Updated, Hits: []foundIn{}, More: f.More}
		for _, h := range f.Hits {
			item.Hits = append(item.Hits, foundIn{h.Turn, string(h.Role), strings.TrimSpace(store.Plain(h.Excerpt))})
		}
		items = append(items, item)
	}
	return items
}
