package fetch

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// A redirect leads to https on the open network, or nowhere. Where it leads to a
// server of this machine, that one would serve, and is never asked.
func TestAServerThatLeadsElsewhere(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("a server of this machine was asked for %s", r.URL)
		w.Write(make([]byte, fileSize))
	}))
	t.Cleanup(other.Close) // after the encounters, which go on beside each other
	redirect := func(to string) func(*publisher) {
		return always(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	}
	// after lets so many redirects lead to the file.
	after := func(hops int) func(*publisher) {
		return func(p *publisher) {
			p.misbehave = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n < hops {
					http.Redirect(w, r, "/"+strconv.Itoa(n), http.StatusFound)
				}
				return n < hops
			}
		}
	}
	meet(t, []encounter{
		{name: "five redirects", behave: after(5), wantFile: true, asks: 6},
		{name: "six redirects", behave: after(6), wantErr: "more than 5 redirects", asks: 6},
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
	})
}
