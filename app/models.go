package app

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"notso/app/fetch"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/words"
	"notso/engine"
)

// modelsView fills models.html, the page of models.
type modelsView struct {
	Shelf     shelfView
	Downloads []downloadView
	Offers    []offerView
}

// shelfView fills shelf.html, the models on this machine.
type shelfView struct {
	Items    []itemView
	Folder   string
	Explains bool // a file can say what it is, see anatomyView
}

type itemView struct {
	Key     string // names the model in paths
	Name    string
	What    string // "SmolLM3 3B · Q4_K_M · 1.92 GB"
	More    string // "Apache-2.0 · last used: today · 19 tok/s here · 612 MB in memory"
	Problem string
	Path    string
	State   string // "used", "loading" or ""
	Own     bool   // can be renamed and removed
}

// offerView fills offer.html, a model of the catalogue.
type offerView struct {
	ID      string
	Name    string
	Summary string
	Facts   string // "Hugging Face · Apache-2.0 · 3.1 billion weights · …"
	Files   []offerFileView
}

type offerFileView struct {
	Ask          string // what to ask for: "smollm3-3b:q4_k_m"
	Quantisation string
	Size         string
	Fit          string // a verdict in words, "" when nobody can tell
	FitWhy       string // the numbers behind it
	State        string // "there", "getting" or ""
}

// getModels opens the page of models.
func (a *App) getModels(ctx context.Context, _ request) (answer, error) {
	if a.opts.Shelf == nil {
		return answer{}, words.Fail("models.closed")
	}
	view, err := a.models()
	return show(fragment{Name: "models.html", View: view}), err
}

func (a *App) models() (modelsView, error) {
	shelf, err := a.shelfView()
	return modelsView{Shelf: shelf, Downloads: a.downloadViews(), Offers: a.offerViews(shelf)}, err
}

// modelParts are the parts of the page that change by themselves, each in its
// place.
func (a *App) modelParts() ([]fragment, error) {
	view, err := a.models()
	return []fragment{
		{Name: "shelf.html", View: view.Shelf},
		{Name: "downloads.html", View: view.Downloads, OOB: true},
		{Name: "offers.html", View: view.Offers, OOB: true},
	}, err
}

func (a *App) getModelParts(context.Context, request) (answer, error) {
	if a.opts.Shelf == nil {
		return answer{}, words.Fail("models.closed")
	}
	parts, err := a.modelParts()
	return show(parts...), err
}

func (a *App) shelfView() (shelfView, error) {
	items, err := a.opts.Shelf.Items()
	if err != nil && len(items) == 0 {
		return shelfView{}, err
	}
	view := shelfView{Folder: a.opts.Shelf.Folder(), Explains: a.opts.Inspect != nil}
	state, path, next := a.model.current()
	for _, i := range items {
		v := itemView{Key: modelKey(i.Path), Name: i.Name, Path: i.Path, Problem: a.language().Of(i.Problem), Own: i.Own,
			What: a.joined(i.Title, i.Quantisation, a.size(i.SizeBytes)),
			More: a.joined(i.Licence, a.source(i), a.lastUsed(i), a.speedHere(i), a.memoryHere(i.Memory))}
		if i.Path == path {
			v.State = map[string]string{"ready": "used", "loading": "loading"}[state]
		} else if i.Path == next {
			v.State = "loading"
		}
		view.Items = append(view.Items, v)
	}
	return view, nil
}

// modelKey names a model in paths, which must not hold one.
func modelKey(path string) string {
	hash := fnv.New64a()
	hash.Write([]byte(path))
	return fmt.Sprintf("%016x", hash.Sum64())
}

func (a *App) source(i shelf.Item) string {
	switch {
	case i.Linked:
		return a.say("models.linked")
	case i.Source != "":
		return a.say("models.from", i.Source)
	}
	return ""
}

func (a *App) lastUsed(i shelf.Item) string {
	if i.LastUsed.IsZero() {
		return ""
	}
	return a.say("models.last_used", lowered(a.day(i.LastUsed, a.opts.Now())))
}

func (a *App) speedHere(i shelf.Item) string {
	if i.TokensPerSecond == 0 {
		return ""
	}
	return a.say("models.speed", a.rate(i.TokensPerSecond))
}

// offerViews is the catalogue, with what is here already.
func (a *App) offerViews(here shelfView) []offerView {
	var offers []offerView
	for _, e := range a.opts.Shelf.Catalogue().Models {
		offer := offerView{ID: e.ID, Name: e.Name, Summary: a.language().Of(e.Summary), Facts: a.facts(e)}
		for _, f := range e.Files {
			offer.Files = append(offer.Files, a.offerFile(e, f, here))
		}
		offers = append(offers, offer)
	}
	return offers
}

func (a *App) offerFile(e library.Entry, f library.Source, here shelfView) offerFileView {
	view := offerFileView{Ask: askFor(e, f), Quantisation: f.Quantisation, Size: a.say("models.size_unknown")}
	if f.SizeBytes > 0 {
		view.Size = a.size(f.SizeBytes)
		view.Fit, view.FitWhy = a.fit(e, f)
	}
	for _, i := range here.Items {
		if i.Name == strings.TrimSuffix(f.File, ".gguf") {
			view.State = "there"
		}
	}
	for _, p := range a.opts.Shelf.Downloads().List() {
		if p.Name == f.File && p.State != fetch.Done {
			view.State = "getting"
		}
	}
	return view
}

// askFor is what to ask the shelf for to get that file.
func askFor(e library.Entry, f library.Source) string {
	return e.ID + ":" + strings.ToLower(f.Quantisation)
}

// facts is what a person chooses by, in a line.
func (a *App) facts(e library.Entry) string {
	weights := a.say("models.weights", a.language().Decimal(float64(e.Parameters)/1e9, 1))
	if e.Parameters < 1e9 {
		weights = a.say("models.weights_small", a.language().Decimal(float64(e.Parameters)/1e6, 0))
	}
	facts := []string{e.Maker, e.Licence, weights, a.say("models.tokens", a.language().Number(e.Context)), a.language().Count("models.languages", len(e.Languages))}
	if e.Thinks {
		facts = append(facts, a.say("models.thinks"))
	}
	if e.Tools {
		facts = append(facts, a.say("models.tools"))
	}
	return a.joined(facts...)
}

// fit says how a model of the catalogue would run here, and the numbers behind.
func (a *App) fit(e library.Entry, f library.Source) (verdict, why string) {
	if a.opts.Fit == nil || f.SizeBytes == 0 {
		return "", ""
	}
	fit := a.opts.Fit(e, f)
	if fit.Kind == "" {
		return "", ""
	}
	return a.fitWords(fit)
}

// fitWords says how a model fits this machine, and the numbers behind it.
func (a *App) fitWords(fit engine.Fit) (verdict, why string) {
	free := fit.RAM
	if fit.Kind == engine.FitsGPU {
		free = fit.VRAM
	}
	return a.fitText(fit), a.say("models.fit_need", a.size(fit.Need.Total()), a.language().Number(fit.Context), a.size(free))
}

// joined puts what is not empty into a line.
func (a *App) joined(parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, " · ")
}

// size shows bytes in powers of 1000, as download pages do.
func (a *App) size(n int64) string { return a.language().Size(n) }

// left says a time as people do.
func (a *App) left(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return a.language().Count("models.left_seconds", max(1, int(d.Seconds())))
	case d < 90*time.Minute:
		return a.language().Count("models.left_minutes", int(d.Round(time.Minute).Minutes()))
	}
	return a.language().Count("models.left_hours", int(d.Round(time.Hour).Hours()))
}
