package fetch

import (
	"bytes"
	"errors"
	"net/http"
	"testing"
	"time"
)

func TestTheBeginningOfAFile(t *testing.T) {
	ranges := func(p *publisher, w http.ResponseWriter, r *http.Request, _ int) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.data))
	}
	var shifted *RangeError
	var page *ContentError
	var status *StatusError
	for _, tt := range []struct {
		name     string
		serve    func(p *publisher, w http.ResponseWriter, r *http.Request, n int)
		asked    []int64 // bytes, one call after the other
		want     int     // bytes at the end
		wantErr  any     // pointer for errors.As, or an error for errors.Is
		wantAsks []string
	}{
		{name: "some of it, then more, nothing twice", serve: ranges, asked: []int64{1000, 3000}, want: 3000, wantAsks: []string{"bytes=0-999", "bytes=1000-2999"}},
		{name: "all of a small file", serve: ranges, asked: []int64{1 << 20}, want: 5000},
		{name: "a server without ranges begins anew", serve: func(p *publisher, w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", "5000")
			w.Write(p.data)
		}, asked: []int64{1000, 3000}, want: 3000},
		{name: "another range than was asked for", serve: func(p *publisher, w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Range", "bytes 7-1006/5000")
			w.WriteHeader(http.StatusPartialContent)
			w.Write(p.data[:1000])
		}, asked: []int64{1000}, wantErr: &shifted},
		{name: "a web page", serve: func(_ *publisher, w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Type", "text/html")
			w.Write([]byte("<p>Log in"))
		}, asked: []int64{1000}, wantErr: &page},
		{name: "a refusal", serve: func(_ *publisher, w http.ResponseWriter, _ *http.Request, _ int) {
			w.WriteHeader(http.StatusForbidden)
		}, asked: []int64{1000}, wantErr: &status},
		{name: "a line that breaks", serve: func(p *publisher, w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", "5000")
			p.send(w, p.data[:500])
			panic(http.ErrAbortHandler)
		}, asked: []int64{1000}, wantErr: errShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPublisher(t, 5000)
			var asks []string
			p.misbehave = func(w http.ResponseWriter, r *http.Request, n int) bool {
				asks = append(asks, r.Header.Get("Range"))
				tt.serve(p, w, r, n)
				return true
			}
			c := NewClient(ClientOptions{Policy: Policy{Trusted: p.URL}})
			defer c.Close()
			var data []byte
			var size int64
			var err error
			for _, n := range tt.asked {
				if data, size, err = c.Beginning(t.Context(), p.URL+"/m.gguf", data, n); err != nil {
					break
				}
			}
			switch want := tt.wantErr.(type) {
			case nil:
				if err != nil || size != 5000 || !bytes.Equal(data, p.data[:tt.want]) {
					t.Errorf("%d bytes of %d, %v; want the first %d", len(data), size, err, tt.want)
				}
			case error:
				if !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			default:
				if !errors.As(err, want) {
					t.Errorf("got %v, want a %T", err, want)
				}
			}
			for i, want := range tt.wantAsks {
				if i >= len(asks) || asks[i] != want {
					t.Errorf("asked for %q, want %q", asks, tt.wantAsks)
					break
				}
			}
		})
	}
}
