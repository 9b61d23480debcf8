package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"notso/app/chat"
	"notso/app/store"
	"notso/app/words"
)

// dataView fills data.html, the part of the settings about what is kept.
type dataView struct {
	Folders   []placeView
	Chats     string // "12 chats with 340 turns"
	Snapshots string // size of what was evaluated, "1.2 GB"
	CanEmpty  bool
}

type placeView struct {
	Key  string // for the route that opens it
	Name string
	Path string
}

func (a *App) data(ctx context.Context) (dataView, error) {
	counts, err := a.opts.Store.Counts(ctx)
	if err != nil {
		return dataView{}, err
	}
	size := folderSize(a.opts.Home.KV)
	view := dataView{
		Chats:     a.language().Count("settings.chats", counts.Chats) + ", " + a.language().Count("settings.turns", counts.Turns),
		Snapshots: a.size(size), CanEmpty: size > 0,
	}
	for _, f := range a.places() {
		if f.Path != "" {
			view.Folders = append(view.Folders, f)
		}
	}
	return view, nil
}

func (a *App) places() []placeView {
	h := a.opts.Home
	return []placeView{
		{"data", a.say("settings.folder_data"), h.Data},
		{"models", a.say("settings.folder_models"), h.Models},
		{"config", a.say("settings.folder_config"), h.Config},
		{"cache", a.say("settings.folder_cache"), h.Cache},
		{"state", a.say("settings.folder_state"), h.State},
	}
}

// postPlace shows one of the app's folders in the system's file manager.
func (a *App) postPlace(_ context.Context, r request) (answer, error) {
	for _, f := range a.places() {
		if f.Key == r.PathValue("key") && f.Path != "" && a.opts.OpenPath != nil {
			return answer{}, a.opts.OpenPath(f.Path)
		}
	}
	return answer{}, words.Fail("settings.no_folder")
}

// postBackup writes a copy of all chats to a file that the user chooses.
func (a *App) postBackup(ctx context.Context, _ request) (answer, error) {
	if a.opts.SaveAs == nil {
		return answer{}, words.Fail("settings.no_dialog")
	}
	path, err := a.opts.SaveAs(a.say("settings.backup"), "notso-"+a.opts.Now().Format("2006-01-02")+".backup")
	if err != nil || path == "" {
		return answer{}, err
	}
	err = a.opts.Store.Backup(ctx, path)
	if errors.Is(err, store.ErrItself) {
		return answer{}, words.Fail("settings.backup_itself", filepath.Base(path))
	}
	if err != nil {
		return answer{}, err
	}
	return a.tell(toastView{Text: a.say("settings.backed_up", path), Kind: "info"}), nil
}

// postRestoreBackup replaces all chats by those of a backup that the user
// chooses.
func (a *App) postRestoreBackup(ctx context.Context, _ request) (answer, error) {
	if a.opts.OpenFile == nil {
		return answer{}, words.Fail("settings.no_dialog")
	}
	path, err := a.opts.OpenFile(a.say("settings.restore"), "*.backup;*.db")
	if err != nil || path == "" {
		return answer{}, err
	}
	before, err := a.restore(ctx, path)
	if err != nil {
		return answer{}, err
	}
	undo := a.undoable(func(ctx context.Context) error {
		_, err := a.restore(ctx, before)
		return err
	})
	return a.tell(toastView{Text: a.say("settings.restored", filepath.Base(path)), Undo: undo, Kind: "info"}), nil
}

func (a *App) restore(ctx context.Context, path string) (before string, err error) {
	if err := a.nothingRuns(); err != nil {
		return "", err
	}
	before, err = a.opts.Store.Restore(ctx, path)
	if errors.Is(err, store.ErrNoBackup) {
		return "", words.Fail("settings.no_backup", filepath.Base(path))
	}
	if err == nil {
		_, err = a.opts.Store.Recover(ctx, a.say("error.interrupted"))
		a.showAllAnew(0)
	}
	return before, err
}

// postDeleteAll deletes every chat.
func (a *App) postDeleteAll(ctx context.Context, _ request) (answer, error) {
	if err := a.nothingRuns(); err != nil {
		return answer{}, err
	}
	n, at, err := a.opts.Store.DeleteAll(ctx)
	if err != nil {
		return answer{}, err
	}
	shown := a.shown()
	a.showAllAnew(0)
	undo := a.undoable(func(ctx context.Context) error {
		defer a.showAllAnew(shown)
		return a.opts.Store.RestoreAll(ctx, at)
	})
	return a.tell(toastView{Text: a.language().Count("settings.deleted_all", n), Undo: undo, Kind: "info"}), nil
}

// postEmptySnapshots deletes what was evaluated; the model reads it again when
// it is needed.
func (a *App) postEmptySnapshots(ctx context.Context, _ request) (answer, error) {
	freed := folderSize(a.opts.Home.KV)
	if err := emptyFolder(a.opts.Home.KV); err != nil {
		return answer{}, err
	}
	view, err := a.data(ctx)
	return show(fragment{Name: "snapshots.html", View: view},
		fragment{Name: "toast.html", View: toastView{Text: a.say("settings.emptied", a.size(freed)), Kind: "info"}, OOB: true}), err
}

// nothingRuns refuses what would pull the chats away under a reply.
func (a *App) nothingRuns() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.replies) > 0 {
		return chat.ErrBusy
	}
	return nil
}

// showAllAnew draws the window anew, with the chat.
func (a *App) showAllAnew(chatID int64) {
	a.mu.Lock()
	a.current = chatID
	a.mu.Unlock()
	a.opts.Emit("replaced", chatID)
	a.opts.Emit("refresh", refreshEvent{What: "settings"})
}

func (a *App) tell(t toastView) answer {
	return show(fragment{Name: "toast.html", View: t, OOB: true})
}

// folderSize is the size of the files in dir, in bytes; 0 where there is none.
func folderSize(dir string) (total int64) {
	if dir == "" {
		return 0
	}
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // it may go while we look
		}
		if info, err := d.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	return total
}

// emptyFolder removes the files in dir that snapshots are kept in, and no others.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look into %s: %w", dir, err)
	}
	var errs []error
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}
