package app

import (
	"reflect"
	"time"

	"notso/app/config"
	"notso/app/prompts"
)

// settingsEvery is how often the settings file is looked at: soon enough for
// somebody who edits it beside the window, and a stat costs microseconds.
const settingsEvery = 2 * time.Second

// followSettings makes edits of the settings file count while the app runs.
func (a *App) followSettings() {
	tick := time.NewTicker(settingsEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			a.reloadSettings()
			a.followPrompts()
		case <-a.ctx.Done():
			return
		}
	}
}

// followPrompts tells the page when a prompt of the user's own is new, gone or
// edited, so that its palette has it.
func (a *App) followPrompts() {
	stamp := prompts.Stamp(a.opts.Home.Prompts)
	a.mu.Lock()
	before := a.promptsSeen
	a.promptsSeen = &stamp
	a.mu.Unlock()
	if before != nil && *before != stamp {
		a.opts.Emit("refresh", refreshEvent{What: "commands"})
	}
}

// reloadSettings reads the settings file again if somebody changed it.
func (a *App) reloadSettings() {
	before, after, warnings, changed := a.opts.Config.Reload()
	for _, warning := range warnings {
		a.toast(toastView{Text: a.language().Of(warning), Kind: "error"})
	}
	if changed {
		a.follow(before, after)
		a.opts.Emit("refresh", refreshEvent{What: "settings"})
	}
}

// changeConfig edits the settings for all chats and makes the change count.
func (a *App) changeConfig(change func(*config.Config)) error {
	before := a.opts.Config.Get()
	if err := a.opts.Config.Update(change); err != nil {
		return err
	}
	a.follow(before, a.opts.Config.Get())
	return nil
}

// follow makes a change of the settings count in what is already there: the
// open window, the loaded model. All else reads the settings when it needs them.
func (a *App) follow(before, after config.Config) {
	if before.Language != after.Language {
		a.opts.Emit("reload", nil)
		if a.opts.Menus != nil {
			a.opts.Menus(a.MenuBar())
		}
	}
	if look(before) != look(after) {
		a.opts.Emit("look", look(after))
	}
	if before.Thinking != after.Thinking {
		a.opts.Emit("refresh", refreshEvent{What: "model"})
	}
	if before.IdleMinutes != after.IdleMinutes {
		a.model.setIdle(after.Idle())
	}
	a.followShelf(before, after)
	if before.Model != after.Model || a.loadsOtherwise(before, after) {
		a.mu.Lock()
		a.stale = true
		a.anew = a.anew || before.Model != after.Model
		a.mu.Unlock()
		a.reloadModel()
	}
}

// loadsOtherwise tells whether the model that is loaded would now be loaded in
// another way, by the settings of all models or by its own.
func (a *App) loadsOtherwise(before, after config.Config) bool {
	if before.LoadOptions() == after.LoadOptions() && reflect.DeepEqual(before.Models, after.Models) {
		return false
	}
	_, path, _ := a.model.current()
	return a.loadOptionsIn(before, path) != a.loadOptionsIn(after, path)
}

// rateUnit is the unit of the setting download_limit, in bytes.
const rateUnit = 1000

// followShelf does the same for where models come from, and how fast.
func (a *App) followShelf(before, after config.Config) {
	if a.opts.Shelf == nil {
		return
	}
	if before.DownloadLimit != after.DownloadLimit {
		a.opts.Shelf.Downloads().SetRate(int64(after.DownloadLimit) * rateUnit)
	}
	if before.Mirror != after.Mirror {
		if err := a.opts.Shelf.SetMirror(after.Mirror); err != nil {
			a.toast(toastView{Text: a.sentence(err), Kind: "error"})
		}
	}
}

// reloadModel loads the model that answers again if the settings that it was loaded
// with are no longer those, or the one that they now choose, once no reply needs it.
func (a *App) reloadModel() {
	a.mu.Lock()
	due, anew := a.stale && len(a.replies) == 0 && !a.closed, a.anew
	if due {
		a.stale, a.anew = false, false
	}
	a.mu.Unlock()
	switch {
	case due && anew:
		a.model.start()
	case due:
		a.model.again()
	}
}
