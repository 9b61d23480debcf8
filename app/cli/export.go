package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"

	"notso/app/chat"
	"notso/app/export"
	"notso/app/store"
)

func exportRole() role {
	return role{
		name:    "export",
		usage:   "ID… | --all [--turn N] [--format md|html|json|txt] [--output F]",
		summary: "print stored chats, or write them to a file",
		details: `The IDs are those that notso chats lists. Without --format it is Markdown (md).
--turn N takes the branch that ends with that turn instead of the one that is
shown. Several chats are one list in JSON, else a .zip with a file for each,
which needs --output. The window may be open.`,
		run: runExport,
	}
}

// exported is what an export is about.
type exported struct {
	ids    []int64 // none: all
	turn   int64   // end of the branch; 0 is the one that is shown
	format string
}

func runExport(ctx context.Context, env Env, args arguments) error {
	f := args.flags()
	format, output, all, turn := f.String("format", "md", ""), f.String("output", "", ""), f.Bool("all", false, ""), f.Int64("turn", 0, "")
	words, err := args.parse(f, -1)
	if err != nil {
		return err
	}
	what := exported{turn: *turn, format: *format}
	for _, word := range words {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil || id <= 0 {
			return args.wrong("%q is no ID of a chat; notso chats lists them.", word)
		}
		what.ids = append(what.ids, id)
	}
	switch {
	case len(words) == 0 && !*all:
		return args.wrong("The ID of a chat is missing; notso chats lists them.")
	case len(words) > 0 && *all:
		return args.wrong("Either IDs or --all.")
	case *turn != 0 && len(words) != 1:
		return args.wrong("--turn is for one chat.")
	case !slices.ContainsFunc(export.Formats(), func(f export.Format) bool { return f.Name == *format }):
		return args.wrong("%s", sentence(&export.UnknownFormatError{Name: *format}))
	case (*all || len(words) > 1) && *format != "json" && *output == "":
		return args.wrong("Several chats are a .zip, which needs --output.")
	}
	paths, err := env.Home()
	if err != nil {
		return err
	}
	db, err := openChats(ctx, paths)
	if errors.Is(err, fs.ErrNotExist) {
		if len(what.ids) > 0 {
			return noChat(what.ids[0])
		}
		return errors.New("there are no chats yet")
	}
	if err != nil {
		return err
	}
	defer db.Close()
	if *output != "" {
		return export.Replace(*output, func(w io.Writer) error { return what.write(ctx, db, w) })
	}
	return what.write(ctx, db, env.Stdout)
}

func (e exported) write(ctx context.Context, db *store.Store, w io.Writer) error {
	turns := func(c chat.Chat) ([]chat.Turn, error) { return db.Turns(ctx, c.ID) }
	if len(e.ids) == 1 {
		c, all, err := chatOf(ctx, db, e.ids[0])
		if err != nil {
			return err
		}
		if e.turn != 0 {
			if !slices.ContainsFunc(all, func(t chat.Turn) bool { return t.ID == e.turn }) {
				return fmt.Errorf("chat %d has no turn %d", c.ID, e.turn)
			}
			c.Head = e.turn
		}
		return export.Write(w, e.format, c, all)
	}
	chats, err := db.ChatsByID(ctx, e.ids...)
	if len(e.ids) == 0 {
		chats, err = db.Chats(ctx, 0)
	}
	if err != nil {
		return err
	}
	for _, id := range e.ids {
		if !slices.ContainsFunc(chats, func(c chat.Chat) bool { return c.ID == id }) {
			return noChat(id)
		}
	}
	return export.WriteBundle(w, e.format, chats, turns)
}

// chatOf reads a chat and all its turns.
func chatOf(ctx context.Context, db *store.Store, id int64) (c chat.Chat, turns []chat.Turn, err error) {
	if c, err = db.Chat(ctx, id); errors.Is(err, chat.ErrNotFound) {
		return c, nil, noChat(id)
	}
	if err == nil {
		turns, err = db.Turns(ctx, id)
	}
	return c, turns, err
}

func noChat(id int64) error {
	return fmt.Errorf("there is no chat %d; notso chats lists those there are", id)
}
