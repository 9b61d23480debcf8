package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"notso/app/config"
	"notso/app/home"
	"notso/app/library"
	"notso/engine"
	"notso/engine/gguf"
	"notso/engine/llama"
	"notso/engine/runner"
	"notso/engine/scripted"
	"notso/engine/worker"
)

// workerRole is the argument that makes the program the worker.
const workerRole = "engine"

// forgetful is the variable that tells a worker to keep nothing on disk.
const forgetful = "NOTSO_FORGETFUL"

// noBacktrace keeps ggml from starting a debugger when it ends its process, which
// would take seconds and print over the frames.
const noBacktrace = "GGML_NO_BACKTRACE=1"

// newEngine makes the engine that NOTSO_ENGINE names: worker (also ""),
// inprocess or scripted; for remote:URL see openEngine. log receives what a
// worker writes to standard error. Unless stored, nothing that is evaluated stays
// on disk, and nothing is looked for there.
func newEngine(idle time.Duration, log io.Writer, stored bool) (engine.Engine, error) {
	switch name := os.Getenv("NOTSO_ENGINE"); name {
	case "", "worker":
		var env []string
		if !stored {
			env = append(env, forgetful+"=1")
		}
		w, err := newWorker(idle, log, env...)
		if err != nil {
			return nil, err
		}
		return w, nil
	case "inprocess":
		return newRunner(stored), nil
	case "scripted":
		return newScripted(), nil
	default:
		return nil, fmt.Errorf("NOTSO_ENGINE is %q, but it must be worker, inprocess, scripted or remote:URL", name)
	}
}

func newWorker(idle time.Duration, log io.Writer, env ...string) (*worker.Client, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if idle == 0 {
		idle = -1 // for ever
	}
	env = append(env, noBacktrace)
	return worker.New(worker.Options{Command: []string{program, workerRole}, Env: env, Idle: idle, Log: log}), nil
}

func newRunner(stored bool) *runner.Runner {
	dir, own := engineDir()
	opts := runner.Options{LibraryDir: dir, Unchecked: own, Pretend: pretended()}
	if stored {
		opts.Snapshots = snapshots()
	}
	return runner.New(opts)
}

// snapshots is where the engine keeps what it has evaluated. It finds out by
// itself, in the worker too, as the settings and the folders are the same.
func snapshots() runner.Snapshots {
	paths, err := home.Find()
	if err != nil {
		return runner.Snapshots{} // whoever needs the folders says what is wrong with them
	}
	return runner.Snapshots{Dir: paths.KV, BudgetNow: budgetIn(paths.ConfigFile)}
}

// budgetEvery is how old what is known of the settings file may be. The engine
// asks before each block that it writes.
const budgetEvery = 2 * time.Second

// budgetIn tells how many bytes of the disk the settings in the file allow for
// what was evaluated, as of now.
func budgetIn(file string) func() int64 {
	var mu sync.Mutex
	var read time.Time
	budget := int64(0)
	return func() int64 {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(read) >= budgetEvery {
			settings, _, err := config.Load(file)
			if err != nil {
				settings = config.Default()
			}
			budget, read = int64(settings.SnapshotGiB)<<30, now
		}
		return budget
	}
}

// newScripted is the built-in model, which answers where there is no other.
func newScripted() *scripted.Engine {
	const pace = 30 * time.Millisecond // a word; about what people read
	return scripted.New(scripted.Options{Delay: pace})
}

// engineDir finds the folder of the engine libraries. own is true when the user
// named it: what is in it then needs no manifest.
func engineDir() (dir string, own bool) {
	if dir := os.Getenv("NOTSO_ENGINE_LIB"); dir != "" {
		return dir, true
	}
	beside := "."
	if program, err := os.Executable(); err == nil {
		if program, err = filepath.EvalSymlinks(program); err == nil {
			beside = filepath.Dir(program)
		}
	}
	places := []string{
		filepath.Join(beside, "engine"),
		filepath.Join(beside, "..", "engine"), // from build/bin
		"/usr/lib/notso/engine",
	}
	for _, dir := range places {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, false
		}
	}
	return places[0], false // to be named in the error
}

// openLibrary loads llama.cpp into this process.
func openLibrary() (*llama.Library, error) {
	dir, own := engineDir()
	if own {
		return llama.OpenUnchecked(dir)
	}
	return llama.Open(dir)
}

// newLibrary finds the model files: the chosen one, where it is not empty, else
// that of NOTSO_MODEL, and those in the folders.
func newLibrary(models, chosen string) *library.Library {
	program, _ := os.Executable() // without it, its folders are not looked into
	return library.New(library.Options{
		Chosen:  cmp.Or(chosen, os.Getenv("NOTSO_MODEL")),
		Folders: library.Folders(models, program),
		Describe: func(path string) (library.Info, error) {
			file, err := gguf.Check(path)
			if err != nil {
				return library.Info{}, err
			}
			s := file.Summary()
			return library.Info{Title: s.Name, Architecture: s.Architecture, Quantisation: s.Quantisation,
				Parameters: s.Parameters, TrainedContext: s.TrainedContext}, nil
		},
	})
}
