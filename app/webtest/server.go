package webtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

//go:embed runtime.js
var runtimeJS []byte

// Call is what the page asked of Wails: a bound method ("Window.ExportChat") or a
// function of the runtime ("runtime.ClipboardSetText"), with its arguments.
type Call struct {
	Name string
	Args []json.RawMessage
}

// Server serves a window's handler and stands in for Wails.
type Server struct {
	URL string

	// Answer gives the result of a call. Nil answers true to every call.
	Answer func(Call) (any, error)

	mu       sync.Mutex
	calls    []Call
	pages    map[chan []byte]bool
	listened int // pages so far
}

// NewServer serves handler until the test ends.
func NewServer(t testing.TB, handler http.Handler) *Server {
	s := &Server{pages: map[chan []byte]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /__webtest/runtime.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Write(runtimeJS)
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }) // Chromium asks, the window does not
	mux.HandleFunc("GET /__webtest/events", s.serveEvents)
	mux.HandleFunc("POST /__webtest/call", s.serveCall)
	mux.Handle("/", inject(handler))
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	s.URL = server.URL
	return s
}

// Emit sends an event to every open page, as Wails' EventsEmit does.
func (s *Server) Emit(name string, args ...any) {
	if args == nil {
		args = []any{}
	}
	event, err := json.Marshal(map[string]any{"name": name, "args": args})
	if err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for page := range s.pages {
		page <- event
	}
}

// Calls returns what the page has asked of Wails so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// opened counts the pages that have begun to listen for events, those that are
// closed included.
func (s *Server) opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.listened
}

func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	page := make(chan []byte, 1<<14)
	s.mu.Lock()
	s.pages[page] = true
	s.listened++
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.pages, page)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.(http.Flusher).Flush()
	for {
		select {
		case event := <-page:
			fmt.Fprintf(w, "data: %s\n\n", event)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (s *Server) serveCall(w http.ResponseWriter, r *http.Request) {
	var call Call
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, call)
	s.mu.Unlock()
	reply := map[string]any{"result": true}
	if s.Answer != nil {
		result, err := s.Answer(call)
		reply["result"] = result
		if err != nil {
			reply["error"] = err.Error()
		}
	}
	json.NewEncoder(w).Encode(reply)
}

// inject adds the stand-in's script to the page, as Wails adds its own.
func inject(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/" {
			handler.ServeHTTP(w, r)
			return
		}
		page := httptest.NewRecorder()
		handler.ServeHTTP(page, r)
		body := bytes.Replace(page.Body.Bytes(), []byte("<head>"), []byte(`<head><script src="/__webtest/runtime.js"></script>`), 1)
		for name, values := range page.Header() {
			if !strings.EqualFold(name, "Content-Length") {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(page.Code)
		w.Write(body)
	})
}
