package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"notso/app/chat"
)

// postTitle renames a chat, in one line. Without a name it keeps its own.
func (a *App) postTitle(ctx context.Context, r request) (answer, error) {
	if title := strings.Join(strings.Fields(r.FormValue("title")), " "); title != "" {
		if err := a.opts.Store.Rename(ctx, r.id(), title, true); err != nil {
			return answer{}, err
		}
	}
	return a.showSidebar(ctx, toastView{})
}

func (a *App) deleteChat(ctx context.Context, r request) (answer, error) {
	return a.deleteChats(ctx, r.id())
}

func (a *App) postDeleteChats(ctx context.Context, r request) (answer, error) {
	ids, err := r.chatIDs()
	if err != nil {
		return answer{}, err
	}
	return a.deleteChats(ctx, ids...)
}

func (a *App) deleteChats(ctx context.Context, ids ...int64) (answer, error) {
	chats, err := a.opts.Store.ChatsByID(ctx, ids...)
	if err != nil {
		return answer{}, err
	}
	for _, c := range chats {
		a.Stop(c.ID)
	}
	if err := a.opts.Store.DeleteChats(ctx, ids...); err != nil {
		return answer{}, err
	}
	notice := toastView{Text: a.language().Count("chats.deleted_many", len(ids)), Undo: "/chats/restore?chats=" + chatList(ids), Kind: "info"}
	if len(chats) == 1 {
		notice.Text = a.say("chats.deleted", chats[0].Title)
	}
	shown := a.shown()
	if !slices.Contains(ids, shown) {
		return a.showSidebar(ctx, notice)
	}
	notice.Undo += "&show=" + strconv.FormatInt(shown, 10)
	return a.leaveChat(ctx, notice)
}

// leaveChat shows a new chat, since the one that was shown is gone.
func (a *App) leaveChat(ctx context.Context, notice toastView) (answer, error) {
	got, err := a.showChat(ctx, 0)
	if err != nil {
		return got, err
	}
	got.retarget = "#conversation"
	list, err := a.refreshSidebar(ctx, notice)
	got.fragments = append(withoutSidebar(got.fragments), list.fragments...)
	return got, err
}

// withoutSidebar makes room for a list that is whole.
func withoutSidebar(fragments []fragment) []fragment {
	return slices.DeleteFunc(fragments, func(f fragment) bool { return f.Name == "sidebar.html" })
}

func (a *App) postRestoreChats(ctx context.Context, r request) (answer, error) {
	ids, err := r.chatIDs()
	if err != nil {
		return answer{}, err
	}
	return a.restoreChats(ctx, r.FormValue("show"), ids...)
}

func (a *App) postRestore(ctx context.Context, r request) (answer, error) {
	return a.restoreChats(ctx, r.PathValue("id"), r.id())
}

// restoreChats brings chats back, and shows the one that was shown when they
// went.
func (a *App) restoreChats(ctx context.Context, shown string, ids ...int64) (answer, error) {
	if err := a.opts.Store.RestoreChats(ctx, ids...); err != nil {
		return answer{}, err
	}
	id, err := strconv.ParseInt(shown, 10, 64)
	if err != nil {
		return a.refreshSidebar(ctx, toastView{})
	}
	got, err := a.showChat(ctx, id)
	if err != nil {
		return got, err
	}
	list, err := a.refreshSidebar(ctx, toastView{})
	got.fragments = append(withoutSidebar(got.fragments), list.fragments...)
	return got, err
}

func (a *App) postPinChats(ctx context.Context, r request) (answer, error) {
	ids, err := r.chatIDs()
	if err != nil {
		return answer{}, err
	}
	if err := a.opts.Store.PinChats(ctx, r.FormValue("on") == "true", ids...); err != nil {
		return answer{}, err
	}
	return a.showSidebar(ctx, toastView{})
}

func (a *App) postMoveChats(ctx context.Context, r request) (answer, error) {
	ids, err := r.chatIDs()
	if err != nil {
		return answer{}, err
	}
	folder, err := strconv.ParseInt(r.FormValue("folder"), 10, 64)
	if err != nil {
		return answer{}, chat.ErrNotFound
	}
	if err := a.opts.Store.MoveChats(ctx, folder, ids...); err != nil {
		return answer{}, err
	}
	return a.showSidebar(ctx, toastView{})
}

// postFolder makes a folder, with the chats that are to be in it, under a name
// that is free; the page then asks for a better one.
func (a *App) postFolder(ctx context.Context, r request) (answer, error) {
	folders, err := a.opts.Store.Folders(ctx)
	if err != nil {
		return answer{}, err
	}
	name := a.say("folders.new_name")
	for n := 2; slices.ContainsFunc(folders, func(f chat.Folder) bool { return f.Name == name }); n++ {
		name = fmt.Sprintf("%s %d", a.say("folders.new_name"), n)
	}
	var ids []int64
	if r.FormValue("chats") != "" {
		if ids, err = r.chatIDs(); err != nil {
			return answer{}, err
		}
	}
	folder, err := a.opts.Store.CreateFolder(ctx, name, ids...)
	if err != nil {
		return answer{}, err
	}
	view, err := a.sidebar(ctx, true)
	view.Named = folder.ID
	return show(fragment{Name: "sidebar.html", View: view}), err
}

func (a *App) postFolderName(ctx context.Context, r request) (answer, error) {
	if err := a.opts.Store.RenameFolder(ctx, r.id(), r.FormValue("title")); err != nil {
		return answer{}, err
	}
	return a.showSidebar(ctx, toastView{})
}

func (a *App) postDeleteFolder(ctx context.Context, r request) (answer, error) {
	if err := a.opts.Store.DeleteFolder(ctx, r.id()); err != nil {
		return answer{}, err
	}
	return a.showSidebar(ctx, toastView{Text: a.say("folders.deleted"), Undo: fmt.Sprintf("/folders/%d/restore", r.id()), Kind: "info"})
}

func (a *App) postRestoreFolder(ctx context.Context, r request) (answer, error) {
	if err := a.opts.Store.RestoreFolder(ctx, r.id()); err != nil {
		return answer{}, err
	}
	return a.refreshSidebar(ctx, toastView{})
}
