package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"notso/app/cli"
	"notso/app/config"
	"notso/app/home"
	"notso/app/secret"
	"notso/engine"
	"notso/engine/remote"
)

// remotePrefix in NOTSO_ENGINE stands before the address of a remote engine.
const remotePrefix = "remote:"

// remoteAddress is the address of the remote engine that the user named, in the
// environment or in the settings; "" for none.
func remoteAddress(settings config.Config) string {
	name := os.Getenv("NOTSO_ENGINE")
	if address, ok := strings.CutPrefix(name, remotePrefix); ok {
		return address
	}
	if name == "" {
		return settings.Remote
	}
	return ""
}

// remoteModel is the name of the model on it; "" for its first.
func remoteModel(settings config.Config) string {
	if strings.HasPrefix(os.Getenv("NOTSO_ENGINE"), remotePrefix) && os.Getenv("NOTSO_MODEL") != "" {
		return os.Getenv("NOTSO_MODEL")
	}
	return settings.RemoteModel
}

// newRemote makes the engine at address. It connects to nothing yet.
func newRemote(address string) (*remote.Engine, error) {
	return remote.New(remote.Options{URL: address, Key: remoteKey})
}

// remoteKey is the key for the remote engine, "" where none was set: then the
// server says whether it wants one.
func remoteKey() (string, error) {
	key, err := secret.Get(secret.Remote)
	if errors.Is(err, secret.ErrNone) || errors.Is(err, secret.ErrNoKeyring) {
		return "", nil
	}
	return key, err
}

// remoteFacts asks the remote engine for its model, where the user named one.
func remoteFacts(ctx context.Context, _ home.Paths, settings config.Config) (facts cli.RemoteFacts, err error) {
	address := remoteAddress(settings)
	if address == "" {
		return facts, nil
	}
	facts.Host = address
	eng, err := newRemote(address)
	if err != nil {
		return facts, err
	}
	defer eng.Close()
	facts.Host = eng.Host()
	info, err := eng.Load(ctx, remoteModel(settings), engine.LoadOptions{}, nil)
	facts.Model, facts.Build = info.Path, info.EngineBuild
	return facts, err
}
