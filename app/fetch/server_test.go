package fetch

import (
	"bytes"
	"compress/gzip"
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

// publisher serves one file, well or badly.
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

// TestADownloadMeetsABadServer: afterwards the file is exactly right or not
// there, whatever the server does, and nothing stands outside the folder.
func TestADownloadMeetsABadServer(t *testing.T) {
	const size = 3 << 20
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, size)) }))
	defer other.Close()
	redirect := func(to string) func(*publisher) {
		return func(p *publisher) {
			p.misbehave = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				http.Redirect(w, r, to, http.StatusFound)
				return true
			}
		}
	}
	once := func(what func(p *publisher, w http.ResponseWriter, r *http.Request)) func(*publisher) {
		return func(p *publisher) {
			p.misbehave = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n > 0 {
					return false
				}
				what(p, w, r)
				return true
			}
		}
	}
	// second lets the first connection break half-way and then misbehaves once.
	second := func(what func(p *publisher, w http.ResponseWriter, r *http.Request)) func(*publisher) {
		return func(p *publisher) {
			p.misbehave = func(w http.ResponseWriter, r *http.Request, n int) bool {
				switch n {
				case 0:
					p.serve(w, r, size/2)
				case 1:
					what(p, w, r)
				default:
					return false
				}
				return true
			}
		}
	}
	for _, tt := range []struct {
		name     string
		behave   func(*publisher)
		request  func(*Request)
		free     int64
		wantFile bool
		wantErr  string // part of it
		asks     int    // at most; 0 is any number
		repeats  int64  // bytes at most beyond the file's; default 1 MiB
	}{
		{name: "a good server", wantFile: true, asks: 1},
		{name: "200 instead of 206", behave: second(func(p *publisher, w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Range")
			p.serve(w, r, size)
		}), wantFile: true, repeats: size},
		{name: "a wrong Content-Range", behave: second(func(p *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", size/2-1, size-1, size))
			w.WriteHeader(http.StatusPartialContent)
			p.send(w, p.data[size/2-1:])
		}), wantFile: true, repeats: size},
		{name: "a Content-Range of another size", behave: second(func(p *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", size/2, size, size+1))
			w.WriteHeader(http.StatusPartialContent)
		}), wantErr: "the server has a file of"},
		{name: "a Content-Range in no form", behave: second(func(_ *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes */*")
			w.WriteHeader(http.StatusPartialContent)
		}), wantFile: true},
		{name: "an ETag that changed under If-Range", behave: second(func(p *publisher, w http.ResponseWriter, r *http.Request) {
			p.tag = `"two"`
			p.serve(w, r, size)
		}), wantFile: true, repeats: size},
		{name: "an ETag that changed in a 206", behave: second(func(p *publisher, w http.ResponseWriter, r *http.Request) {
			from := p.from(r)
			p.tag = `"two"`
			w.Header().Set("ETag", p.tag)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, size-1, size))
			w.WriteHeader(http.StatusPartialContent)
		}), wantFile: true, repeats: size},
		{name: "416 for the rest", behave: second(func(_ *publisher, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		}), wantFile: true, repeats: size},
		{name: "a flipped byte of the same size", behave: once(func(p *publisher, w http.ResponseWriter, _ *http.Request) {
			flipped := bytes.Clone(p.data)
			flipped[size/3] ^= 1
			w.Header().Set("Content-Length", strconv.Itoa(size))
			p.send(w, flipped)
		}), wantErr: "checksum"},
		{name: "a web page with status 200", behave: once(func(_ *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(bytes.Repeat([]byte("<p>Log in"), size/9+1)[:size])
		}), wantErr: "web page"},
		{name: "a web page in the middle", behave: second(func(_ *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Write([]byte("<p>Log in"))
		}), wantErr: "web page"},
		{name: "a gzip bomb", behave: once(func(_ *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.(http.Flusher).Flush()
			z := gzip.NewWriter(w)
			z.Write(make([]byte, 64<<20))
			z.Close()
		}), wantErr: "packs the file"},
		{name: "more bytes than published", behave: once(func(p *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(size+1))
			w.Write(append(bytes.Clone(p.data), 0))
		}), wantErr: "the server has a file of"},
		{name: "an endless answer", behave: once(func(_ *publisher, w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush() // chunked, so without a length
			w.Write(make([]byte, size))
		}), wantErr: "does not say how large"},
		{name: "a redirect to a file", behave: redirect("file:///etc/passwd"), wantErr: "is not asked", asks: 1},
		{name: "a redirect without encryption", behave: redirect("http://models.example/m.gguf"), wantErr: "only https is", asks: 1},
		{name: "a redirect to this machine", behave: redirect(strings.Replace(other.URL, "http:", "https:", 1)), wantErr: "this machine", asks: 1},
		{name: "a redirect to this machine's name", behave: redirect("https://localhost:1/m"), wantErr: "this machine", asks: 1},
		{name: "a redirect to another port here", behave: redirect(other.URL), wantErr: "only https is", asks: 1},
		{name: "a redirect to a link-local address", behave: redirect("https://169.254.169.254/latest/meta-data"), wantErr: "private network", asks: 1},
		{name: "a redirect to a private address", behave: redirect("https://[fd00::1]/m"), wantErr: "private network", asks: 1},
		{name: "a redirect with a password", behave: redirect("https://a:b@models.example/m"), wantErr: "password", asks: 1},
		{name: "a redirect in circles", behave: redirect("/m.gguf"), wantErr: "more than 5 redirects", asks: 6},
		{name: "a redirect to nothing", behave: redirect("https:///"), wantErr: "is not asked", asks: 1},
		{name: "a name that climbs", request: func(r *Request) { r.Name = "../m.gguf" }, wantErr: "no name for a file", asks: 0},
		{name: "a name from the server", behave: once(func(p *publisher, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Disposition", `attachment; filename="../../evil.gguf"`)
			p.serve(w, r, size)
		}), wantFile: true, asks: 1},
		{name: "a stall", behave: func(p *publisher) {
			p.misbehave = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n > 1 {
					return false
				}
				from := p.from(r)
				w.Header().Set("ETag", p.tag)
				w.Header().Set("Content-Length", strconv.Itoa(size-from))
				if from > 0 {
					w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, size-1, size))
					w.WriteHeader(http.StatusPartialContent)
				}
				p.send(w, p.data[from:from+size/4])
				<-r.Context().Done()
				return true
			}
		}, wantFile: true},
		{name: "429 with Retry-After", behave: func(p *publisher) {
			p.misbehave = func(w http.ResponseWriter, _ *http.Request, n int) bool {
				w.Header().Set("Retry-After", "0")
				if n < 3 {
					w.WriteHeader(http.StatusTooManyRequests)
				}
				return n < 3
			}
		}, wantFile: true, asks: 4},
		{name: "503 for ever", behave: func(p *publisher) {
			p.misbehave = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				w.WriteHeader(http.StatusServiceUnavailable)
				return true
			}
		}, wantErr: "status 503", asks: attempts + 1},
		{name: "404", behave: func(p *publisher) {
			p.misbehave = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				w.WriteHeader(http.StatusNotFound)
				return true
			}
		}, wantErr: "no such file", asks: 1},
		{name: "a file that is not for everybody", behave: func(p *publisher) {
			p.misbehave = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				w.WriteHeader(http.StatusForbidden)
				return true
			}
		}, wantErr: "accept its terms", asks: 1},
		{name: "a full disk", free: spare + size - 1, wantErr: "the disk has room for", asks: 0},
		{name: "a disk that has just room enough", free: spare + size, wantFile: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPublisher(t, size)
			if tt.behave != nil {
				tt.behave(p)
			}
			around := t.TempDir()
			folder := filepath.Join(around, "models")
			r := p.request()
			if tt.request != nil {
				tt.request(&r)
			}
			seen := &watcher{}
			m := open(t, p, folder, func(o *Options) {
				o.Changed = seen.watch
				o.Stall = 300 * time.Millisecond
				if tt.free > 0 {
					o.Free = func(string) (int64, error) { return tt.free, nil }
				}
			})
			err := m.Start(r)
			if err == nil {
				_, err = m.Wait(t.Context(), r.Name)
			}
			m.Close()
			checkError(t, err, tt.wantErr)
			p.Server.Close() // waits for its last answers
			checkFile(t, folder, p.data, tt.wantFile)
			if tt.asks > 0 && p.asks > tt.asks {
				t.Errorf("the server was asked %d times, want at most %d", p.asks, tt.asks)
			}
			if repeated := p.sent - size; tt.wantFile && repeated > max(tt.repeats, 1<<20) {
				t.Errorf("%d bytes were sent twice", repeated)
			}
			if seen.back {
				t.Error("the progress went backwards")
			}
			checkOutside(t, around)
		})
	}
}

// TestAConnectionThatBreaksAnywhere is cut at 100 places of one file, one after
// the other, and over restarts of the program.
func TestAConnectionThatBreaksAnywhere(t *testing.T) {
	const size, cuts = 4 << 20, 100
	p := newPublisher(t, size)
	random := rand.New(rand.NewPCG(7, 7))
	p.misbehave = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n >= cuts {
			return false
		}
		from := p.from(r)
		p.serve(w, r, min(size-1, from+random.IntN(2*size/cuts)))
		return true
	}
	folder := filepath.Join(t.TempDir(), "models")
	seen := &watcher{}
	for restarts := 0; ; restarts++ {
		m := open(t, p, folder, func(o *Options) { o.Changed = seen.watch })
		if restarts == 0 {
			if err := m.Start(p.request()); err != nil {
				t.Fatal(err)
			}
		} else {
			m.Continue()
		}
		until := p.count() + 10
		for p.count() < until && !finished(m, "m.gguf") {
			time.Sleep(time.Millisecond)
		}
		done := finished(m, "m.gguf")
		m.Close()
		if done {
			break
		}
		if restarts > cuts {
			t.Fatal("it never ends")
		}
	}
	p.Server.Close()
	checkFile(t, folder, p.data, true)
	if repeated := p.sent - size; repeated > 1<<20 {
		t.Errorf("%d bytes were sent twice over %d cuts, want at most 1 MiB", repeated, cuts)
	}
	if seen.back {
		t.Error("the progress went backwards")
	}
}

// finished tells whether the file has its name.
func finished(m *Manager, name string) bool {
	for _, p := range m.List() {
		if p.Name == name && p.State == Done {
			return true
		}
	}
	return false
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
