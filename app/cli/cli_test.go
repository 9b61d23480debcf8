package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"notso/app/chat"
	"notso/app/home"
	"notso/app/library"
	"notso/app/store"
	"notso/engine/prompt"
)

// The scripts below testdata/script use nothing but the program and a model
// that says the script scripted.Plain, so they hold for the whole program too.
// Those below testdata/fault need what only the stand-in below does.
func TestScripts(t *testing.T) {
	for _, dir := range []string{"script", "fault"} {
		t.Run(dir, func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir:   filepath.Join("testdata", dir),
				Setup: setup,
				Cmds:  map[string]func(*testscript.TestScript, bool, []string){"store": storeChat, "fails": fails, "lock": lock},
			})
		})
	}
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"notso": func() { os.Exit(Run(context.Background(), os.Args[1:], testEnv())) },
	})
}

// setup gives each script its own home, and a model file in $MODEL.
func setup(e *testscript.Env) error {
	dir := filepath.Join(e.WorkDir, "home")
	model := filepath.Join(dir, "data", "models", "scripted.gguf")
	e.Setenv("NOTSO_HOME", dir)
	e.Setenv("MODEL", model)
	if err := os.MkdirAll(filepath.Dir(model), 0o700); err != nil {
		return err
	}
	return os.WriteFile(model, []byte("GGUF"), 0o600)
}

// storeChat puts a chat into the script's database: store TITLE MESSAGE REPLY.
func storeChat(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: store TITLE MESSAGE REPLY")
	}
	ctx := context.Background()
	db, err := store.Open(ctx, filepath.Join(ts.Getenv("NOTSO_HOME"), "data", "chats.db"))
	ts.Check(err)
	defer db.Close()
	when := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	_, err = db.AddChat(ctx, chat.Chat{Title: args[0], Head: 2, Created: when, Updated: when}, []chat.Turn{
		{ID: 1, Role: chat.User, Text: args[1], State: chat.Done, Created: when},
		{ID: 2, Parent: 1, Role: chat.Assistant, Text: args[2], State: chat.Done, Created: when},
	})
	ts.Check(err)
}

// fails runs a program that must end with an exit code: fails CODE PROGRAM
// [ARG...].
func fails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fails CODE PROGRAM [ARG...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) || fmt.Sprint(exit.ExitCode()) != args[0] {
		ts.Fatalf("it ended with %v, want exit code %s", err, args[0])
	}
}

// lock makes the test the owner of the script's data until the script ends.
func lock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: lock")
	}
	dir := filepath.Join(ts.Getenv("NOTSO_HOME"), "data")
	ts.Check(os.MkdirAll(dir, 0o700))
	held, err := home.Acquire(home.Paths{Lock: filepath.Join(dir, "notso.lock")})
	ts.Check(err)
	ts.Defer(func() { held.Release() })
}

// testEnv is what main wires, with a stand-in for the engine and the service.
func testEnv() Env {
	return Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Version: "v0-test",
		Home:    home.Find,
		Library: func(p home.Paths) *library.Library {
			return library.New(library.Options{Chosen: os.Getenv("NOTSO_MODEL"), Folders: []string{p.Models}, Describe: describe})
		},
		OpenTalker: openFake,
		Engine: func(context.Context) (EngineFacts, error) {
			if os.Getenv("NOTSO_ENGINE_LIB") != "" {
				return EngineFacts{}, errors.New("libllama.so is not there")
			}
			return EngineFacts{Build: "llama.cpp v0.4.0", Libraries: "/lib/engine", Devices: []string{"CPU"}}, nil
		},
		Render:   prompt.RenderJSON,
		Sentence: sentence,
	}
}

func describe(path string) (library.Info, error) {
	data, err := os.ReadFile(path)
	if err == nil && !strings.HasPrefix(string(data), "GGUF") {
		err = fmt.Errorf("%s: this is no GGUF file", path)
	}
	return library.Info{Quantisation: "F32"}, err
}

func openFake(ctx context.Context, paths home.Paths, opts TalkerOptions) (Talker, io.Closer, error) {
	if opts.Model != "" {
		if _, err := testEnv().Library(paths).Resolve(opts.Model); err != nil {
			return nil, nil, err
		}
	}
	db, err := store.Memory(ctx)
	if opts.Stored {
		lock, locked := home.Acquire(paths)
		if locked != nil {
			return nil, nil, locked
		}
		defer lock.Release()
		db, err = store.Open(ctx, paths.Database)
	}
	if err != nil {
		return nil, nil, err
	}
	return &fake{db: db}, db, nil
}
