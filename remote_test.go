package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/app/cli"
	"notso/app/config"
	"notso/app/home"
)

// sayingServer answers every chat with one line, and counts its visitors.
func sayingServer(t *testing.T, line string) (address string, visits func() int) {
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		switch {
		case r.Header.Get("Authorization") != "Bearer sk-test":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/v1/models":
			fmt.Fprint(w, `{"data":[{"id":"far-away","owned_by":"me"}]}`)
		default:
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, "data: {\"choices\":[{\"delta\":{\"content\":%q}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n", line)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() int { return n }
}

// runCLI runs the command line in a home of its own.
func runCLI(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errors strings.Builder
	env := terminal()
	env.Stdin, env.Stdout, env.Stderr = strings.NewReader(""), &out, &errors
	code = cli.Run(t.Context(), args, env)
	return out.String(), errors.String(), code
}

func TestARemoteEngineAnswersWhereTheUserNamedOne(t *testing.T) {
	t.Setenv("NOTSO_HOME", t.TempDir())
	t.Setenv("NOTSO_REMOTE_KEY", "sk-test")
	t.Setenv("NOTSO_ENGINE_LIB", engineLibraries(t))
	address, visits := sayingServer(t, "From afar.")
	for _, way := range []struct {
		name string
		set  func()
	}{
		{"the environment", func() { t.Setenv("NOTSO_ENGINE", "remote:"+address) }},
		{"the settings", func() {
			t.Setenv("NOTSO_ENGINE", "")
			paths, err := home.Find()
			if err != nil {
				t.Fatal(err)
			}
			settings := config.Default()
			settings.Remote = address
			if err := config.Save(paths.ConfigFile, settings); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		way.set()
		if out, err, code := runCLI(t, "chat", "Hello"); out != "From afar.\n" || code != 0 {
			t.Errorf("named in %s: %q, %q", way.name, out, err)
		}
		out, _, _ := runCLI(t, "doctor")
		host := strings.TrimPrefix(address, "http://")
		if !strings.Contains(out, "your words are sent to "+host) || !strings.Contains(out, "far-away") {
			t.Errorf("named in %s, doctor says nothing of it:\n%s", way.name, out)
		}
	}
	t.Setenv("NOTSO_REMOTE_KEY", "sk-wrong")
	if out, err, code := runCLI(t, "chat", "Hello"); code != 1 || !strings.Contains(err, "wants a key") || strings.Contains(err, "sk-wrong") {
		t.Errorf("with a wrong key: %q, %q", out, err)
	}
	before := visits()
	paths, _ := home.Find()
	if err := os.Remove(paths.ConfigFile); err != nil {
		t.Fatal(err)
	}
	if _, err, code := runCLI(t, "chat", "Hello"); code != 1 || visits() != before {
		t.Errorf("taken out of the settings, the server is still asked: %q", err)
	}
	if _, err := os.Stat(filepath.Join(paths.State, "notso.log")); err == nil {
		log, _ := os.ReadFile(filepath.Join(paths.State, "notso.log"))
		if strings.Contains(string(log), "sk-test") {
			t.Error("the key is in the log")
		}
	}
}

func TestARemoteAddressThatMakesNoSenseSendsNothing(t *testing.T) {
	t.Setenv("NOTSO_HOME", t.TempDir())
	t.Setenv("NOTSO_ENGINE", "remote:http://8.8.8.8/v1")
	if _, err, code := runCLI(t, "chat", "Hello"); code != 1 || !strings.Contains(err, "must begin with https://") {
		t.Errorf("got %q", err)
	}
}
