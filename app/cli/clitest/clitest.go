// Package clitest runs scripts of package testscript against the command line.
// Package cli runs its scripts with stand-ins for the engine and the service;
// the same scripts hold for the whole program.
//
// The program is the command "notso", which the caller gives to
// testscript.Main. On top of what testscript knows, a script may say:
//
//	fails CODE PROGRAM [ARG...]     run a program that ends with the exit code
//	store TITLE MESSAGE REPLY       add a chat to the script's database
//	lock                            own the script's data until its end
//	hub [half]                      be the model hub, with the files below "hub"
//	json stdout|FILE                want JSON and nothing else
//	partly FILE                     wait until a download has brought some of FILE
//
// Each script has a home of its own in $NOTSO_HOME, and in $MODEL the path of
// the one model there, called "scripted", which says scripted.Plain.
package clitest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"notso/app/chat"
	"notso/app/home"
	"notso/app/store"
)

// Params runs the scripts in dir. writeModel makes the model at path; env is
// added to the scripts' environment, as "NAME=value".
func Params(dir string, writeModel func(path string) error, env ...string) testscript.Params {
	return testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			model := filepath.Join(home, "data", "models", "scripted.gguf")
			e.Vars = append(e.Vars, "NOTSO_HOME="+home, "MODEL="+model)
			e.Vars = append(e.Vars, env...)
			if err := os.MkdirAll(filepath.Dir(model), 0o700); err != nil {
				return err
			}
			return writeModel(model)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"fails": fails, "store": storeChat, "lock": lock, "hub": startHub, "partly": partly, "json": checkJSON},
	}
}

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

func lock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: lock")
	}
	held, err := home.Acquire(home.Paths{Lock: filepath.Join(ts.Getenv("NOTSO_HOME"), "data", "notso.lock")})
	ts.Check(err)
	ts.Defer(func() { held.Release() })
}
