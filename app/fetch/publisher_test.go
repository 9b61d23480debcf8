package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// publisher serves one file, well or badly. It is on this machine and without
// encryption, which a Policy allows for one origin alone: the one that the user
// has named as a mirror. So the tests go by a rule of the program, not around it,
// and everything that a publisher redirects to is under the rules for the rest.
type publisher struct {
	*httptest.Server
	data []byte
	tag  string

	// misbehave answers a request in place of serve, or returns false.
	misbehave func(w http.ResponseWriter, r *http.Request, n int) bool

	mu   sync.Mutex
	asks int   // requests so far
	sent int64 // bytes of the file so far
}

func newPublisher(t *testing.T, size int) *publisher {
	t.Helper()
	p := &publisher{data: make([]byte, size), tag: `"one"`}
	source := rand.NewChaCha8([32]byte{1})
	source.Read(p.data)
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Server.Close)
	return p
}

func (p *publisher) sum() string {
	sum := sha256.Sum256(p.data)
	return hex.EncodeToString(sum[:])
}

func (p *publisher) request() Request {
	return Request{URL: p.URL + "/m.gguf", Name: "m.gguf", SizeBytes: int64(len(p.data)), SHA256: p.sum()}
}

func (p *publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	n := p.asks
	p.asks++
	misbehave := p.misbehave
	p.mu.Unlock()
	if misbehave == nil || !misbehave(w, r, n) {
		p.serve(w, r, len(p.data))
	}
}

// from is where a request wants to begin.
func (p *publisher) from(r *http.Request) int {
	text, _ := strings.CutPrefix(r.Header.Get("Range"), "bytes=")
	from, _ := strconv.Atoi(strings.TrimSuffix(text, "-"))
	if tag := r.Header.Get("If-Range"); tag != "" && tag != p.tag {
		return 0
	}
	return from
}

// serve answers as a good server does, but hangs up before the byte end.
func (p *publisher) serve(w http.ResponseWriter, r *http.Request, end int) {
	from := p.from(r)
	w.Header().Set("ETag", p.tag)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(p.data)-from))
	if from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(p.data)-1, len(p.data)))
		w.WriteHeader(http.StatusPartialContent)
	}
	p.send(w, p.data[from:max(from, end)])
	if end < len(p.data) {
		panic(http.ErrAbortHandler)
	}
}

func (p *publisher) send(w http.ResponseWriter, data []byte) {
	n, _ := w.Write(data)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	p.mu.Lock()
	p.sent += int64(n)
	p.mu.Unlock()
}

func (p *publisher) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asks
}

// watcher looks out for progress that goes back.
type watcher struct {
	mu   sync.Mutex
	most int64
	back bool
}

func (w *watcher) watch(p Progress) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.Received < w.most && p.State != Failed {
		w.back = true
	}
	w.most = max(w.most, p.Received)
}

func open(t *testing.T, p *publisher, folder string, change func(*Options)) *Manager {
	t.Helper()
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := NewClient(ClientOptions{Policy: Policy{Trusted: Origin(u)}})
	t.Cleanup(client.Close)
	opts := Options{Folder: folder, Client: client, Backoff: func(int) time.Duration { return time.Millisecond }}
	if change != nil {
		change(&opts)
	}
	m, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("it failed: %v", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("it gave %v, want an error that says %q", err, want)
	}
}

func checkFile(t *testing.T, folder string, data []byte, want bool) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(folder, "m.gguf"))
	switch {
	case want && !bytes.Equal(got, data):
		t.Errorf("the file has %d bytes that are not those published (%v)", len(got), err)
	case !want && err == nil:
		t.Error("there is a file, though what came was wrong")
	}
	if _, err := os.Stat(filepath.Join(folder, "m.gguf.part")); want && err == nil {
		t.Error("the part is still there")
	}
	if _, err := os.Stat(filepath.Join(folder, "m.gguf.part.json")); want && err == nil {
		t.Error("the note is still there")
	}
}

// checkOutside fails for anything but the folder of the models.
func checkOutside(t *testing.T, around string) {
	t.Helper()
	filepath.WalkDir(around, func(path string, e fs.DirEntry, err error) error {
		relative, _ := filepath.Rel(around, path)
		if relative != "." && relative != "models" && !strings.HasPrefix(relative, filepath.Join("models", "m.gguf")) {
			t.Errorf("%s was written", relative)
		}
		return err
	})
}
