package cli

import (
	"context"
	"io"
	"os"
	"os/signal"

	"notso/app/config"
)

// BenchOptions say what to measure.
type BenchOptions struct {
	Model string // path; empty with a Shape
	Shape string // name of a shape that a model with random weights is made of
	Quick bool
	Only  string // key of the one figure to measure; "" is all
}

// BenchReport is the outcome, which is JSON too.
type BenchReport interface {
	Print(io.Writer) error // for people
}

// busyWord makes the program keep one core busy until its standard input ends.
// The measurement of a busy machine starts itself so.
const busyWord = "busy"

func benchRole() role {
	return role{
		name:    "bench",
		usage:   "[--model F | --shape smollm3-3b] [--only FIGURE] [--quick] [--json]",
		summary: "measure the program's speed on this machine",
		details: `Every figure is a ratio of two things that are measured in turn, such as a reply
through the program and the same one by llama.cpp alone. It takes some minutes;
do nothing else on the machine meanwhile, or read the figures as what they are.
Your own chats are left alone.

  --model F       name of a model ("notso models") or path of a GGUF file
  --shape NAME    a model of this size with random weights, written into the cache
                  folder first: smollm3-3b (1.9 GB) or tiny
  --only FIGURE   one figure, by the name that it has in the JSON
  --quick         look whether everything works; the figures mean little
  --json          print the figures for programs`,
		run: runBench,
	}
}

func runBench(ctx context.Context, env Env, args arguments) error {
	f := args.flags()
	var opts BenchOptions
	f.StringVar(&opts.Model, "model", "", "")
	f.StringVar(&opts.Shape, "shape", "", "")
	f.StringVar(&opts.Only, "only", "", "")
	f.BoolVar(&opts.Quick, "quick", false, "")
	asJSON := f.Bool("json", false, "")
	words, err := args.parse(f, 1)
	switch {
	case err != nil:
		return err
	case len(words) > 0 && words[0] == busyWord:
		return busy(env.Stdin)
	case len(words) > 0:
		return args.wrong("%q is one word too many.", words[0])
	case opts.Model != "" && opts.Shape != "":
		return args.wrong("--model and --shape exclude each other.")
	}
	if opts.Shape == "" {
		if opts.Model, err = benchModel(env, opts.Model); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt) // so that it clears up
	defer stop()
	report, err := env.Bench(ctx, opts, env.Stderr)
	if err != nil {
		return err
	}
	if *asJSON {
		return writeJSON(env.Stdout, report)
	}
	return report.Print(env.Stdout)
}

// benchModel is the path of the named model, or of the one that the settings
// prefer.
func benchModel(env Env, name string) (string, error) {
	paths, err := env.Home()
	if err != nil {
		return "", err
	}
	if name != "" {
		return env.Library(paths).Resolve(name)
	}
	settings, _, _ := config.Load(paths.ConfigFile) // doctor tells what is wrong with them
	return env.Library(paths).Pick(settings.Model)
}

// busy works on nothing until input ends.
func busy(input io.Reader) error {
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, input)
		done <- err
	}()
	for {
		select {
		case err := <-done:
			return err
		default:
			for range 1 << 20 { // about a millisecond
			}
		}
	}
}
