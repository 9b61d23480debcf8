package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"

	"notso/app"
	"notso/app/config"
	"notso/app/home"
	"notso/app/shortcut"
	"notso/app/store"
	"notso/app/words"
	"notso/engine"
	"notso/engine/gguf"
)

// parts are what an app.App works with. Close ends them in the right order.
type parts struct {
	app.Options
	log io.WriteCloser
}

// open makes the parts for the data in paths. model, which may be empty, is the
// path of the model to use. The chats are in memory alone when stored is false;
// otherwise the caller holds the lock.
func open(ctx context.Context, paths home.Paths, model string, stored bool) (_ *parts, err error) {
	p := &parts{Options: app.Options{
		Language: words.Environment(os.Getenv),
		Library:  newLibrary(paths.Models, model),

		Inspect: inspectModel, Judge: judgeParts, EnoughHeader: enoughHeader,

		Passages: paths.Passages,
		Home:     paths,
		Version:  version,
		ReadPDF:  pdfReader(),
	}}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	log, err := openLog(paths)
	if err != nil {
		return nil, err
	}
	p.log = log
	settings, warnings, err := config.Open(paths.ConfigFile)
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		slog.Warn("settings", "warning", w)
	}
	p.Config, p.Warnings = settings, append(warnings, shortcut.Problems(settings.Get().Shortcuts)...)
	settings.Speak(func(c config.Config, text string) string { return words.In(c.Language, p.Language).Of(text) })
	if err := p.openEngine(settings.Get(), stored); err != nil {
		return nil, err
	}
	p.Builtin = newScripted()
	if p.Remote == "" {
		p.Hash, p.Render = gguf.Fingerprint, render
		p.Fits, p.Fit = fitsBeside, offerFits(paths)
		p.Another = func() (engine.Engine, error) { return newEngine(settings.Get().Idle(), p.log, stored) }
	}
	if p.Shelf, err = openShelf(paths, p.Library, settings.Get(), true); err != nil {
		p.Warnings = append(p.Warnings, app.SentenceIn(terminalWords(), err))
		p.Shelf, err = openShelf(paths, p.Library, config.Default(), true)
		if err != nil {
			return nil, err
		}
	}
	if stored {
		p.Store, err = store.Open(ctx, paths.Database)
	} else {
		p.Store, err = store.Memory(ctx)
	}
	return p, err
}

// openEngine makes the engine that the environment and the settings name. An
// address in the settings that makes no sense is told, and nothing is sent
// anywhere.
func (p *parts) openEngine(settings config.Config, stored bool) (err error) {
	if address := remoteAddress(settings); address != "" {
		eng, err := newRemote(address)
		if err == nil {
			p.Engine, p.Remote, p.RemoteModel = eng, eng.Host(), remoteModel(settings)
			return nil
		}
		if address != settings.Remote {
			return err
		}
		p.Warnings = append(p.Warnings, app.SentenceIn(terminalWords(), err))
	}
	p.Engine, err = newEngine(settings.Idle(), p.log, stored)
	return err
}

// Close ends the worker and closes the chats.
func (p *parts) Close() error {
	var errs []error
	if p.Shelf != nil {
		errs = append(errs, p.Shelf.Close())
	}
	for _, e := range []engine.Engine{p.Engine, p.Builtin} {
		if e != nil {
			errs = append(errs, e.Close())
		}
	}
	if p.Store != nil {
		errs = append(errs, p.Store.Close())
	}
	if p.log != nil {
		errs = append(errs, p.log.Close())
	}
	return errors.Join(errs...)
}
