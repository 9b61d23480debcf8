package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"notso/app/home"
	"notso/app/imports"
	"notso/app/store"
)

func importRole() role {
	return role{
		name:    "import",
		usage:   "FILE… [--dry-run] [--json]",
		summary: "bring in chats that other programs exported",
		details: `Files of ChatGPT (conversations.json, or the archive), LM Studio, Jan, llama.cpp's
page, Ollama's app (its db.sqlite) and this program are known by their contents.
--dry-run says what would come and stores nothing. Otherwise all of it is stored,
or nothing; the window must be closed. Chats that are here already are left out.`,
		run: runImport,
	}
}

func runImport(ctx context.Context, env Env, args arguments) error {
	f := args.flags()
	dry, asJSON := f.Bool("dry-run", false, ""), f.Bool("json", false, "")
	files, err := args.parse(f, -1)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return args.wrong("The files to import are missing.")
	}
	var result imports.Result
	for _, name := range files {
		one, err := readImport(name)
		if err != nil {
			return fmt.Errorf("%s is not imported: %w", name, err)
		}
		result.Add(one)
	}
	paths, err := env.Home()
	if err != nil {
		return err
	}
	if !*dry {
		lock, err := home.Acquire(paths)
		var locked *home.LockedError
		if errors.As(err, &locked) {
			return errors.New("the window is open; close it first, or import there (the list's menu has Import)")
		}
		if err != nil {
			return err
		}
		defer lock.Release()
	}
	if err := takeIn(ctx, paths, &result, *dry); err != nil {
		return err
	}
	if *asJSON {
		return writeJSON(env.Stdout, importItems(result, !*dry))
	}
	tellImport(env, result, !*dry)
	return nil
}

func readImport(name string) (imports.Result, error) {
	f, err := os.Open(name)
	if err != nil {
		return imports.Result{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no file")
	}
	if err != nil {
		return imports.Result{}, err
	}
	return imports.Read(f, info.Size())
}

// takeIn drops what is there already, and stores the rest unless dry.
func takeIn(ctx context.Context, paths home.Paths, result *imports.Result, dry bool) error {
	if dry {
		db, err := openChats(ctx, paths)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		defer db.Close()
		chats, err := db.Chats(ctx, 0)
		result.Drop(chats)
		return err
	}
	db, err := store.Open(ctx, paths.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	chats, err := db.Chats(ctx, 0)
	if err != nil {
		return err
	}
	result.Drop(chats)
	_, err = db.AddChats(ctx, result.Incoming())
	return err
}

type importReport struct {
	Stored  bool           `json:"stored"`
	Sources []string       `json:"sources"`
	Chats   []importedChat `json:"chats"`
	Left    map[string]int `json:"left_out"`
}

type importedChat struct {
	Title   string    `json:"title"`
	Turns   int       `json:"turns"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

func importItems(r imports.Result, stored bool) importReport {
	report := importReport{Stored: stored, Sources: r.Sources, Chats: []importedChat{}, Left: map[string]int{}}
	for _, c := range r.Chats {
		report.Chats = append(report.Chats, importedChat{c.Title, len(c.Turns), c.Created, c.Updated})
	}
	for reason, n := range r.Left {
		report.Left[string(reason)] = n
	}
	return report
}

func tellImport(env Env, r imports.Result, stored bool) {
	verb := "Would import"
	if stored {
		verb = "Imported"
	}
	text := env.of(verb+" %s with %s", many(len(r.Chats), "chat"), many(r.Turns(), "turn"))
	if from, to := r.Span(); len(r.Chats) > 0 {
		text += env.of(", %s to %s", from.Local().Format(time.DateOnly), to.Local().Format(time.DateOnly))
	}
	fmt.Fprintf(env.Stdout, "%s (%s).\n", text, strings.Join(r.Sources, ", "))
	why := map[imports.Reason]string{
		imports.Known: "here already", imports.Empty: "without a message", imports.Media: "pictures, recordings and files", imports.Tools: "calls and answers of tools",
		imports.Hidden: "messages that their program hides", imports.Damaged: "chats or messages that make no sense", imports.Foreign: "files without chats",
	}
	for _, reason := range imports.Reasons() {
		if n := r.Left[reason]; n > 0 {
			fmt.Fprintln(env.Stdout, env.of("Left out: %d %s.", n, why[reason]))
		}
	}
}

func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
