package app

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"notso/app/words"
	"notso/frontend"
)

// contentPolicy lets the page load and ask for its own files, and nothing else.
// frame-src matters most: a frame could call the bound methods.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; frame-src 'none'; form-action 'self'; base-uri 'none'"

// assets serves the embedded files below /assets/, and the words of the page's
// script as a module.
func assets(language func() words.Words) http.Handler {
	files := http.StripPrefix("/assets/", http.FileServerFS(frontend.Assets))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path[len(r.URL.Path)-1] == '/' {
			http.NotFound(w, r) // no listings
			return
		}
		if r.URL.Path == "/assets/js/catalogue.js" {
			texts, _ := json.Marshal(language().Page()) // a map of strings cannot fail
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
			fmt.Fprintf(w, "export default %s;\n", texts)
			return
		}
		files.ServeHTTP(w, r)
	})
}

// secure gives every answer its headers, and an answer to every request: one
// without a status would be Wails' error page, and a panic would end the app.
func secure(language func() words.Words, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		guarded := &answered{ResponseWriter: w}
		defer func() {
			if v := recover(); v != nil {
				slog.Error("panic in a route", "path", r.URL.Path, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
				if !guarded.done {
					http.Error(guarded, language().Say("error.inside_all"), http.StatusInternalServerError)
				}
			}
			if !guarded.done {
				guarded.WriteHeader(http.StatusNoContent)
			}
		}()
		next.ServeHTTP(guarded, r)
	})
}

// answered notes whether a status was sent.
type answered struct {
	http.ResponseWriter
	done bool
}

func (a *answered) WriteHeader(status int) {
	a.done = true
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Write(b []byte) (int, error) {
	a.done = true
	return a.ResponseWriter.Write(b)
}
