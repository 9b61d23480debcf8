package app

import (
	"context"
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"notso/app/fetch"
	"notso/app/hub"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/words"
)

// downloadView fills download.html, one download on its way. It also travels as
// the event "download".
type downloadView struct {
	Name     string `json:"name"`
	State    string `json:"state"`    // see fetch.State
	Text     string `json:"text"`     // for people
	Permille int    `json:"permille"` // of the file
	Said     string `json:"said"`     // for screen readers; "" for what they need not hear
}

// CanPause and CanResume tell which of the two makes sense.
func (d downloadView) CanPause() bool {
	return d.State != string(fetch.Paused) && d.State != string(fetch.Failed)
}

func (a *App) downloadViews() []downloadView {
	var views []downloadView
	for _, p := range a.opts.Shelf.Downloads().List() {
		if p.State != fetch.Done {
			views = append(views, a.download(p))
		}
	}
	return views
}

func (a *App) download(p fetch.Progress) downloadView {
	return downloadView{Name: p.Name, State: string(p.State), Text: a.downloadText(p), Permille: int(1000 * p.Fraction())}
}

func (a *App) downloadText(p fetch.Progress) string {
	have, all := a.size(p.Received), a.size(p.SizeBytes)
	switch p.State {
	case fetch.Waiting:
		return a.say("models.state_waiting")
	case fetch.Checking:
		return a.say("models.state_checking")
	case fetch.Paused:
		return a.say("models.state_paused", have, all)
	case fetch.Retrying:
		return a.say("models.state_retrying", a.sentence(p.Err))
	case fetch.Failed:
		return a.say("models.state_failed", a.sentence(p.Err))
	case fetch.Done:
		return a.say("models.state_done")
	}
	speed := a.size(int64(p.BytesPerSecond))
	switch {
	case p.BytesPerSecond == 0:
		return a.say("models.state_running", have, all)
	case p.Left == 0:
		return a.say("models.state_speed", have, all, speed)
	}
	return a.say("models.state_left", have, all, speed, a.left(p.Left))
}

// watchDownloads tells the page of the downloads as long as the app runs.
func (a *App) watchDownloads() {
	if a.opts.Shelf == nil {
		return
	}
	a.opts.Shelf.Watch(a.downloadChanged)
	a.opts.Shelf.Downloads().Continue()
}

// downloadChanged runs on a download's goroutine.
func (a *App) downloadChanged(p fetch.Progress) {
	if a.ctx.Err() != nil {
		return
	}
	view := a.download(p)
	a.mu.Lock()
	if a.told == nil {
		a.told = map[string]toldDownload{}
	}
	before := a.told[p.Name]
	quarter := view.Permille / 250
	a.told[p.Name] = toldDownload{p.State, quarter, before.arrived && p.State == fetch.Done}
	a.mu.Unlock()
	switch {
	case p.State == fetch.Done:
		view.Said = a.say("models.said_done", p.Name)
	case before.state != p.State && p.State == fetch.Paused:
		view.Said = a.say("models.said_paused", p.Name)
	case before.state != p.State && p.State == fetch.Failed:
		view.Said = a.say("models.said_failed", p.Name) + " " + view.Text
	case quarter > before.quarter && quarter < 4 && p.State == fetch.Running:
		view.Said = a.say("models.said_part", p.Name, a.language().Number(25*quarter))
	}
	a.opts.Emit("download", view)
	if before.state != p.State {
		a.modelsChanged()
	}
	if p.State == fetch.Done && before.state != fetch.Done {
		a.background(func() { a.arrived(p) })
	}
}

// toldDownload is what the page heard of a download last.
type toldDownload struct {
	state   fetch.State
	quarter int
	arrived bool // all parts of its model, and that was said
}

// arrived takes a file in that has come whole. It takes over where the user
// asked for that, or where no model file was in use.
func (a *App) arrived(p fetch.Progress) {
	item, err := a.opts.Shelf.OfFile(p.Name)
	if err != nil || item.Parts > 1 && strings.Contains(item.Problem, "missing") {
		return // removed meanwhile, or more parts are on their way
	}
	first := filepath.Base(item.Path) // part of the model
	a.mu.Lock()
	told := a.told[first]
	again := told.arrived
	told.arrived = true
	a.told[first] = told
	use := !again && a.wanted == first
	if use {
		a.wanted = ""
	}
	a.mu.Unlock()
	if again {
		return
	}
	if _, _, builtin, _ := a.model.snapshot(); builtin {
		use = true
	}
	switch {
	case item.Problem != "":
		a.toast(toastView{Text: a.say("models.arrived_bad", item.Name, a.language().Of(item.Problem)), Kind: "error"})
	case use:
		if err := a.useModel(item.Path); err != nil {
			a.toast(toastView{Text: a.sentence(err), Kind: "error"})
			return
		}
		a.toast(toastView{Text: a.say("models.arrived_use", item.Name), Kind: "info"})
	default:
		a.toast(toastView{Text: a.say("models.arrived", item.Name), Kind: "info"})
	}
	a.modelsChanged()
}

// onDownload does something with the download that the path names.
func (a *App) onDownload(do func(name string) (text, undo string, err error)) func(context.Context, request) (answer, error) {
	return func(_ context.Context, r request) (answer, error) {
		text, undo, err := do(r.PathValue("name"))
		if err != nil {
			return answer{}, err
		}
		return a.said(text, undo)
	}
}

func (a *App) pauseDownload(name string) (text, undo string, err error) {
	return "", "", a.opts.Shelf.Downloads().Pause(name)
}

func (a *App) resumeDownload(name string) (text, undo string, err error) {
	return "", "", a.opts.Shelf.Downloads().Resume(name)
}

func (a *App) cancelDownload(name string) (text, undo string, err error) {
	if err := a.opts.Shelf.Downloads().Cancel(name); err != nil {
		return "", "", err
	}
	return a.say("models.given_up", name), a.undoable(func(context.Context) error {
		err := a.opts.Shelf.Downloads().Resume(name)
		a.modelsChanged()
		return err
	}), nil
}

// modelSentence puts the errors of models and downloads into words, "" for any
// other.
func modelSentence(in words.Words, err error) string {
	var status *fetch.StatusError
	var sum *fetch.ChecksumError
	var space *fetch.SpaceError
	var address *fetch.AddressError
	var content *fetch.ContentError
	var choice *shelf.ChoiceError
	var missing *library.NotFoundError
	for known, key := range map[error]string{
		fetch.ErrExists: "models.err_exists", fetch.ErrElsewhere: "models.err_elsewhere", fetch.ErrUnknown: "models.err_unknown",
		shelf.ErrNotOwn: "models.err_not_own", shelf.ErrName: "models.err_name", fetch.ErrName: "models.err_name", shelf.ErrTaken: "models.err_taken",
		shelf.ErrThere: "models.err_there", shelf.ErrGone: "models.err_gone", hub.ErrNoModels: "models.err_none",
	} {
		if errors.Is(err, known) {
			return in.Say(key)
		}
	}
	switch {
	case errors.As(err, &status):
		switch status.Code {
		case 401, 403:
			return in.Say("models.err_terms")
		case 404, 410:
			return in.Say("models.err_missing")
		case 429:
			return in.Say("models.err_busy")
		}
		return in.Say("models.err_status", in.Number(status.Code))
	case errors.As(err, &sum):
		return in.Say("models.err_checksum", sum.Name)
	case errors.As(err, &space):
		return in.Say("models.err_space", in.Size(space.Free), in.Size(space.Need))
	case errors.As(err, &address):
		return in.Say("models.err_address", address.Address, in.Of(address.Reason))
	case errors.As(err, &content):
		return in.Say("models.err_content", capital(in.Of(content.Reason)))
	case errors.As(err, &choice):
		return in.Say("models.err_choice", choice.Repository, strings.Join(choice.Names, ", "))
	case errors.As(err, &missing):
		return ""
	case offline(err):
		return in.Say("models.offline")
	}
	return ""
}

// offline tells errors that a machine without a network has.
func offline(err error) bool {
	var dns *net.DNSError
	var dial *net.OpError
	var failed *url.Error
	return errors.As(err, &dns) || errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &failed)
}
