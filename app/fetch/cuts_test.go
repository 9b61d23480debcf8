package fetch

import (
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"testing"
	"time"
)

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
