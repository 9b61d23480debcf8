// Package cli is the app without a window: for scripts, for tests and for
// machines with no display. Run "notso help" for what it offers.
//
// What people asked for goes to standard output and nothing else does; errors
// go to standard error, one sentence each, that says what is wrong and what to
// do. The exit code is 0 when all went well, 1 for a failure, 2 when the
// command line cannot be understood.
//
// The package holds no engine and no chat service: its caller puts them into
// Env. It owns the terminal while Run runs.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"notso/app/chat"
	"notso/app/config"
	"notso/app/home"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/spelling"
	"notso/app/words"
	"notso/engine"
)

// Exit codes.
const (
	exitFine    = 0
	exitFailure = 1
	exitUsage   = 2
)

// Env is what a run works with. Each role calls only what it needs, so nothing
// is opened in vain.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Version        string

	Home       func() (home.Paths, error)
	Library    func(home.Paths) *library.Library
	OpenShelf  func(home.Paths) (*shelf.Shelf, error)
	OpenTalker func(ctx context.Context, paths home.Paths, opts TalkerOptions) (Talker, io.Closer, error)
	Engine     func(ctx context.Context) (EngineFacts, error)

	// Remote asks the server that the user has named for its model. Without one,
	// the facts are empty.
	Remote func(ctx context.Context, paths home.Paths, settings config.Config) (RemoteFacts, error)

	// Inspect lets a model file explain itself, and says what it would need here.
	Inspect func(ctx context.Context, path string) (engine.Anatomy, error)

	// Quantize makes the file to ("": named after from) of the model from, with
	// its weights stored as kind. progress is told of each tensor.
	Quantize func(ctx context.Context, from, to, kind string, progress func(done, total int)) (Quantized, error)

	// Bench measures the program; see package bench. What it does meanwhile goes
	// to progress.
	Bench func(ctx context.Context, opts BenchOptions, progress io.Writer) (BenchReport, error)

	// Replay writes the reply in a stored turn once more.
	Replay func(ctx context.Context, paths home.Paths, turn int64) (chat.Replay, error)

	// Render renders a chat template; see engine/prompt.
	Render func(ctx context.Context, source string, contextJSON []byte, now time.Time) (string, error)

	// Sentence puts an error into words for people.
	Sentence func(in words.Words, err error) string

	// Words is the user's language. What this package says is written in English
	// below and goes through Words on its way out, see of; JSON does not.
	Words words.Words
}

// of is a text of this package in the user's language.
func (e Env) of(format string, args ...any) string {
	return e.Words.Of(fmt.Sprintf(format, args...))
}

// sentence puts an error into the user's words.
func (e Env) sentence(err error) string { return e.Sentence(e.Words, err) }

// role is one of the things that the program does without a window.
type role struct {
	name    string
	usage   string // behind the name
	summary string
	details string // for "notso help NAME"; may be empty
	run     func(ctx context.Context, env Env, args arguments) error
}

// roles lists the roles in the order that help shows them.
func roles() []role {
	return []role{chatRole(), chatsRole(), searchRole(), exportRole(), importRole(), modelsRole(), promptRole(), doctorRole(), keyRole(), commandsRole(), benchRole(), replayRole(), versionRole(), helpRole()}
}

// Run does what args ask for, without the program's name, and returns the exit
// code. Cancelling ctx stops it; a stop by the user is no failure.
func Run(ctx context.Context, args []string, env Env) int {
	err := run(ctx, args, env)
	var usage *usageError
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &usage):
		fmt.Fprintln(env.Stderr, env.Words.Of(usage.sentence))
		return exitUsage
	default:
		fmt.Fprintln(env.Stderr, env.sentence(err))
		return exitFailure
	}
}

func run(ctx context.Context, args []string, env Env) error {
	if len(args) == 0 {
		return help(env, nil)
	}
	name := args[0]
	switch name {
	case "-h", "-help", "--help":
		name = "help"
	case "-version", "--version":
		name = "version"
	}
	var names []string
	for _, r := range roles() {
		if r.name == name {
			err := r.run(ctx, env, arguments{role: r, rest: args[1:]})
			if errors.Is(err, flag.ErrHelp) {
				return help(env, []string{name})
			}
			return err
		}
		names = append(names, r.name)
	}
	return unknown(name, names)
}

// usageError says what is wrong with the command line.
type usageError struct {
	sentence string
}

func (e *usageError) Error() string { return e.sentence }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// unknown refuses the name of a role.
func unknown(name string, names []string) error {
	if near := spelling.Near(name, names); len(near) > 0 {
		return usagef("There is no command %q. Did you mean notso %s?", name, strings.Join(near, " or notso "))
	}
	return usagef("There is no command %q. Run notso help for the list.", name)
}
