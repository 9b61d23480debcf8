package app

import (
	"context"
	"fmt"
	"strconv"

	"notso/app/chat"
	"notso/app/export"
)

// menuView fills menu.html, a menu that opens where it was asked for.
type menuView struct {
	Label string // what it is about, for screen readers
	Chats string // ids, for what the page itself does
	Items []menuItem
}

// menuItem does one thing: posts, opens another menu in its place, or has the
// page do something.
type menuItem struct {
	Text    string
	Icon    string
	Keys    string // that do the same
	Post    string // path
	Menu    string // path
	Do      string // name of what the page does
	Format  string // of an export
	Grave   bool   // takes something away
	Checked bool   // this is how it is now
	Parted  bool   // a line above it
}

// getMenu answers with the menu of one or more chats, of a folder, or of the
// sidebar.
func (a *App) getMenu(ctx context.Context, r request) (answer, error) {
	var view menuView
	var err error
	switch r.FormValue("of") {
	case "chats":
		var chats []chat.Chat
		if chats, err = a.chatsOf(ctx, r); err == nil {
			view, err = a.chatMenu(ctx, chats, r.FormValue("view"))
		}
	case "folder":
		view, err = a.folderMenu(ctx, r)
	default:
		view = a.sidebarMenu(r.FormValue("view"))
	}
	return show(fragment{Name: "menu.html", View: view}), err
}

// chatsOf reads the chats that a request names; one at least must be there.
func (a *App) chatsOf(ctx context.Context, r request) ([]chat.Chat, error) {
	ids, err := r.chatIDs()
	if err != nil {
		return nil, err
	}
	chats, err := a.opts.Store.ChatsByID(ctx, ids...)
	if err == nil && len(chats) == 0 {
		err = chat.ErrNotFound
	}
	return chats, err
}

func (a *App) chatMenu(ctx context.Context, chats []chat.Chat, which string) (menuView, error) {
	ids := make([]int64, len(chats))
	for i, c := range chats {
		ids[i] = c.ID
	}
	list := chatList(ids)
	view := menuView{Chats: list, Label: a.language().Count("chats.picked", len(chats))}
	if len(chats) == 1 {
		view.Label = chats[0].Title
	}
	menu := "/menu?of=chats&chats=" + list + "&view="
	switch which {
	case "export":
		view.Items = a.formats(len(chats) > 1)
		return view, nil
	case "move":
		folders, err := a.opts.Store.Folders(ctx)
		for _, f := range folders {
			view.Items = append(view.Items, menuItem{Text: f.Name, Icon: "folder", Checked: chats[0].Folder == f.ID, Post: fmt.Sprintf("/chats/move?folder=%d&chats=%s", f.ID, list)})
		}
		view.Items = append(view.Items,
			menuItem{Text: a.say("folders.none"), Icon: "close", Checked: chats[0].Folder == 0, Post: "/chats/move?folder=0&chats=" + list, Parted: len(folders) > 0},
			menuItem{Text: a.say("folders.new"), Icon: "new", Post: "/folders?chats=" + list})
		return view, err
	}
	pin := menuItem{Text: a.say("chats.pin"), Icon: "pin", Post: "/chats/pin?on=true&chats=" + list}
	if chats[0].Pinned {
		pin.Text, pin.Post = a.say("chats.unpin"), "/chats/pin?on=false&chats="+list
	}
	if len(chats) == 1 {
		view.Items = append(view.Items, menuItem{Text: a.say("chats.rename_do"), Icon: "rename", Keys: "F2", Do: "rename"})
	}
	view.Items = append(view.Items, pin,
		menuItem{Text: a.say("chats.move"), Icon: "folder", Menu: menu + "move"},
		menuItem{Text: a.say("chats.export"), Icon: "export", Menu: menu + "export"})
	if len(chats) == 1 {
		view.Items = append(view.Items, menuItem{Text: a.say("chats.select"), Icon: "check", Keys: a.say("keys.space"), Do: "select"})
	}
	view.Items = append(view.Items, menuItem{Text: a.say("chats.delete_do"), Icon: "delete", Keys: a.say("keys.delete"), Post: "/chats/delete?chats=" + list, Grave: true, Parted: true})
	return view, nil
}

// formats are the kinds of files that chats can be exported to.
func (a *App) formats(many bool) []menuItem {
	names := map[string]string{"md": a.say("export.md"), "html": a.say("export.html"), "json": a.say("export.json"), "txt": a.say("export.txt")}
	var items []menuItem
	for _, f := range export.Formats() {
		text := names[f.Name]
		if many && f.Name != "json" {
			text = a.say("export.zip", text)
		}
		items = append(items, menuItem{Text: text, Icon: "export", Do: "export", Format: f.Name})
	}
	if !many && a.opts.PDF != nil {
		items = append(items, menuItem{Text: a.say("export.pdf"), Icon: "export", Do: "export", Format: "pdf"})
	}
	return items
}

func (a *App) folderMenu(ctx context.Context, r request) (menuView, error) {
	id, err := strconv.ParseInt(r.FormValue("folder"), 10, 64)
	if err != nil {
		return menuView{}, chat.ErrNotFound
	}
	folders, err := a.opts.Store.Folders(ctx)
	for _, f := range folders {
		if f.ID == id {
			return menuView{Label: f.Name, Items: []menuItem{
				{Text: a.say("chats.rename_do"), Icon: "rename", Keys: "F2", Do: "rename"},
				{Text: a.say("folders.delete"), Icon: "delete", Keys: a.say("keys.delete"), Post: fmt.Sprintf("/folders/%d/delete", id), Grave: true, Parted: true},
			}}, nil
		}
	}
	if err == nil {
		err = chat.ErrNotFound
	}
	return menuView{}, err
}

func (a *App) sidebarMenu(which string) menuView {
	view := menuView{Label: a.say("chats.menu"), Chats: "all"}
	if which == "export" {
		view.Items = a.formats(true)
		return view
	}
	view.Items = []menuItem{
		{Text: a.say("folders.new"), Icon: "folder", Post: "/folders"},
		{Text: a.say("chats.import"), Icon: "import", Do: "import"},
		{Text: a.say("chats.export_all"), Icon: "export", Menu: "/menu?of=sidebar&view=export"},
	}
	return view
}
