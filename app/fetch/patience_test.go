package fetch

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// A server that cannot now is asked again, one that will not is left alone.
func TestAServerThatIsSlowOrBusy(t *testing.T) {
	meet(t, []encounter{
		{name: "a stall", stall: 300 * time.Millisecond, behave: func(p *publisher) {
			p.misbehave = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n > 1 {
					return false
				}
				from := p.from(r)
				w.Header().Set("ETag", p.tag)
				w.Header().Set("Content-Length", strconv.Itoa(fileSize-from))
				if from > 0 {
					w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, fileSize-1, fileSize))
					w.WriteHeader(http.StatusPartialContent)
				}
				p.send(w, p.data[from:from+fileSize/4])
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
		{name: "503 for ever", behave: always(refuse(http.StatusServiceUnavailable)), wantErr: "status 503", asks: attempts + 1},
		{name: "404", behave: always(refuse(http.StatusNotFound)), wantErr: "no such file", asks: 1},
		{name: "a file that is not for everybody", behave: always(refuse(http.StatusForbidden)), wantErr: "accept its terms", asks: 1},
	})
}

func refuse(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// TestAServerSaysWhenToComeBack, in seconds or as a date, and nobody asks before.
func TestAServerSaysWhenToComeBack(t *testing.T) {
	for name, said := range map[string]string{"in seconds": "120", "as a date": time.Now().Add(2 * time.Minute).UTC().Format(http.TimeFormat)} {
		t.Run(name, func(t *testing.T) {
			p := newPublisher(t, 1<<10)
			p.misbehave = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				w.Header().Set("Retry-After", said)
				w.WriteHeader(http.StatusTooManyRequests)
				return true
			}
			m := open(t, p, t.TempDir(), nil)
			defer m.Close()
			if err := m.Start(p.request()); err != nil {
				t.Fatal(err)
			}
			at := reaches(t, m, "m.gguf", Retrying, 0)
			if wait := time.Until(at.Until); wait < 110*time.Second || wait > 121*time.Second || p.count() != 1 {
				t.Errorf("it asks again in %v, and has asked %d times; want 120 s and once", wait, p.count())
			}
		})
	}
}

// A machine that sleeps or is offline for long goes on by itself, where nobody
// waits for an end.
func TestADownloadWaitsForTheNetwork(t *testing.T) {
	const lost = 5 * attempts
	for _, patient := range []bool{true, false} {
		p := newPublisher(t, fileSize)
		p.misbehave = func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n <= lost {
				panic(http.ErrAbortHandler) // the connection ends without a word
			}
			return false
		}
		m := open(t, p, t.TempDir(), func(o *Options) { o.Patient = patient })
		defer m.Close()
		if err := m.Start(p.request()); err != nil {
			t.Fatal(err)
		}
		_, err := m.Wait(t.Context(), "m.gguf")
		if asked := p.count(); (err == nil) != patient || patient && asked <= lost || !patient && asked != attempts+1 {
			t.Errorf("patient %t: %v after %d requests", patient, err, asked)
		}
	}
}
