package app

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"
	"sync"

	"notso/app/words"
	"notso/frontend"
)

// fragment is a template of frontend/templates with the view that fills it.
// Out of band it goes to the place of its name (see place), whatever the page
// asked for.
type fragment struct {
	Name string
	View any
	OOB  bool
}

// place says where an out-of-band fragment goes and how it gets there, in
// htmx's words. Morphing keeps focus, scroll position and what is being typed.
func place(name string) (target, swap string) {
	switch name {
	case "conversation.html":
		return "#conversation", "outerHTML"
	case "toast.html":
		return "#toasts", "beforeend"
	case "import.html", "map.html":
		return "#dialogs", "innerHTML"
	case "help.html", "settings.html", "models.html":
		return "#layer", "innerHTML"
	}
	return "#" + strings.TrimSuffix(name, ".html"), "outerMorph"
}

// writeFragments answers with the fragments in order. A template that fails
// answers 500, with nothing of the others.
//
// The nonce in the answer's Content-Security-Policy is for htmx's hx-csp
// extension: it vouches for the hx- attributes of this answer. The policy that
// the browser enforces is the page's.
func writeFragments(w http.ResponseWriter, language words.Words, status int, fragments ...fragment) {
	var body bytes.Buffer
	templates := windowTemplates()[language.Code()]
	set, policy := templates.part, "script-src 'nonce-"+templates.partNonce+"'"
	if len(fragments) > 0 && fragments[0].Name == "page.html" {
		set, policy = templates.page, ""
	}
	if err := render(&body, set, fragments...); err != nil {
		http.Error(w, language.Say("error.draw", err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if policy != "" {
		w.Header().Set("Content-Security-Policy", policy)
	}
	w.WriteHeader(status)
	w.Write(body.Bytes())
}

// render writes the fragments one after the other.
func render(w io.Writer, set *template.Template, fragments ...fragment) error {
	for _, f := range fragments {
		if f.OOB {
			target, swap := place(f.Name)
			io.WriteString(w, `<hx-partial hx-target="`+target+`" hx-swap="`+swap+`">`)
		}
		if err := set.ExecuteTemplate(w, f.Name, f.View); err != nil {
			return err
		}
		if f.OOB {
			io.WriteString(w, `</hx-partial>`)
		}
	}
	return nil
}

// templates are parsed twice, since hx-csp wants the nonces of the page and of
// what is swapped into it to differ: it takes the page's own nonce in an answer
// for a stolen one.
type templates struct {
	page, part *template.Template
	partNonce  string
}

// windowTemplates parses the templates for each language, once. They are part of
// the program, so one that does not parse is a fault in it.
var windowTemplates = sync.OnceValue(func() map[string]templates {
	parse := func(language words.Words, nonce string) *template.Template {
		return template.Must(template.New("").Funcs(template.FuncMap{
			"nonce":    func() string { return nonce },
			"language": language.Code,
			"say":      language.Say,
			"count":    language.Count,
			"short":    language.Short,
			"vals":     vals, // for hx-vals
			// what the page's script clones
			"toastPattern": func() toastView { return toastView{Kind: "info", Undo: "/"} },
			"morePattern":  func() stretchView { return stretchView{Earlier: true, Later: true} },
		}).ParseFS(frontend.Templates, "templates/*.html"))
	}
	all := map[string]templates{}
	for _, l := range words.Languages() {
		language, partNonce := words.In(l.Code, ""), rand.Text()
		all[l.Code] = templates{page: parse(language, rand.Text()), part: parse(language, partNonce), partNonce: partNonce}
	}
	return all
})

// vals writes pairs of names and values for hx-vals.
func vals(pairs ...any) string {
	values := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return string(encode(values))
}
