package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"notso/app/config"
	"notso/app/home"
	"notso/app/passage"
	"notso/app/shortcut"
	"notso/app/words"
	"notso/engine"
)

// EngineFacts is what the engine says of itself once its libraries are loaded.
type EngineFacts struct {
	Build     string   `json:"build"`     // such as "llama.cpp v0.4.0"
	Libraries string   `json:"libraries"` // folder
	Devices   []string `json:"devices"`
}

// RemoteFacts is what a remote engine says of itself.
type RemoteFacts struct {
	Host  string `json:"host"` // where words are sent; "" when they stay here
	Model string `json:"model"`
	Build string `json:"build"`
}

func doctorRole() role {
	return role{
		name:    "doctor",
		usage:   "[--json]",
		summary: "check the installation and say what to do about what is wrong",
		details: "The exit code is 1 when a check fails.",
		run:     runDoctor,
	}
}

// report is what doctor finds.
type report struct {
	Version string            `json:"version"`
	Engine  EngineFacts       `json:"engine"`
	Remote  *RemoteFacts      `json:"remote,omitempty"`
	Paths   map[string]string `json:"paths"`
	Checks  []check           `json:"checks"`
}

// check is one thing that is well or is not.
type check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`           // what was found
	Advice string `json:"advice,omitempty"` // a sentence, when it is not ok

	own string // Detail in the user's language, where it is a sentence of Env; JSON is in English
}

func runDoctor(ctx context.Context, env Env, args arguments) error {
	asJSON, err := args.onlyJSON()
	if err != nil {
		return err
	}
	r := examine(ctx, env)
	if asJSON {
		err = writeJSON(env.Stdout, r)
	} else {
		err = r.print(env)
	}
	if err != nil {
		return err
	}
	var failed []string
	for _, c := range r.Checks {
		if !c.OK {
			failed = append(failed, env.of("%s", c.Name))
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("not well: %s; the advice above says what to do", strings.Join(failed, ", "))
	}
	return nil
}

func examine(ctx context.Context, env Env) report {
	r := report{Version: env.Version, Paths: map[string]string{}}
	paths, err := env.Home()
	r.add("folders", "all there", err, "Set NOTSO_HOME to a folder that you may write to.")
	if err != nil {
		return r
	}
	r.Paths = map[string]string{
		"config": paths.Config, "data": paths.Data, "cache": paths.Cache, "state": paths.State,
		"database": paths.Database, "models": paths.Models, "log": paths.Log,
	}
	r.add("writing", "the folders can be written to", writable(paths), "Give yourself the right to write there, or set NOTSO_HOME to another folder.")

	settings, warnings, err := config.Load(paths.ConfigFile)
	warnings = append(warnings, shortcut.Problems(settings.Shortcuts)...)
	r.add("settings", "fine", errors.Join(err, sentences(warnings)), "Edit "+paths.ConfigFile+", or remove it to start from the defaults.")

	_, warnings = passage.Passages(paths.Passages)
	r.add("passages", "fine", sentences(warnings), "Mend or remove the file in "+paths.Passages+".")

	detail, err := chats(ctx, paths)
	r.add("chats", detail, err, "Close the app and copy "+paths.Database+" to a safe place before anything else; older copies may lie beside it.")

	if far, err := env.Remote(ctx, paths, settings); far.Host != "" {
		r.Remote = &far
		r.add("remote", "your words are sent to "+far.Host+"; "+far.Build+", "+far.Model, explained(env, err), `To stay on this computer, take "remote" out of `+paths.ConfigFile+" and NOTSO_ENGINE out of the environment.")
		return r
	}

	model, err := env.Library(paths).Pick(settings.Model)
	r.add("model", model, err, "Put a GGUF file into "+paths.Models+" or set NOTSO_MODEL to one.")

	if err == nil {
		var anatomy engine.Anatomy
		if anatomy, err = env.Inspect(ctx, model); err == nil {
			if anatomy.Fit.Kind == engine.FitsNot {
				err = errors.New(Env{}.fitLine(*anatomy.Fit))
			}
			r.add("memory", "the model "+Env{}.fitLine(*anatomy.Fit), err, "Close other programs, or choose a smaller model (notso models search).")
		}
	}

	r.Engine, err = env.Engine(ctx)
	r.add("engine", r.Engine.Build+" on "+strings.Join(r.Engine.Devices, ", "), err, "Install the program anew, or set NOTSO_ENGINE_LIB to a folder with the libraries of the same llama.cpp release.")
	return r
}

// add records a check: detail when it went well, else the error and the advice.
func (r *report) add(name, detail string, err error, advice string) {
	c := check{Name: name, OK: err == nil, Detail: detail}
	if told := (*toldError)(nil); errors.As(err, &told) {
		c.own = told.own
	}
	if err != nil {
		c.Detail, c.Advice = strings.ReplaceAll(err.Error(), "\n", " "), advice
	}
	r.Checks = append(r.Checks, c)
}

func (r report) print(env Env) error {
	fmt.Fprintf(env.Stdout, "notso %s\n\n", r.Version)
	err := table(env.Stdout, func(row func(...any)) {
		for _, c := range r.Checks {
			state := "ok"
			if !c.OK {
				state = env.of("FAIL")
			}
			row(state, env.of("%s", c.Name), cmp.Or(c.own, env.Words.Of(c.Detail)))
			if c.Advice != "" {
				row("", "", env.Words.Of(c.Advice))
			}
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout)
	return table(env.Stdout, func(row func(...any)) {
		for _, name := range slices.Sorted(maps.Keys(r.Paths)) {
			row(env.of("%s", name), r.Paths[name])
		}
		if r.Engine.Libraries != "" {
			row(env.of("engine"), r.Engine.Libraries)
		}
	})
}

// explained is err in words for people.
func explained(env Env, err error) error {
	if err == nil {
		return nil
	}
	return &toldError{env.Sentence(words.Words{}, err), env.sentence(err)}
}

// toldError is an error in words for people: in English, and in theirs.
type toldError struct {
	english, own string
}

func (e *toldError) Error() string { return e.english }

// writable tries the four folders.
func writable(p home.Paths) error {
	for _, dir := range []string{p.Config, p.Data, p.Cache, p.State} {
		f, err := os.CreateTemp(dir, "doctor.*.tmp")
		if err != nil {
			return err
		}
		err = errors.Join(f.Close(), os.Remove(f.Name()))
		if err != nil {
			return err
		}
	}
	return nil
}

// chats reads the whole database, if there is one.
func chats(ctx context.Context, paths home.Paths) (string, error) {
	db, err := openChats(ctx, paths)
	if errors.Is(err, fs.ErrNotExist) {
		return "none yet", nil
	}
	if err != nil {
		return "", err
	}
	defer db.Close()
	if err := db.Check(ctx); err != nil {
		return "", err
	}
	n, err := db.Counts(ctx)
	return fmt.Sprintf("undamaged; chats: %d, turns: %d", n.Chats, n.Turns), err
}

// sentences makes one error of warnings, nil of none.
func sentences(warnings []string) error {
	if len(warnings) == 0 {
		return nil
	}
	return errors.New(strings.Join(warnings, " "))
}
