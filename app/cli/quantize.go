package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
)

// Quantized is a model file whose weights were stored anew; JSON too.
type Quantized struct {
	Path      string `json:"path"`
	Type      string `json:"type"`
	SizeBytes int64  `json:"size_bytes"`
	FromBytes int64  `json:"from_bytes"`
	Again     bool   `json:"again"` // the weights had been quantised before
}

// runQuantize makes a new file of a model.
func runQuantize(ctx context.Context, env Env, args arguments) error {
	f := args.flags()
	out := f.String("out", "", "")
	asJSON := f.Bool("json", false, "")
	words, err := args.parse(f, 2)
	switch {
	case err != nil:
		return err
	case len(words) < 2:
		return args.wrong("Say which file, and how its weights shall be stored, such as Q4_K_M.")
	}
	paths, err := env.Home()
	if err != nil {
		return err
	}
	from, err := env.Library(paths).Resolve(words[0])
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt) // so that it clears up
	defer stop()
	watched := isTerminal(env.Stderr)
	made, err := env.Quantize(ctx, from, *out, words[1], func(done, total int) {
		if watched && total > 0 {
			fmt.Fprint(env.Stderr, clearLine+env.of("Tensor %d of %d", done, total))
		}
	})
	if watched {
		fmt.Fprint(env.Stderr, clearLine)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("stopped; nothing was left behind")
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%w; choose another name with --out", err)
	case err != nil:
		return err
	}
	if *asJSON {
		return writeJSON(env.Stdout, made)
	}
	fmt.Fprintln(env.Stdout, env.of("%s (%s, before %s)", made.Path, env.Words.Size(made.SizeBytes), env.Words.Size(made.FromBytes)))
	if made.Again {
		fmt.Fprintln(env.Stderr, env.of("The weights had been quantised before, so the result is a little worse than one made of the original."))
	}
	return nil
}
