package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"notso/app"
	"notso/app/cli"
	"notso/app/home"
	"notso/bench"
	"notso/engine/gguf"
	"notso/engine/synthetic"
)

// runBench measures the program on this machine, with data of its own.
func runBench(ctx context.Context, opts cli.BenchOptions, progress io.Writer) (cli.BenchReport, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if opts.Shape != "" {
		if opts.Model, err = shapedModel(opts.Shape, progress); err != nil {
			return nil, err
		}
	}
	return bench.Run(ctx, bench.Options{
		Model:    opts.Model,
		Quick:    opts.Quick,
		Only:     opts.Only,
		Open:     openProgram,
		Library:  openLibrary,
		Busy:     []string{program, "bench", "busy"},
		Progress: progress,
	})
}

// shapedModel returns the path of a model with random weights. It is written
// into the cache folder, unless it is there.
func shapedModel(name string, progress io.Writer) (string, error) {
	shape, ok := synthetic.Find(name)
	if !ok {
		return "", fmt.Errorf("there is no shape %q; there are %s", name, synthetic.Names())
	}
	paths, err := home.Find()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(paths.Cache, "bench")
	path := filepath.Join(dir, name+".gguf")
	if _, err := gguf.Check(path); err == nil {
		return path, nil
	}
	fmt.Fprintf(progress, "writing %s; remove it when you no longer need it\n", path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return path, synthetic.Write(path, shape)
}

// openProgram starts all of the program but the window. It moves NOTSO_HOME,
// which the worker goes by too.
func openProgram(ctx context.Context, setup bench.Setup) (_ *bench.Program, err error) {
	if err := os.Setenv("NOTSO_HOME", setup.Home); err != nil {
		return nil, err
	}
	paths, err := home.Find()
	if err != nil {
		return nil, err
	}
	p, err := open(ctx, paths, setup.Model, true)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	if setup.Idle > 0 {
		p.Engine.Close()
		w, err := newWorker(setup.Idle, p.log)
		if err != nil {
			return nil, err
		}
		p.Engine = w
	}
	p.Engine, p.Emit = setup.Wrap(p.Engine), setup.Emit
	a, err := app.New(p.Options)
	if err != nil {
		return nil, err
	}
	return &bench.Program{App: a, Store: p.Store, Config: p.Config, Close: func() error {
		return errors.Join(a.Close(), p.Close())
	}}, nil
}
