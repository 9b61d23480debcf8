package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/home"
	"notso/app/prompts"
	"notso/app/store"
)

func chatsRole() role {
	return role{
		name:    "chats",
		usage:   "[--json]",
		summary: "list the stored chats, the latest first",
		details: "The window may be open. The first column is the ID that notso export takes.",
		run:     runChats,
	}
}

func runChats(ctx context.Context, env Env, args arguments) error {
	asJSON, err := args.onlyJSON()
	if err != nil {
		return err
	}
	paths, err := env.Home()
	if err != nil {
		return err
	}
	var chats []chat.Chat
	err = withChats(ctx, paths, func(db *store.Store) (err error) {
		chats, err = db.Chats(ctx, 0)
		return err
	})
	if err != nil {
		return err
	}
	if asJSON {
		type item struct {
			ID      int64     `json:"id"`
			Title   string    `json:"title"`
			Created time.Time `json:"created"`
			Updated time.Time `json:"updated"`
		}
		items := []item{}
		for _, c := range chats {
			items = append(items, item{c.ID, c.Title, c.Created, c.Updated})
		}
		return writeJSON(env.Stdout, items)
	}
	if len(chats) == 0 {
		fmt.Fprintln(env.Stderr, env.of("There are no chats yet."))
		return nil
	}
	return table(env.Stdout, func(row func(...any)) {
		row("ID", env.of("UPDATED"), env.of("TITLE"))
		for _, c := range chats {
			row(c.ID, c.Updated.Local().Format("2006-01-02 15:04"), c.Title)
		}
	})
}

// withChats lets read look at the chats. It does nothing when none was ever
// written.
func withChats(ctx context.Context, paths home.Paths, read func(*store.Store) error) error {
	db, err := openChats(ctx, paths)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer db.Close()
	return read(db)
}

// openChats opens the database to read, whoever else has it open.
// Errors: fs.ErrNotExist when there is none.
func openChats(ctx context.Context, paths home.Paths) (*store.Store, error) {
	db, err := store.OpenReadOnly(ctx, paths.Database)
	if older := (*store.OlderError)(nil); errors.As(err, &older) {
		return nil, errors.New("the chats were written by an older version; open the window once, which brings them up to date")
	}
	if newer := (*store.NewerError)(nil); errors.As(err, &newer) {
		return nil, errors.New("the chats were written by a newer version; use that one, or a newer one still")
	}
	return db, err
}

func commandsRole() role {
	return role{
		name:    "commands",
		usage:   "[--json]",
		summary: "list the slash commands of the window and the terminal",
		run: func(_ context.Context, env Env, args arguments) error {
			asJSON, err := args.onlyJSON()
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(env.Stdout, command.All())
			}
			return env.listCommands(env.Stdout, command.Window)
		},
	}
}

// listCommands prints the commands that may run in place, by category.
func (e Env) listCommands(w io.Writer, place command.Place) error {
	return table(w, func(row func(...any)) {
		for _, category := range command.Categories() {
			row(e.of("%s", category))
			for _, c := range command.All() {
				if c.Category == category && c.In(place) {
					row("  "+strings.TrimSpace("/"+c.Name+" "+e.Words.Of(c.Arguments)), e.Words.Say("command."+c.Name))
				}
			}
		}
	})
}

// listPrompts prints the user's own prompts like commands.
func (e Env) listPrompts(w io.Writer, own []prompts.Prompt) error {
	if len(own) == 0 {
		return nil
	}
	return table(w, func(row func(...any)) {
		row(e.Words.Say("help.prompts"))
		for _, p := range own {
			row("  /"+p.Name, cmp.Or(p.About, e.Words.Say("deeds.own_prompt")))
		}
	})
}

func versionRole() role {
	return role{
		name:    "version",
		summary: "print the version",
		run: func(_ context.Context, env Env, args arguments) error {
			if _, err := args.parse(args.flags(), 0); err != nil {
				return err
			}
			_, err := fmt.Fprintf(env.Stdout, "notso %s %s/%s\n", env.Version, runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// onlyJSON parses the arguments of a role whose only one is --json.
func (a arguments) onlyJSON() (asJSON bool, err error) {
	f := a.flags()
	f.BoolVar(&asJSON, "json", false, "")
	_, err = a.parse(f, 0)
	return asJSON, err
}

func writeJSON(w io.Writer, v any) error {
	to := json.NewEncoder(w)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	return to.Encode(v)
}

// table prints rows of cells in columns.
func table(w io.Writer, fill func(row func(cells ...any))) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fill(func(cells ...any) {
		for i, c := range cells {
			if i > 0 {
				fmt.Fprint(t, "\t")
			}
			fmt.Fprint(t, oneLine(fmt.Sprint(c)))
		}
		fmt.Fprintln(t)
	})
	return t.Flush()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
