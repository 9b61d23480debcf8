package app

import (
	"net/http"

	"notso/app/store"
	"notso/app/webtest"
	"notso/app/words"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// aroundStates are the looks of what stands around the conversation.
func aroundStates() []state {
	found := cannedPage(cannedTalk())
	found.Results = resultsView{Query: "sky", Count: "2 chats", Chats: []resultItem{
		{ID: 1, Title: []store.Span{{Text: "Why is the "}, {Text: "sky", Found: true}, {Text: " dark at night?"}}, When: "Today", More: "and 2 more", Hits: []hitItem{
			{Turn: 1, Speaker: "You", Excerpt: []store.Span{{Text: "Why is the "}, {Text: "sky", Found: true}, {Text: " dark at night, if there are stars in every direction?"}}},
			{Turn: 2, Speaker: "Reply", Excerpt: []store.Span{{Text: "… would have a bright night "}, {Text: "sky", Found: true}, {Text: ": every line of sight would end on a star. Two things break it."}}},
		}},
		{ID: 4, Title: []store.Span{{Text: "مرحبا بالعالم"}}, When: "Yesterday", Hits: []hitItem{{Turn: 9, Speaker: "You", Excerpt: []store.Span{{Text: "A "}, {Text: "sky", Found: true}, {Text: " of another colour"}}}}},
	}}
	open := func(p *webtest.Page) {
		p.Do(webtest.Script(`const w = document.querySelector('.window'); w.dataset.drawer = innerWidth < 768 ? 'open' : 'closed'`))
	}
	return []state{
		{name: "search", page: found, width: 1280},
		{name: "picked", page: cannedPage(cannedTalk()), width: 1280, reach: func(_ *canned, p *webtest.Page) {
			for _, id := range []string{"2", "3", "6"} {
				p.Do(webtest.Script(`document.querySelector('#chat-` + id + ` .pick').click()`))
			}
		}},
		{name: "picked narrow", page: cannedPage(cannedTalk()), width: 360, reach: func(_ *canned, p *webtest.Page) {
			open(p)
			p.Do(webtest.Script(`document.querySelector('#chat-2 .pick').click()`))
		}},
		{name: "chat menu", page: cannedPage(cannedTalk()), width: 1280, reach: func(_ *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.querySelector('#chat-3 .open').focus()`))
			p.Press(kb.F10, chromedp.Modifier(8))
			p.Until(`document.querySelector('.popup:popover-open')`)
		}},
		{name: "import", page: cannedPage(cannedTalk()), reach: func(_ *canned, p *webtest.Page) {
			p.Do(webtest.Script(`document.dispatchEvent(new Event('do:import'))`))
			p.Until(`document.querySelector('dialog.import[open]')`)
		}},
		{name: "find", page: cannedPage(cannedTalk()), reach: func(_ *canned, p *webtest.Page) {
			p.Press("f", chromedp.Modifier(2))
			p.Press("sky")
			p.Until(`document.querySelector('#find .count').textContent === '1 of 2'`)
		}},
	}
}

// around answers what those states ask for.
func (c *canned) around(mux *http.ServeMux) {
	mux.HandleFunc("GET /menu", func(w http.ResponseWriter, _ *http.Request) {
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "menu.html", View: menuView{Label: "A chat", Chats: "3", Items: []menuItem{
			{Text: "Rename", Icon: "rename", Keys: "F2", Do: "rename"}, {Text: "Pin", Icon: "pin", Post: "/chats/pin"},
			{Text: "Move to folder…", Icon: "folder", Menu: "/menu"}, {Text: "Export…", Icon: "export", Menu: "/menu"},
			{Text: "Select", Icon: "check", Keys: "Space", Do: "select"}, {Text: "Delete", Icon: "delete", Keys: "Del", Post: "/chats/delete", Grave: true, Parted: true},
		}}})
	})
	mux.HandleFunc("GET /import", func(w http.ResponseWriter, _ *http.Request) {
		writeFragments(w, words.Words{}, http.StatusOK, fragment{Name: "import.html", View: importView{
			ID: 1, Coming: "212 chats with 4,310 messages", From: "From ChatGPT, 15 April 2022 to 14 November 2025",
			Titles: []string{"Tides", "مرحبا بالعالم", "A title that is so long that it cannot be shown in one line of such a dialog, whatever one does"}, More: "and 209 more",
			Left: []string{"3 chats that are here already", "12 pictures, recordings or files"},
		}})
	})
	mux.HandleFunc("GET /chats/{id}/find", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`[[1,1],[2,1]]`)) })
}
