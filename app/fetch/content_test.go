package fetch

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"testing"
)

// What arrives is the published file to the byte, or nothing.
func TestAServerThatSendsSomethingElse(t *testing.T) {
	meet(t, []encounter{
		{name: "a flipped byte of the same fileSize", behave: once(func(p *publisher, w http.ResponseWriter, _ *http.Request) {
			flipped := bytes.Clone(p.data)
			flipped[fileSize/3] ^= 1
			w.Header().Set("Content-Length", strconv.Itoa(fileSize))
			p.send(w, flipped)
		}), wantErr: "checksum"},
		{name: "a web page with status 200", behave: once(func(_ *publisher, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(bytes.Repeat([]byte("<p>Log in"), fileSize/9+1)[:fileSize])
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
			w.Header().Set("Content-Length", strconv.Itoa(fileSize+1))
			w.Write(append(bytes.Clone(p.data), 0))
		}), wantErr: "the server has a file of"},
		{name: "an endless answer", behave: once(func(_ *publisher, w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush() // chunked, so without a length
			w.Write(make([]byte, fileSize))
		}), wantErr: "does not say how large"},
		{name: "a name that climbs", request: func(r *Request) { r.Name = "../m.gguf" }, wantErr: "no name for a file", asks: -1},
		{name: "a name from the server", behave: once(func(p *publisher, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Disposition", `attachment; filename="../../evil.gguf"`)
			p.serve(w, r, fileSize)
		}), wantFile: true, asks: 1},
	})
}
