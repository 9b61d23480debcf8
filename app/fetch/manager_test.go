package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// hold keeps a server from sending more than the first half until released.
func hold(p *publisher) (release func()) {
	gate := make(chan struct{})
	p.misbehave = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n > 0 {
			return false
		}
		w.Header().Set("ETag", p.tag)
		w.Header().Set("Content-Length", "1048576")
		p.send(w, p.data[:len(p.data)/2])
		select {
		case <-gate:
			p.send(w, p.data[len(p.data)/2:])
		case <-r.Context().Done():
		}
		return true
	}
	return func() { close(gate) }
}

// reaches waits until a download has come to a state and so many bytes.
func reaches(t *testing.T, m *Manager, name string, state State, bytes int64) Progress {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		for _, p := range m.List() {
			if p.Name == name && p.State == state && p.Received >= bytes {
				return p
			}
		}
	}
	t.Fatalf("%s is never %s with %d bytes: %+v", name, state, bytes, m.List())
	return Progress{}
}

// shipped is how many bytes of the file were sent, once that is all of them.
func (p *publisher) shipped() int64 {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		p.mu.Lock()
		sent := p.sent
		p.mu.Unlock()
		if sent >= int64(len(p.data)) || time.Now().After(deadline) {
			return sent
		}
	}
}

func TestPauseAndResume(t *testing.T) {
	p := newPublisher(t, 1<<20)
	hold(p)
	folder := t.TempDir()
	m := open(t, p, folder, nil)
	defer m.Close()
	if err := m.Start(p.request()); err != nil {
		t.Fatal(err)
	}
	reaches(t, m, "m.gguf", Running, 0)
	for p.count() < 1 || partSize(m.root, "m.gguf") < 1<<19 {
		time.Sleep(time.Millisecond)
	}
	if err := m.Pause("m.gguf"); err != nil {
		t.Fatal(err)
	}
	if at, err := m.Wait(t.Context(), "m.gguf"); err != nil || at.State != Paused || at.Received != 1<<19 {
		t.Fatalf("paused at %+v, %v; want half of it", at, err)
	}

	t.Run("a paused one stays paused over a restart", func(t *testing.T) {
		m.Close()
		m = open(t, p, folder, nil)
		m.Continue()
		if list := m.List(); len(list) != 1 || list[0].State != Paused || list[0].Received != 1<<19 || p.count() != 1 {
			t.Errorf("after the restart there is %+v, and %d requests", list, p.count())
		}
	})
	if err := m.Resume("m.gguf"); err != nil {
		t.Fatal(err)
	}
	if at, err := m.Wait(t.Context(), "m.gguf"); err != nil || at.State != Done || at.Fraction() != 1 {
		t.Errorf("it ended as %+v, %v", at, err)
	}
	checkFile(t, folder, p.data, true)
	p.Server.Close()
	if p.sent != 1<<20 {
		t.Errorf("%d bytes were sent for a file of %d", p.sent, 1<<20)
	}
	if err := m.Start(p.request()); !errors.Is(err, ErrExists) {
		t.Errorf("a file that is there is asked for again: %v", err)
	}
}

func TestWhatWasCancelledCanBeBroughtBackUntilTheEnd(t *testing.T) {
	p := newPublisher(t, 1<<20)
	hold(p)
	folder := t.TempDir()
	m := open(t, p, folder, nil)
	m.Start(p.request())
	reaches(t, m, "m.gguf", Running, 0)
	for partSize(m.root, "m.gguf") < 1<<19 {
		time.Sleep(time.Millisecond)
	}
	if err := m.Cancel("m.gguf"); err != nil || len(m.List()) != 0 {
		t.Fatalf("cancelled: %v, and there is %+v", err, m.List())
	}
	if err := m.Resume("m.gguf"); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Wait(t.Context(), "m.gguf"); err != nil {
		t.Fatal(err)
	}
	checkFile(t, folder, p.data, true)
	if sent := p.shipped(); sent != 1<<20 {
		t.Errorf("%d bytes were sent: the half that was there was not used", sent)
	}
	os.Remove(filepath.Join(folder, "m.gguf"))
	m.Forget("m.gguf")

	p.mu.Lock()
	p.misbehave = func(_ http.ResponseWriter, r *http.Request, _ int) bool { <-r.Context().Done(); return true }
	p.mu.Unlock()
	m.Start(p.request())
	m.Cancel("m.gguf")
	m.Close()
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("after the end there is still %v", left)
	}
}

func TestTwoProgramsDoNotWriteOneFile(t *testing.T) {
	p := newPublisher(t, 1<<20)
	release := hold(p)
	folder := t.TempDir()
	first := open(t, p, folder, nil)
	defer first.Close()
	first.Start(p.request())
	reaches(t, first, "m.gguf", Running, 0)
	other := open(t, p, folder, nil)
	defer other.Close()
	if err := other.Start(p.request()); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Wait(t.Context(), "m.gguf"); !errors.Is(err, ErrElsewhere) {
		t.Errorf("the second one says %v, want ErrElsewhere", err)
	}
	release()
	if _, err := first.Wait(t.Context(), "m.gguf"); err != nil {
		t.Error(err)
	}
	checkFile(t, folder, p.data, true)
}

func TestAllShareOneRate(t *testing.T) {
	l := &limiter{}
	l.set(1 << 20)
	if got := l.piece(pieceSize); got != 1<<17 {
		t.Errorf("pieces of %d bytes, want an eighth of a second's", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	if err := l.wait(ctx, 10<<20); err == nil {
		t.Error("10 s worth of bytes may be read at once")
	}
	if earliest, latest := began.Add(10*time.Second), time.Now().Add(10*time.Second); l.next.Before(earliest) || l.next.After(latest) {
		t.Errorf("the next bytes come at %v, want 10 s after they were asked for, whoever asks", l.next)
	}
	l.set(0)
	if err := l.wait(ctx, 10<<20); err != nil {
		t.Error("without a limit it waits")
	}
}

func TestSpeedIsThatOfTheLastSeconds(t *testing.T) {
	var m meter
	start := time.Now()
	for i := range 100 {
		m.add(start.Add(time.Duration(i)*time.Second), int64(i)*int64(i)*1000)
	}
	if got := m.speed(); got < 180e3 || got > 200e3 {
		t.Errorf("the speed is %.0f, want that of the last 8 s, about 190000", got)
	}
	if m.reset(); m.speed() != 0 {
		t.Error("after a break there is a speed")
	}
}

func TestAddressesOfThisMachineAreRefusedOnceResolved(t *testing.T) {
	home := httptest.NewTLSServer(http.NotFoundHandler())
	defer home.Close()
	u, _ := url.Parse(home.URL)
	client := NewClient(ClientOptions{})
	defer client.Close()
	// The name says nothing of where it leads; the resolver does.
	_, err := client.dial(t.Context(), "tcp", "localhost:"+u.Port())
	var address *AddressError
	if !errors.As(err, &address) {
		t.Errorf("a name that leads home is dialled: %v", err)
	}
	if err := client.opts.Policy.Check(u); !errors.As(err, &address) {
		t.Errorf("%s is allowed: %v", u, err)
	}
	for text, want := range map[string]bool{
		"https://models.example/x": true, "https://8.8.8.8/x": true, "https://[2606:4700::1]/x": true,
		"http://models.example/x": false, "https://10.0.0.1": false, "https://100.64.1.1": false, "https://0.0.0.0": false,
		"https://[::1]": false, "https://[::ffff:127.0.0.1]": false, "https://[64:ff9b::7f00:1]": false, "https://[fe80::1%25eth0]": false,
		"https://224.0.0.1": false, "https://localhost.": false, "https:models.example": false, "ftp://models.example/x": false,
	} {
		u, err := url.Parse(text)
		if err == nil {
			err = client.opts.Policy.Check(u)
		}
		if (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestTheTokenStaysWithItsHost(t *testing.T) {
	var got []string
	note := func(r *http.Request) { got = append(got, r.URL.Path+" "+r.Header.Get("Authorization")) }
	cdn := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { note(r); w.Write([]byte("x")) }))
	defer cdn.Close()
	hub := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note(r)
		if r.Header.Get("Authorization") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusFound)
			return
		}
		http.Redirect(w, r, strings.Replace(cdn.URL, "127.0.0.1", "cdn.example", 1)+"/c", http.StatusFound)
	}))
	defer hub.Close()
	u, _ := url.Parse(hub.URL)
	client := NewClient(ClientOptions{
		Policy: Policy{Trusted: Origin(u)},
		Token:  func(origin string) string { return "secret for " + origin },
		Transport: func(tr *http.Transport) {
			tr.TLSClientConfig = hub.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
			tr.TLSClientConfig.InsecureSkipVerify = true // the names are not those of the certificate
			tr.DialContext = dialTo(map[string]string{"cdn.example:" + port(cdn.URL): strings.TrimPrefix(cdn.URL, "https://")})
		},
	})
	defer client.Close()
	if _, err := client.Read(t.Context(), hub.URL+"/a", 10); err != nil {
		t.Fatal(err)
	}
	want := []string{"/a ", "/a Bearer secret for " + hub.URL, "/b Bearer secret for " + hub.URL, "/c "}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("the servers saw %q, want %q", got, want)
	}
}

// dialTo connects to where the names of a test lead.
func dialTo(names map[string]string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if to := names[address]; to != "" {
			address = to
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
}

func port(address string) string {
	u, _ := url.Parse(address)
	return u.Port()
}

func TestAProxyIsHonoured(t *testing.T) {
	asked := ""
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.Host
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	client := NewClient(ClientOptions{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }})
	defer client.Close()
	client.Read(t.Context(), "https://models.example/x", 10)
	if asked != "CONNECT models.example:443" {
		t.Errorf("the proxy was asked %q", asked)
	}
}

func TestWhoWaitsFindsTheEndTold(t *testing.T) {
	p := newPublisher(t, 1<<10)
	for range 50 {
		var told atomic.Bool
		m := open(t, p, t.TempDir(), func(o *Options) {
			o.Changed = func(now Progress) {
				for range 200 { // time for others
					runtime.Gosched()
				}
				if now.State == Done {
					told.Store(true)
				}
			}
		})
		if err := m.Start(p.request()); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Wait(t.Context(), "m.gguf"); err != nil || !told.Load() {
			t.Fatalf("Wait is over, %v, before the end was told", err)
		}
		m.Close()
	}
}
