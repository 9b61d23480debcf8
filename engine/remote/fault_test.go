package remote

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/scripted"
)

const secretKey = "sk-very-secret-0123456789"

func TestAServersRefusalIsTyped(t *testing.T) {
	status := func(code int, header, body string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			if name, value, ok := strings.Cut(header, ": "); ok {
				w.Header().Set(name, value)
			}
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}
	}
	for _, test := range []struct {
		name       string
		answer     func(http.ResponseWriter)
		want       engine.RemoteKind
		wantReason string
		wantWait   time.Duration
	}{
		{"401", status(401, "", `{"error":{"message":"Incorrect API key provided: `+secretKey+`."}}`), engine.RemoteUnauthorised, "Incorrect API key provided: …", 0},
		{"403", status(403, "", ``), engine.RemoteUnauthorised, "", 0},
		{"404", status(404, "", `{"detail":"Not Found"}`), engine.RemoteNoModel, "Not Found", 0},
		{"429 with seconds", status(429, "Retry-After: 7", `{"message":"slow down"}`), engine.RemoteBusy, "slow down", 7 * time.Second},
		{"429 without", status(429, "", `{"error":"slow down"}`), engine.RemoteBusy, "slow down", 0},
		{"500", status(500, "", `<html>oops`), engine.RemoteFailed, "", 0},
		{"503", status(503, "", `{"error":{"message":"Loading model","type":"unavailable_error","code":503}}`), engine.RemoteFailed, "Loading model", 0},
		{"400", status(400, "", `{"error":{"message":"bad \u0007 thing\nhappened"}}`), engine.RemoteRefused, "bad thing happened", 0},
		{"a redirect", status(302, "Location: http://192.0.2.1/", ``), engine.RemoteRefused, "another address", 0},
		{"201", status(201, "", `{}`), engine.RemoteGarbled, "", 0},
		{"HTML", status(200, "Content-Type: text/html", `<p>Welcome`), engine.RemoteGarbled, "text/html", 0},
		{"JSON instead of a stream", status(200, "Content-Type: application/json", `{}`), engine.RemoteGarbled, "application/json", 0},
		{"a stream of other things", status(200, "Content-Type: text/event-stream", "data: hello\n\n"), engine.RemoteGarbled, "JSON", 0},
		{"an error in the stream", status(200, "Content-Type: text/event-stream", "data: {\"error\":{\"message\":\"out of memory\"}}\n\n"), engine.RemoteFailed, "out of memory", 0},
		{"an error in words in the stream", status(200, "Content-Type: text/event-stream", "data: {\"error\":\"out of memory\"}\n\n"), engine.RemoteFailed, "out of memory", 0},
		{"an error that is the event", status(200, "Content-Type: text/event-stream", "data: {\"object\":\"error\",\"message\":\"out of memory\",\"code\":500}\n\n"), engine.RemoteFailed, "out of memory", 0},
		{"an empty stream", status(200, "Content-Type: text/event-stream", ""), engine.RemoteCut, "", 0},
		{"an end without a reason", status(200, "Content-Type: text/event-stream", "data: [DONE]\n\n"), engine.RemoteCut, "", 0},
		{"an endless line", status(200, "Content-Type: text/event-stream", "data: "+strings.Repeat("a", maxEvent+1<<17)), engine.RemoteGarbled, "too long", 0},
		{"endless lines", status(200, "Content-Type: text/event-stream", strings.Repeat("data: "+strings.Repeat("a", 1<<16)+"\n", 70)), engine.RemoteGarbled, "too long", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, "sglang", scripted.Plain())
			s.key = secretKey
			e := loaded(t, s, Options{Key: func() (string, error) { return secretKey, nil }})
			s.disturb = func(w http.ResponseWriter, _ *http.Request) bool { test.answer(w); return true }
			r := ask(t, e, engine.Request{})
			var remote *engine.RemoteError
			if !errors.As(r.err, &remote) || remote.Kind != test.want || remote.RetryAfter != test.wantWait || !strings.Contains(remote.Reason, test.wantReason) {
				t.Errorf("got %+v, want %s with %q", r.err, test.want, test.wantReason)
			}
			if strings.Contains(r.err.Error(), secretKey) || !strings.Contains(r.err.Error(), e.Host()) {
				t.Errorf("the error is %q", r.err)
			}
			s.disturb = nil
			if r := ask(t, e, engine.Request{}); r.err != nil {
				t.Errorf("afterwards: %v", r.err)
			}
		})
	}
}

func TestACutReplyKeepsWhatCame(t *testing.T) {
	script := scripted.Reasoning()
	whole := script.ReasoningText() + script.AnswerText()
	events := len(script.Reasoning) + len(script.Answer)
	for at := range events + 1 {
		s := newServer(t, "vllm", script)
		s.stopTime = func(event int) bool { return event == at }
		r := ask(t, loaded(t, s, Options{}), engine.Request{})
		var remote *engine.RemoteError
		if !errors.As(r.err, &remote) || remote.Kind != engine.RemoteCut && at > 0 {
			t.Fatalf("cut before event %d: %v", at, r.err)
		}
		if got := r.reasoning + r.text; !strings.HasPrefix(whole, got) || at > 1 && got == "" {
			t.Errorf("cut before event %d: kept %q", at, got)
		}
	}
}

func TestAReplyWhoseEndIsMissingAfterItsReasonIsWhole(t *testing.T) {
	script := scripted.Plain()
	s := newServer(t, "vllm", script)
	s.stopTime = func(event int) bool { return event == len(script.Answer)+1 } // the role, the text (one rune of two pieces), the reason
	if r := ask(t, loaded(t, s, Options{}), engine.Request{}); r.err != nil || r.text != script.AnswerText() || r.done.Finish != engine.FinishEnd {
		t.Errorf("%q, %+v, %v", r.text, r.done, r.err)
	}
}

func TestASilentServerIsLeft(t *testing.T) {
	s := newServer(t, "vllm", scripted.Plain())
	e := loaded(t, s, Options{Silence: 50 * time.Millisecond})
	s.disturb = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/v1/chat/completions" {
			return false
		}
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: {\"choices\":[{\"delta\":{\"content\":\"So far\"}}]}\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	r := ask(t, e, engine.Request{})
	var remote *engine.RemoteError
	if !errors.As(r.err, &remote) || remote.Kind != engine.RemoteCut || remote.Reason != errSilent.Error() || r.text != "So far" {
		t.Errorf("%q, %v", r.text, r.err)
	}
}

func TestNobodyThereIsSaid(t *testing.T) {
	s := newServer(t, "vllm", scripted.Plain())
	e := open(t, s, Options{})
	s.CloseClientConnections()
	s.Close()
	_, err := e.Load(t.Context(), "", engine.LoadOptions{}, nil)
	var remote *engine.RemoteError
	if !errors.As(err, &remote) || remote.Kind != engine.RemoteUnreachable || remote.Reason == "" {
		t.Errorf("got %v", err)
	}
}

func TestAPromptThatTheServerFindsTooLong(t *testing.T) {
	for _, body := range []string{
		`{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}}`,
		`{"object":"error","message":"This model's maximum context length is 8192 tokens. However, you requested 9000 tokens in the messages.","code":400}`,
		`{"error":{"message":"This model's maximum context length is 8192 tokens. However, your request has 9000 input tokens.","type":"BadRequestError"}}`,
	} {
		s := newServer(t, "sglang", scripted.Plain())
		e := loaded(t, s, Options{})
		s.disturb = func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, body)
			return true
		}
		r := ask(t, e, engine.Request{})
		var long *engine.PromptTooLongError
		if !errors.As(r.err, &long) || *long != (engine.PromptTooLongError{Tokens: 9000, Limit: 8192}) {
			t.Errorf("%s: %v", body, r.err)
		}
	}
}

func TestWordsAndKeyStayWithTheServerThatWasNamed(t *testing.T) {
	var heard []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.URL.Path+" "+r.Header.Get("Authorization"))
	}))
	defer other.Close()
	s := newServer(t, "vllm", scripted.Plain())
	s.key = secretKey
	e := loaded(t, s, Options{Key: func() (string, error) { return secretKey, nil }})
	s.disturb = func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
		return true
	}
	if r := ask(t, e, engine.Request{}); r.err == nil {
		t.Error("a redirect was followed")
	}
	if len(heard) > 0 {
		t.Errorf("the other server heard %q", heard)
	}
}

func TestAddresses(t *testing.T) {
	for _, test := range []struct{ address, want string }{
		{"http://localhost:8000", "http://localhost:8000/v1"},
		{" https://example.org/v1/ ", "https://example.org/v1"},
		{"https://example.org/openai/v1/chat/completions", "https://example.org/openai/v1"},
		{"http://192.168.1.20:8080/v1", "http://192.168.1.20:8080/v1"},
		{"http://[::1]:8080", "http://[::1]:8080/v1"},
		{"http://100.101.102.103", "http://100.101.102.103/v1"},
		{"http://gpu-box.lan:8000", "http://gpu-box.lan:8000/v1"},
		{"http://8.8.8.8", ""},
		{"http://[2001:db8::1]/v1", ""},
		{"ftp://example.org", ""},
		{"example.org", ""},
		{"https://", ""},
		{"https://user:" + secretKey + "@example.org", ""},
		{"https://example.org/v1?key=" + secretKey, ""},
		{"https://example.org/\x7f" + secretKey, ""},
	} {
		e, err := New(Options{URL: test.address})
		var wrong *AddressError
		switch {
		case test.want == "" && (!errors.As(err, &wrong) || strings.Contains(err.Error(), secretKey)):
			t.Errorf("%q: %v", test.address, err)
		case test.want != "" && (err != nil || e.base.String() != test.want):
			t.Errorf("%q: %v, %v", test.address, e, err)
		}
	}
}

func TestANameThatLeadsToAPublicAddressIsNotDialledInTheClear(t *testing.T) {
	e, err := New(Options{URL: "http://localhost:1"})
	if err != nil {
		t.Fatal(err)
	}
	dial := e.http.Transport.(*http.Transport).DialContext
	if _, err := dial(t.Context(), "tcp", "192.0.2.1:80"); !errors.Is(err, errPublic) {
		t.Errorf("got %v", err)
	}
}
