package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"notso/app"
	"notso/app/chat"
	"notso/app/cli"
	"notso/app/command"
	"notso/app/config"
	"notso/app/home"
	"notso/app/library"
	"notso/app/words"
	"notso/engine"
)

// terminal is what the command line works with.
func terminal() cli.Env {
	return cli.Env{
		Stdin:      os.Stdin,
		Stdout:     os.Stdout,
		Stderr:     os.Stderr,
		Version:    version,
		Home:       home.Find,
		Library:    func(paths home.Paths) *library.Library { return newLibrary(paths.Models, "") },
		OpenShelf:  terminalShelf,
		OpenTalker: openTalker,
		Engine:     engineFacts,
		Remote:     remoteFacts,
		Inspect:    inspectModel,
		Quantize:   quantizeModel,
		Bench:      runBench,
		Replay:     replay,
		Render:     render,
		Sentence:   app.SentenceIn,
		Words:      terminalWords(),
	}
}

// terminalWords are those of the settings' language, or the environment's. The
// folders need not be there.
func terminalWords() words.Words {
	language := ""
	if paths, err := home.Locate(); err == nil {
		settings, _, _ := config.Load(paths.ConfigFile) // doctor tells what is wrong with them
		language = settings.Language
	}
	return words.In(language, words.Environment(os.Getenv))
}

// render writes out a chat template in a worker, which may die of it.
func render(ctx context.Context, source string, variables []byte, now time.Time) (string, error) {
	w, err := newWorker(time.Minute, io.Discard)
	if err != nil {
		return "", err
	}
	defer w.Close()
	return w.Render(ctx, source, variables, now)
}

// engineFacts loads the engine libraries into this process to ask them.
func engineFacts(context.Context) (cli.EngineFacts, error) {
	dir, _ := engineDir()
	facts := cli.EngineFacts{Libraries: dir}
	l, err := openLibrary()
	if err != nil {
		return facts, err
	}
	facts.Build = l.Build()
	for _, d := range l.Devices() {
		name := d.Name
		if d.GPU {
			name = fmt.Sprintf("%s (%s, %.1f of %.1f GB free)", d.Name, d.Description, float64(d.FreeBytes)/1e9, float64(d.TotalBytes)/1e9)
		}
		facts.Devices = append(facts.Devices, name)
	}
	return facts, nil
}

// talker is the chat service for the terminal.
type talker struct {
	app   *app.App
	parts *parts
	lock  *home.Lock // nil when nothing is stored
}

func openTalker(ctx context.Context, paths home.Paths, opts cli.TalkerOptions) (_ cli.Talker, _ io.Closer, err error) {
	t := &talker{}
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	model := opts.Model
	if settings, _, _ := config.Load(paths.ConfigFile); model != "" && remoteAddress(settings) == "" {
		if model, err = newLibrary(paths.Models, "").Resolve(model); err != nil {
			return nil, nil, err
		}
	}
	if opts.Stored {
		if t.lock, err = home.Acquire(paths); err != nil {
			return nil, nil, err
		}
	}
	if t.parts, err = open(ctx, paths, model, opts.Stored); err != nil {
		return nil, nil, err
	}
	t.parts.SaveAs = freeName
	if host := t.parts.Remote; host != "" {
		fmt.Fprintln(os.Stderr, terminalWords().Say("remote.sent", host))
		t.parts.RemoteModel = cmp.Or(opts.Model, t.parts.RemoteModel)
	}
	if !opts.Stored {
		t.parts.Builtin = nil // a script wants a model's answer or an error
	}
	if t.app, err = app.New(t.parts.Options); err != nil {
		return nil, nil, err
	}
	t.app.Startup()
	return t, t, nil
}

// freeName is a file in the current folder that is not there yet: name, or name
// with a number.
func freeName(_, name string) (string, error) {
	stem, extension := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
	for i := 2; ; i++ {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return filepath.Abs(name)
		} else if err != nil {
			return "", err
		}
		name = fmt.Sprintf("%s %d%s", stem, i, extension)
	}
}

// Close stops what is being written and gives the chats free.
func (t *talker) Close() error {
	var errs []error
	if t.app != nil {
		t.app.Shutdown()
	}
	if t.parts != nil {
		errs = append(errs, t.parts.Close())
	}
	if t.lock != nil {
		errs = append(errs, t.lock.Release())
	}
	return errors.Join(errs...)
}

func (t *talker) Talk(ctx context.Context, chatID int64, text string, opts cli.TalkOptions, each func(engine.Event)) (chat.Turn, error) {
	return t.app.Talk(ctx, chatID, text, app.TalkOptions{
		Thinking: opts.Thinking, Seed: opts.Seed, Temperature: opts.Temperature, MaxTokens: opts.MaxTokens, Files: opts.Files,
	}, each)
}

func (t *talker) Run(ctx context.Context, chatID int64, call command.Call, each func(engine.Event)) (cli.Outcome, error) {
	out, err := t.app.Run(ctx, chatID, call, each)
	result := cli.Outcome{Chat: out.Chat, Text: out.Text}
	if err != nil || len(out.Turns) == 0 {
		return result, err
	}
	turn, err := t.app.Await(ctx, out.Turns[len(out.Turns)-1])
	result.Turn = &turn
	return result, err
}
