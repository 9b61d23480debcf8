package fetch

import (
	"fmt"
	"net/http"
	"testing"
)

// Going on is trusted only where the server says plainly that it is the same file
// and the right place.
func TestAServerThatGoesOnWrongly(t *testing.T) {
	meet(t, []encounter{
		{name: "a good server", wantFile: true, asks: 1},
		{name: "200 instead of 206", behave: second(func(p *publisher, w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Range")
			p.serve(w, r, fileSize)
		}), wantFile: true, repeats: fileSize},
		{name: "a wrong Content-Range", behave: second(func(p *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", fileSize/2-1, fileSize-1, fileSize))
			w.WriteHeader(http.StatusPartialContent)
			p.send(w, p.data[fileSize/2-1:])
		}), wantFile: true, repeats: fileSize},
		{name: "a Content-Range of another fileSize", behave: second(func(p *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", fileSize/2, fileSize, fileSize+1))
			w.WriteHeader(http.StatusPartialContent)
		}), wantErr: "the server has a file of"},
		{name: "a Content-Range in no form", behave: second(func(_ *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes */*")
			w.WriteHeader(http.StatusPartialContent)
		}), wantFile: true},
		{name: "an ETag that changed under If-Range", behave: second(func(p *publisher, w http.ResponseWriter, r *http.Request) {
			p.tag = `"two"`
			p.serve(w, r, fileSize)
		}), wantFile: true, repeats: fileSize},
		{name: "an ETag that changed in a 206", behave: second(func(p *publisher, w http.ResponseWriter, r *http.Request) {
			from := p.from(r)
			p.tag = `"two"`
			w.Header().Set("ETag", p.tag)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, fileSize-1, fileSize))
			w.WriteHeader(http.StatusPartialContent)
		}), wantFile: true, repeats: fileSize},
		{name: "416 for the rest", behave: second(func(_ *publisher, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		}), wantFile: true, repeats: fileSize},
	})
}
