package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"notso/app/chat"
	"notso/app/export"
	"notso/app/home"
)

func exportRole() role {
	return role{
		name:    "export",
		usage:   "ID [--format md|html|json|txt] [--output F]",
		summary: "print a stored chat, or write it to a file",
		details: `The ID is the one that notso chats lists. Without --format it is Markdown (md).
The window may be open.`,
		run: runExport,
	}
}

func runExport(ctx context.Context, env Env, args arguments) error {
	f := args.flags()
	format, output := f.String("format", "md", ""), f.String("output", "", "")
	words, err := args.parse(f, 1)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return args.wrong("The ID of a chat is missing; notso chats lists them.")
	}
	id, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil || id <= 0 {
		return args.wrong("%q is no ID of a chat; notso chats lists them.", words[0])
	}
	if !slices.ContainsFunc(export.Formats(), func(f export.Format) bool { return f.Name == *format }) {
		return args.wrong("%s", sentence(&export.UnknownFormatError{Name: *format}))
	}
	paths, err := env.Home()
	if err != nil {
		return err
	}
	c, turns, err := storedChat(ctx, paths, id)
	if err != nil {
		return err
	}
	if *output != "" {
		return export.WriteFile(*output, *format, c, turns)
	}
	return export.Write(env.Stdout, *format, c, turns)
}

// storedChat reads a chat and all its turns.
func storedChat(ctx context.Context, paths home.Paths, id int64) (c chat.Chat, turns []chat.Turn, err error) {
	db, err := openChats(ctx, paths)
	if err == nil {
		defer db.Close()
		c, err = db.Chat(ctx, id)
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, chat.ErrNotFound) {
		return c, nil, fmt.Errorf("there is no chat %d; notso chats lists those there are", id)
	}
	if err == nil {
		turns, err = db.Turns(ctx, id)
	}
	return c, turns, err
}
