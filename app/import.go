package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	"notso/app/command"
	"notso/app/imports"
	"notso/app/store"
	"notso/app/words"
)

// previewed is how many titles a preview shows.
const previewed = 6

// arrival is an import on its way: read and shown, and then, once the user said
// so, stored. The window has one at a time. App.mu guards it.
type arrival struct {
	id     int64
	result imports.Result
	taken  bool    // it is being stored, or is
	chats  []int64 // once it is stored
}

// importView fills import.html. Without an id it asks for files.
type importView struct {
	ID     int64
	Coming string   // "12 chats with 340 messages"; "" when there is nothing
	From   string   // "From ChatGPT, 3 May 2023 to 1 August 2025", or one day
	Titles []string // the first ones
	More   string   // "and 6 more"
	Left   []string // what is left out, and why
}

// postImportFile reads a file, the whole body, and answers with the id of the
// import that it belongs to. With "to" it joins one that was begun.
func (a *App) postImportFile(w http.ResponseWriter, r *http.Request) {
	to, _ := strconv.ParseInt(r.URL.Query().Get("to"), 10, 64) // not FormValue, which may read the body
	id, err := a.readImport(to, http.MaxBytesReader(w, r.Body, imports.MaxFile+1))
	if err != nil {
		a.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprint(w, id)
}

// readImport reads by way of a file: an export can be larger than what is good
// to hold twice.
func (a *App) readImport(to int64, body io.Reader) (int64, error) {
	f, err := os.CreateTemp("", "notso-import-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	size, err := io.Copy(f, body)
	if err != nil {
		return 0, err
	}
	result, err := imports.Read(f, size)
	if err != nil {
		return 0, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.arrival == nil || a.arrival.id != to || a.arrival.taken {
		next := int64(1)
		if a.arrival != nil {
			next = a.arrival.id + 1
		}
		a.arrival = &arrival{id: next}
	}
	a.arrival.result.Add(result)
	return a.arrival.id, nil
}

// withArrival does something with the import of that id.
func (a *App) withArrival(id int64, do func(*arrival) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.arrival == nil || a.arrival.id != id {
		return words.Fail("import.gone")
	}
	return do(a.arrival)
}

func (a *App) getImport(context.Context, request) (answer, error) {
	return show(fragment{Name: "import.html", View: importView{}}), nil
}

func (a *App) getImportPreview(ctx context.Context, r request) (answer, error) {
	view, err := a.previewImport(ctx, r.id())
	return show(fragment{Name: "import.html", View: view}), err
}

// previewImport tells what would come, without the chats that are here already.
func (a *App) previewImport(ctx context.Context, id int64) (view importView, err error) {
	chats, err := a.opts.Store.Chats(ctx, 0)
	if err != nil {
		return view, err
	}
	err = a.withArrival(id, func(in *arrival) error {
		in.result.Drop(chats)
		view = a.importView(in)
		return nil
	})
	return view, err
}

func (a *App) importView(in *arrival) importView {
	say, r := a.language(), in.result
	view := importView{ID: in.id}
	if n := len(r.Chats); n > 0 {
		view.Coming = say.Count("import.chats", n, say.Count("import.turns", r.Turns()))
		view.From = a.importedFrom(r)
		for _, c := range r.Chats[:min(n, previewed)] {
			view.Titles = append(view.Titles, c.Title)
		}
		if n > previewed {
			view.More = say.Count("search.more", n-previewed)
		}
	}
	count := func(reason imports.Reason, n int) string {
		switch reason {
		case imports.Known:
			return say.Count("import.known", n)
		case imports.Empty:
			return say.Count("import.empty", n)
		case imports.Media:
			return say.Count("import.media", n)
		case imports.Tools:
			return say.Count("import.tools", n)
		case imports.Hidden:
			return say.Count("import.hidden", n)
		case imports.Foreign:
			return say.Count("import.foreign", n)
		}
		return say.Count("import.damaged", n)
	}
	for _, reason := range imports.Reasons() {
		if n := r.Left[reason]; n > 0 {
			view.Left = append(view.Left, count(reason, n))
		}
	}
	return view
}

// importedFrom tells whose chats they are, and of which days.
func (a *App) importedFrom(r imports.Result) string {
	say, now := a.language(), a.opts.Now()
	first, last := r.Span()
	sources, from, to := strings.Join(r.Sources, ", "), say.Date(first.Local(), now), say.Date(last.Local(), now)
	if from == to {
		return say.Say("import.from_day", sources, from)
	}
	return say.Say("import.from", sources, from, to)
}

// postImport stores what was shown, all of it or nothing.
func (a *App) postImport(ctx context.Context, r request) (answer, error) {
	var incoming []store.Incoming
	err := a.withArrival(r.id(), func(in *arrival) error {
		if in.taken || len(in.result.Chats) == 0 {
			return words.Fail("import.gone")
		}
		in.taken, incoming = true, in.result.Incoming()
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	ids, err := a.opts.Store.AddChats(ctx, incoming)
	_ = a.withArrival(r.id(), func(in *arrival) error { // one that was overtaken has no undo
		if in.taken = err == nil; in.taken {
			in.chats, in.result.Chats = ids, nil
			a.listed = listed{}
		}
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	return a.showSidebar(ctx, toastView{Text: a.language().Count("import.done", len(ids)), Undo: fmt.Sprintf("/import/%d/undo", r.id()), Kind: "info"})
}

// postImportUndo takes away what an import brought. Undo of the undo is the
// import itself: the files are still there.
func (a *App) postImportUndo(ctx context.Context, r request) (answer, error) {
	var ids []int64
	err := a.withArrival(r.id(), func(in *arrival) error {
		ids = in.chats
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	chats, err := a.opts.Store.ChatsByID(ctx, ids...)
	if err != nil {
		return answer{}, err
	}
	var there []int64
	for _, c := range chats {
		there = append(there, c.ID)
		a.Stop(c.ID)
	}
	if err := a.opts.Store.DeleteChats(ctx, there...); err != nil {
		return answer{}, err
	}
	a.mu.Lock()
	a.listed = listed{}
	a.mu.Unlock()
	notice := toastView{Text: a.language().Count("import.undone", len(there)), Kind: "info"}
	if slices.Contains(there, a.shown()) {
		return a.leaveChat(ctx, notice)
	}
	return a.refreshSidebar(ctx, notice)
}

func (a *App) importCommand(_ context.Context, _ command.Call, out *Outcome) error {
	out.Import = true
	return nil
}
