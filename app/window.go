package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"runtime/debug"

	"notso/app/chat"
	"notso/app/config"
	"notso/app/words"
)

// Window is what the page may call. Everything else it asks for by routes.
type Window struct {
	app *App
}

// Window lends the app's methods to a page.
func (a *App) Window() *Window { return &Window{a} }

// Version is the version of the program.
func (w *Window) Version() string { return w.app.opts.Version }

// Send is App.Send. It returns the id of the running reply.
func (w *Window) Send(chatID int64, text string) (int64, error) {
	var turn chat.Turn
	err := w.app.guard(func() (err error) { _, turn, err = w.app.Send(w.app.ctx, chatID, text); return })
	return turn.ID, err
}

// Stop is App.Stop.
func (w *Window) Stop(chatID int64) { w.app.Stop(chatID) }

// ExportChat is App.Export: it asks for a file, writes the chat there and
// returns the path, "" when none was chosen.
func (w *Window) ExportChat(chatID int64, format string) (path string, err error) {
	err = w.app.guard(func() (err error) { path, err = w.app.Export(w.app.ctx, chatID, format); return })
	return path, err
}

// ExportChats is App.ExportChats, in the manner of ExportChat.
func (w *Window) ExportChats(chatIDs []int64, format string) (path string, err error) {
	err = w.app.guard(func() (err error) { path, err = w.app.ExportChats(w.app.ctx, chatIDs, format); return })
	return path, err
}

// Zoom makes the window's contents larger (1), smaller (-1) or as usual (0), and
// returns their size in percent, 0 where that cannot be done.
func (w *Window) Zoom(step int) int {
	if w.app.opts.Zoom == nil {
		return 0
	}
	return w.app.opts.Zoom(step)
}

// Unseen is App.Unseen.
func (w *Window) Unseen(turnID int64) error {
	return w.app.guard(func() error { return w.app.Unseen(w.app.ctx, turnID) })
}

// guard turns errors into sentences and a panic into an error, because a bound
// method that panics leaves the page waiting for ever.
func (a *App) guard(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			slog.Error("panic in a bound method", "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			err = errors.New(a.say("error.inside", v))
		}
	}()
	if err := do(); err != nil {
		return errors.New(a.sentence(err))
	}
	return nil
}

// OpenLink shows a link of a message in the system's browser. Only addresses
// that cannot start a program pass.
func (a *App) OpenLink(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" || u.Scheme != "mailto" && u.Host == "" {
		return words.Fail("error.link")
	}
	if a.opts.OpenURL == nil {
		return words.Fail("error.no_browser", u)
	}
	return a.opts.OpenURL(u.String())
}

func (a *App) setSidebar(open bool) error {
	return a.opts.Config.Update(func(c *config.Config) { c.Sidebar = open })
}
