package app

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"notso/app/chat"
	"notso/app/store"
)

// sidebarPage is how many chats the sidebar draws at once; the next ones come as
// they are scrolled into sight.
const sidebarPage = 100

// sidebarView fills sidebar.html.
type sidebarView struct {
	Pinned  []chatItem
	Folders []folderItem
	Chats   []chatItem // those that are neither: the first page
	Total   int        // of all that are neither, however many are drawn
	Older   olderView
	Named   int64 // folder whose name is asked for at once
}

// olderView fills older.html, the chats after the first page.
type olderView struct {
	Kept  bool // what the page has of them stays as it is
	Chats []chatItem
	More  string // path of the page after them; "" when there is none
}

type chatItem struct {
	ID      int64
	Title   string
	When    string // "Today", "12 May"
	Day     string // heading above the chat, where a group begins
	DayID   string
	Pinned  bool
	Folder  int64
	Current bool
	Running bool // a reply is being written

	place store.Place
}

type folderItem struct {
	ID    int64
	Name  string
	Count int
	Open  bool // it holds the chat that is shown
	Older olderView
}

// listed is how far the window's list of chats goes.
type listed struct {
	first store.Place // end of the first page; zero while that holds all
	last  store.Place // end of the last page that was scrolled into sight
	all   bool        // that page was the last one
}

// sidebar draws the list as far as the window shows it. What is below the first
// page is drawn only when whole is true: it changes seldom, and can be long.
func (a *App) sidebar(ctx context.Context, whole bool) (sidebarView, error) {
	var view sidebarView
	pinned, err := a.opts.Store.Pinned(ctx)
	if err != nil {
		return view, err
	}
	view.Pinned = a.items(pinned, false, store.Place{})
	if view.Folders, err = a.folders(ctx); err != nil {
		return view, err
	}
	rest, to, began, err := a.rest(ctx, whole)
	if err != nil {
		return view, err
	}
	if view.Total, err = a.opts.Store.Loose(ctx); err != nil {
		return view, err
	}
	cut := len(rest)
	for i, c := range rest {
		if to.first != (store.Place{}) && below(store.PlaceOf(c), to.first) {
			cut = i
			break
		}
	}
	view.Chats = a.items(rest[:cut], true, store.Place{})
	view.Older = olderView{Kept: !whole && !began, Chats: a.items(rest[cut:], true, to.first)}
	if to.first != (store.Place{}) && !to.all {
		view.Older.More = olderPath(0, to.last)
	}
	return view, nil
}

// rest reads the chats that are neither pinned nor in a folder, as far as the
// list goes. A list that outgrew one page begins to have pages.
func (a *App) rest(ctx context.Context, whole bool) (rest []chat.Chat, to listed, began bool, err error) {
	a.mu.Lock()
	to = a.listed
	a.mu.Unlock()
	until, limit := to.first, 0
	switch {
	case to.first == (store.Place{}):
		limit = sidebarPage + 1
	case whole && to.all:
		until = store.Place{}
	case whole:
		until = to.last
	}
	rest, err = a.opts.Store.Listed(ctx, 0, store.Place{}, until, limit)
	if err == nil && limit > 0 && len(rest) == limit {
		rest = rest[:sidebarPage]
		end := store.PlaceOf(rest[sidebarPage-1])
		to, began = listed{first: end, last: end}, true
		a.mu.Lock()
		a.listed = to
		a.mu.Unlock()
	}
	return rest, to, began, err
}

func (a *App) folders(ctx context.Context) ([]folderItem, error) {
	folders, err := a.opts.Store.Folders(ctx)
	if err != nil {
		return nil, err
	}
	current, _ := a.opts.Store.Chat(ctx, a.shown()) // none is fine
	var items []folderItem
	for _, f := range folders {
		item := folderItem{ID: f.ID, Name: f.Name, Count: f.Chats, Open: f.ID == current.Folder && !current.Pinned}
		if item.Older, err = a.listPage(ctx, f.ID, store.Place{}); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// listPage is a page of a list, after a place.
func (a *App) listPage(ctx context.Context, folder int64, after store.Place) (olderView, error) {
	chats, err := a.opts.Store.Listed(ctx, folder, after, store.Place{}, sidebarPage+1)
	if err != nil {
		return olderView{}, err
	}
	var view olderView
	if len(chats) > sidebarPage {
		chats = chats[:sidebarPage]
		view.More = olderPath(folder, store.PlaceOf(chats[sidebarPage-1]))
	}
	view.Chats = a.items(chats, folder == 0, after)
	return view, nil
}

func olderPath(folder int64, after store.Place) string {
	return fmt.Sprintf("/chats/older?folder=%d&after=%d.%d", folder, after.Updated, after.ID)
}

// getOlder answers with the page after a place, which then counts as shown.
func (a *App) getOlder(ctx context.Context, r request) (answer, error) {
	var after store.Place
	if _, err := fmt.Sscanf(r.FormValue("after"), "%d.%d", &after.Updated, &after.ID); err != nil {
		return answer{}, chat.ErrNotFound
	}
	folder, _ := strconv.ParseInt(r.FormValue("folder"), 10, 64)
	view, err := a.listPage(ctx, folder, after)
	if err != nil {
		return answer{}, err
	}
	if n := len(view.Chats); folder == 0 {
		a.mu.Lock()
		a.listed.all = view.More == ""
		if n > 0 {
			a.listed.last = view.Chats[n-1].place
		}
		a.mu.Unlock()
	}
	return show(fragment{Name: "older.html", View: view}), nil
}

// items shows chats in a list; grouped ones have headings, unless their group
// began above, with the chat at after.
func (a *App) items(chats []chat.Chat, grouped bool, after store.Place) []chatItem {
	now, current := a.opts.Now(), a.shown()
	group := ""
	if after != (store.Place{}) {
		group, _ = a.group(time.UnixMilli(after.Updated), now)
	}
	var items []chatItem
	for _, c := range chats {
		item := chatItem{
			ID: c.ID, Title: c.Title, When: a.day(c.Updated, now), Pinned: c.Pinned, Folder: c.Folder,
			Current: c.ID == current, Running: a.running(c.ID) != nil, place: store.PlaceOf(c),
		}
		if id, name := a.group(c.Updated, now); grouped && id != group {
			item.DayID, item.Day, group = id, name, id
		}
		items = append(items, item)
	}
	return items
}

// group names the stretch of time that the list puts t into: today, yesterday,
// the last week, else its month.
func (a *App) group(t, now time.Time) (id, name string) {
	t, now = t.Local(), now.Local()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch {
	case !t.Before(midnight):
		return "today", a.say("time.today")
	case !t.Before(midnight.AddDate(0, 0, -1)):
		return "yesterday", a.say("time.yesterday")
	case !t.Before(midnight.AddDate(0, 0, -7)):
		return "week", a.say("chats.week")
	}
	name = a.language().Month(t.Month())
	if t.Year() != now.Year() {
		name += " " + strconv.Itoa(t.Year())
	}
	return t.Format("2006-01"), name
}

// below tells whether a stands under b in the list.
func below(a, b store.Place) bool {
	return a.Updated < b.Updated || a.Updated == b.Updated && a.ID < b.ID
}

// showSidebar answers an action on chats: the whole list, and a notice.
func (a *App) showSidebar(ctx context.Context, notice toastView) (answer, error) {
	view, err := a.sidebar(ctx, true)
	got := show(fragment{Name: "sidebar.html", View: view})
	if notice.Text != "" {
		got.fragments = append(got.fragments, fragment{Name: "toast.html", View: notice, OOB: true})
	}
	return got, err
}

// refreshSidebar is showSidebar for a request that came from elsewhere.
func (a *App) refreshSidebar(ctx context.Context, notice toastView) (answer, error) {
	got, err := a.showSidebar(ctx, notice)
	got.fragments[0].OOB = true
	return got, err
}

// chatIDs reads the ids in the form value "chats": "3,17".
func (r request) chatIDs() ([]int64, error) {
	var ids []int64
	for _, word := range strings.Split(r.FormValue("chats"), ",") {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, chat.ErrNotFound
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// chatList writes ids as chatIDs reads them.
func chatList(ids []int64) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.FormatInt(id, 10)
	}
	return url.QueryEscape(strings.Join(words, ","))
}
