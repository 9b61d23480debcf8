package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"

	"notso/app/config"
	"notso/app/home"
	"notso/app/hub"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/spelling"
	"notso/engine"
)

func modelsRole() role {
	return role{
		name:    "models",
		usage:   "[list|search|pull|import|verify|rm|show|quantize] [NAME] [--json]",
		summary: "list, find, fetch and check model files",
		details: `  notso models                  list those on this machine; the one in use has a star
  notso models search           list the built-in catalogue; nothing is asked of anyone
  notso models search WORDS     look in the catalogue and on the hub; OWNER/NAME lists a repository
  notso models pull NAME        fetch a model: of the catalogue (smollm3-3b, smollm3-3b:q8_0), of a
                                repository (OWNER/NAME:Q4_K_M), or by a link; Ctrl+C keeps what has
                                arrived, and the same command goes on from there
  notso models import           list the models of LM Studio, Jan, Ollama and llama.cpp on this machine
  notso models import PATH      link a file into the models folder; nothing is copied
  notso models verify NAME      compare a file with its publisher's checksum
  notso models rm NAME          remove a model; rm --undo NAME brings it back, for a day
  notso models show NAME        say what a model is, what its file holds, and what it needs here
  notso models quantize NAME TYPE [--out FILE]
                                store its weights in fewer bits, such as Q4_K_M, in a new file that
                                is tried before it gets its name

Models are looked for in the models folder of the app's data, in the folder
"models" beside the program, and at NOTSO_MODEL. A token for models that are not
for everybody is kept in the system's keyring. The setting "mirror" names another
server than the hub.`,
		run: runModels,
	}
}

// modelsRun is what a word behind "notso models" does.
type modelsRun struct {
	ctx    context.Context
	env    Env
	args   arguments
	paths  home.Paths
	shelf  *shelf.Shelf
	words  []string // behind the one that says what to do
	asJSON bool
	undo   bool
}

func runModels(ctx context.Context, env Env, args arguments) error {
	if len(args.rest) > 0 && args.rest[0] == "quantize" {
		args.rest = args.rest[1:]
		return runQuantize(ctx, env, args)
	}
	f := args.flags()
	r := modelsRun{env: env, args: args}
	f.BoolVar(&r.asJSON, "json", false, "")
	f.BoolVar(&r.undo, "undo", false, "")
	words, err := args.parse(f, -1)
	if err != nil {
		return err
	}
	do := "list"
	if len(words) > 0 {
		do, r.words = words[0], words[1:]
	}
	actions := map[string]struct {
		run         func(modelsRun) error
		least, most int // words
	}{
		"list": {modelsRun.list, 0, 0}, "search": {modelsRun.search, 0, -1}, "pull": {modelsRun.pull, 1, -1}, "import": {modelsRun.imports, 0, 2},
		"verify": {modelsRun.verify, 1, 1}, "rm": {modelsRun.remove, 1, 1}, "show": {modelsRun.show, 1, 1},
	}
	action, known := actions[do]
	switch {
	case !known:
		names := []string{"list", "search", "pull", "import", "verify", "rm", "show", "quantize"}
		if near := spelling.Near(do, names); len(near) > 0 {
			return args.wrong("There is no %q. Did you mean notso models %s?", do, strings.Join(near, " or notso models "))
		}
		return args.wrong("There is no %q.", do)
	case r.undo && do != "rm":
		return args.wrong("The flag --undo goes with rm.")
	case len(r.words) < action.least:
		return args.wrong("Say which model is meant.")
	case action.most >= 0 && len(r.words) > action.most:
		return args.wrong("%q is one word too many.", r.words[action.most])
	}
	if r.paths, err = env.Home(); err != nil {
		return err
	}
	if r.shelf, err = env.OpenShelf(r.paths); err != nil {
		return err
	}
	defer r.shelf.Close()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	r.ctx = ctx
	return action.run(r)
}

func (r modelsRun) list() error {
	settings, _, _ := config.Load(r.paths.ConfigFile) // doctor tells what is wrong with them
	items, err := r.shelf.Items()
	if err != nil && len(items) == 0 {
		return err
	}
	used, usedErr := r.env.Library(r.paths).Pick(settings.Model)
	if r.asJSON {
		type item struct {
			shelf.Item
			Used bool `json:"used"`
		}
		list := []item{}
		for _, i := range items {
			list = append(list, item{i, i.Path == used})
		}
		return writeJSON(r.env.Stdout, list)
	}
	if len(items) == 0 {
		return usedErr
	}
	return table(r.env.Stdout, func(row func(...any)) {
		row("", r.env.of("NAME"), r.env.of("SIZE"), r.env.of("WEIGHTS"), r.env.of("PATH"))
		for _, i := range items {
			star := ""
			if i.Path == used {
				star = "*"
			}
			row(star, i.Name, r.env.Words.Size(i.SizeBytes), orDash(i.Quantisation), strings.TrimSuffix(i.Path+" ("+r.env.Words.Of(i.Problem)+")", " ()"))
		}
	})
}

// search lists what could be fetched.
func (r modelsRun) search() error {
	text := strings.Join(r.words, " ")
	if ref, _, ok := hub.Parse(text); ok {
		return r.searchRepository(ref.Repository)
	}
	entries := slices.DeleteFunc(slices.Clone(r.shelf.Catalogue().Models), func(e library.Entry) bool {
		return !strings.Contains(strings.ToLower(e.ID+" "+e.Name+" "+e.Maker+" "+e.Summary), strings.ToLower(text))
	})
	var found []hub.Found
	var err error
	if text != "" {
		if found, err = r.shelf.Hub().Search(r.ctx, text); err != nil && len(entries) == 0 {
			return err
		}
	}
	if r.asJSON {
		return writeJSON(r.env.Stdout, struct {
			Catalogue []library.Entry `json:"catalogue"`
			Hub       []hub.Found     `json:"hub,omitempty"`
		}{entries, found})
	}
	if err != nil {
		fmt.Fprintln(r.env.Stderr, r.env.of("Only the catalogue is listed: %s", r.env.sentence(err)))
	}
	if len(entries) == 0 && len(found) == 0 {
		fmt.Fprintln(r.env.Stderr, r.env.of("Nothing was found."))
		return nil
	}
	return table(r.env.Stdout, func(row func(...any)) {
		row(r.env.of("NAME"), r.env.of("SIZE"), r.env.of("LICENCE"), r.env.of("WHAT"))
		for _, e := range entries {
			for i, f := range e.Files {
				name, what := e.ID, r.env.Words.Of(e.Summary)
				if i > 0 {
					name, what = e.ID+":"+strings.ToLower(f.Quantisation), ""
				}
				size := "-"
				if f.SizeBytes > 0 {
					size = r.env.Words.Size(f.SizeBytes)
				}
				row(name, size, e.Licence, strings.TrimSpace(f.Quantisation+"  "+what))
			}
		}
		for _, f := range found {
			what := r.env.Words.Count("models.found_downloads", int(f.Downloads))
			if f.Gated {
				what += r.env.of(", not for everybody")
			}
			row(f.Repository, "-", orDash(f.Licence), what)
		}
	})
}

func (r modelsRun) searchRepository(repository string) error {
	models, err := r.shelf.Hub().Models(r.ctx, repository)
	if err != nil {
		return err
	}
	if r.asJSON {
		return writeJSON(r.env.Stdout, models)
	}
	return table(r.env.Stdout, func(row func(...any)) {
		row(r.env.of("NAME"), r.env.of("SIZE"), r.env.of("WEIGHTS"))
		for _, m := range models {
			row(repository+":"+m.Files[0].Quantisation, r.env.Words.Size(m.SizeBytes), m.Name)
		}
	})
}

// imports links a file, or lists what could be linked.
func (r modelsRun) imports() error {
	if len(r.words) > 0 {
		m, err := r.shelf.Import(r.words[0], strings.Join(r.words[1:], ""))
		if err != nil {
			return err
		}
		if r.asJSON {
			return writeJSON(r.env.Stdout, m)
		}
		fmt.Fprintln(r.env.Stdout, r.env.of("%s is on the shelf. The file stays where it is.", m.Name))
		return nil
	}
	found := r.shelf.Elsewhere()
	if r.asJSON {
		return writeJSON(r.env.Stdout, append([]shelf.Stranger{}, found...))
	}
	if len(found) == 0 {
		fmt.Fprintln(r.env.Stderr, r.env.of("No other program keeps a model here that is not on the shelf. Name the path of a GGUF file to import it."))
		return nil
	}
	return table(r.env.Stdout, func(row func(...any)) {
		row(r.env.of("PROGRAM"), r.env.of("NAME"), r.env.of("SIZE"), r.env.of("PATH"))
		for _, f := range found {
			row(f.Program, f.Name, r.env.Words.Size(f.SizeBytes), f.Path)
		}
	})
}

func (r modelsRun) verify() error {
	item, err := r.shelf.Find(r.words[0])
	if err != nil {
		return err
	}
	line := newPlain(r.env)
	v, err := r.shelf.Verify(r.ctx, item.Path, func(f float64) { line.say(r.env.of("Reading %s, %.0f %%", item.Name, 100*f)) })
	line.clear()
	if err != nil {
		return err
	}
	if r.asJSON {
		if err := writeJSON(r.env.Stdout, v); err != nil {
			return err
		}
	}
	switch {
	case v.Want != "" && !v.Intact:
		return fmt.Errorf("%s is not as its publisher made it: its checksum is %s instead of %s; remove it and fetch it again", v.Name, v.SHA256, v.Want)
	case r.asJSON:
	case v.Intact:
		fmt.Fprintln(r.env.Stdout, r.env.of("%s is as its publisher made it.", v.Name))
	default:
		fmt.Fprintln(r.env.Stdout, r.env.of("No publisher's checksum of %s is known. Its own is %s.", v.Name, v.SHA256))
	}
	return nil
}

func (r modelsRun) remove() error {
	if r.undo {
		path, err := r.shelf.Restore(r.words[0])
		if err != nil {
			return err
		}
		if r.asJSON {
			item, err := r.shelf.Find(path)
			if err != nil {
				return err
			}
			return writeJSON(r.env.Stdout, item)
		}
		fmt.Fprintln(r.env.Stdout, r.env.of("%s is back.", path))
		return nil
	}
	item, err := r.shelf.Find(r.words[0])
	if err != nil {
		return err
	}
	if err := r.shelf.Remove(item.Path); err != nil {
		return err
	}
	r.shelf.Keep()
	if r.asJSON {
		return writeJSON(r.env.Stdout, item)
	}
	what := r.env.of("It")
	if item.Linked {
		what = r.env.of("The file itself stays where it is; the link")
	}
	fmt.Fprintln(r.env.Stdout, r.env.of("%s is removed. %s can be brought back for a day: notso models rm --undo %s", item.Name, what, item.Name))
	return nil
}

func (r modelsRun) show() error {
	item, err := r.shelf.Find(r.words[0])
	if err != nil {
		return err
	}
	anatomy, inspectErr := r.env.Inspect(r.ctx, item.Path)
	if r.asJSON {
		shown := struct {
			shelf.Item
			Anatomy *engine.Anatomy `json:"anatomy,omitempty"`
		}{Item: item}
		if inspectErr == nil {
			shown.Anatomy = &anatomy
		}
		return writeJSON(r.env.Stdout, shown)
	}
	return table(r.env.Stdout, func(row func(...any)) {
		row(r.env.of("Name"), item.Name)
		row(r.env.of("File"), item.Path)
		row(r.env.of("Size"), r.env.Words.Size(item.SizeBytes))
		if item.Parts > 1 {
			row(r.env.of("Parts"), item.Parts)
		}
		for _, line := range [][2]string{
			{"Model", item.Title}, {"Architecture", item.Architecture}, {"Weights", item.Quantisation},
			{"Source", item.Source}, {"Licence", item.Licence}, {"Problem", item.Problem},
		} {
			if line[1] != "" {
				row(r.env.Words.Of(line[0]), r.env.Words.Of(line[1]))
			}
		}
		if item.Parameters > 0 {
			row(r.env.of("Parameters"), r.env.of("%s billion", r.env.Words.Decimal(float64(item.Parameters)/1e9, 2)))
		}
		if item.TrainedContext > 0 {
			row(r.env.of("Context"), r.env.of("%d tokens", item.TrainedContext))
		}
		if !item.LastUsed.IsZero() {
			row(r.env.of("Last used"), item.LastUsed.Local().Format("2006-01-02 15:04"))
		}
		if item.TokensPerSecond > 0 {
			row(r.env.of("Speed here"), r.env.of("%s tok/s", r.env.Words.Decimal(item.TokensPerSecond, 1)))
		}
		if m := item.Memory; m.Bytes > 0 {
			row(r.env.of("Memory here"), r.env.of("%s with a context of %d tokens, %s were estimated", r.env.Words.Size(m.Bytes), m.Context, r.env.Words.Size(m.EstimatedBytes)))
		}
		if inspectErr == nil {
			r.env.anatomyRows(row, anatomy)
		}
	})
}
