package main

import (
	"context"
	"errors"
	"io/fs"

	"notso/app"
	"notso/app/chat"
	"notso/app/config"
	"notso/app/home"
	"notso/app/store"
	"notso/engine/gguf"
)

// replay writes a stored reply once more, in a worker that has evaluated
// nothing. The window may be open meanwhile.
func replay(ctx context.Context, paths home.Paths, turn int64) (_ chat.Replay, err error) {
	db, err := store.OpenReadOnly(ctx, paths.Database)
	if errors.Is(err, fs.ErrNotExist) {
		return chat.Replay{}, chat.ErrNotFound
	}
	if err != nil {
		return chat.Replay{}, err
	}
	defer db.Close()
	settings, _, err := config.Open(paths.ConfigFile)
	if err != nil {
		return chat.Replay{}, err
	}
	log, err := openLog(paths)
	if err != nil {
		return chat.Replay{}, err
	}
	defer log.Close()
	eng, err := newEngine(settings.Get().Idle(), log, false)
	if err != nil {
		return chat.Replay{}, err
	}
	defer eng.Close()
	builtin := newScripted()
	defer builtin.Close()
	return app.Replay(ctx, app.Options{
		Store: db, Config: settings, Library: newLibrary(paths.Models, ""), Hash: gguf.Fingerprint, Engine: eng, Builtin: builtin,
	}, turn)
}
