package fetch

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"
)

// fileSize is the published file's, in bytes.
const fileSize = 3 << 20

// encounter is a download from a publisher that behaves in one way.
type encounter struct {
	name     string
	behave   func(*publisher)
	request  func(*Request)
	free     int64 // bytes on the disk; 0 is as it is
	stall    time.Duration
	wantFile bool
	wantErr  string // part of it
	asks     int    // at most; 0 is any number, -1 is none
	repeats  int64  // bytes at most beyond the file's; default 1 MiB
}

// meet lets a download meet each publisher. Afterwards the file is exactly right
// or not there, whatever the server does, and nothing stands outside the folder.
func meet(t *testing.T, encounters []encounter) {
	for _, tt := range encounters {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPublisher(t, fileSize)
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
				o.Stall = tt.stall
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
			if most := max(tt.asks, 0); tt.asks != 0 && p.asks > most {
				t.Errorf("the server was asked %d times, want at most %d", p.asks, most)
			}
			if repeated := p.sent - fileSize; tt.wantFile && repeated > max(tt.repeats, 1<<20) {
				t.Errorf("%d bytes were sent twice", repeated)
			}
			if seen.back {
				t.Error("the progress went backwards")
			}
			checkOutside(t, around)
		})
	}
}

// once lets the publisher misbehave at the first request alone.
func once(what func(p *publisher, w http.ResponseWriter, r *http.Request)) func(*publisher) {
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

// second lets the first connection break half-way, and then misbehaves once.
func second(what func(p *publisher, w http.ResponseWriter, r *http.Request)) func(*publisher) {
	return func(p *publisher) {
		p.misbehave = func(w http.ResponseWriter, r *http.Request, n int) bool {
			switch n {
			case 0:
				p.serve(w, r, fileSize/2)
			case 1:
				what(p, w, r)
			default:
				return false
			}
			return true
		}
	}
}

// always answers every request so.
func always(what http.HandlerFunc) func(*publisher) {
	return func(p *publisher) {
		p.misbehave = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			what(w, r)
			return true
		}
	}
}
