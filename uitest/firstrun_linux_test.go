package uitest

import (
	"crypto/sha256"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/app/cli/clitest"
)

// newcomer is an empty home whose hub is this machine's: it has the starter
// model, under the name of SmolLM3, and a catalogue that says so.
func newcomer(t *testing.T) (home string, env []string) {
	t.Helper()
	home = newHome(t, 30)
	data, err := os.ReadFile(filepath.Join(bench.root, "models", starter))
	if err != nil {
		t.Fatal(err)
	}
	hub := filepath.Join(t.TempDir(), "hub", "some", "SmolLM3-GGUF")
	if err := os.MkdirAll(hub, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(hub, "SmolLM3-Q4_K_M.gguf"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(clitest.Hub(filepath.Dir(filepath.Dir(hub)), false))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	catalogue := filepath.Join(t.TempDir(), "catalogue.json")
	text := fmt.Sprintf(`{"version": 1, "models": [{"id": "smollm3-3b", "name": "SmolLM3 3B", "maker": "Hugging Face", "licence": "Apache-2.0",
		"languages": ["en"], "context": 8192, "parameters": 135000000, "kv_bytes_per_token": 23040, "summary": "For tests.", "files": [
		{"quantisation": "Q4_K_M", "repository": "some/SmolLM3-GGUF", "file": "SmolLM3-Q4_K_M.gguf", "size": %d, "sha256": "%x"}]}]}`, len(data), sha256.Sum256(data))
	if err := os.WriteFile(catalogue, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	setMirror(t, home, server.URL)
	return home, []string{"NOTSO_MODEL=", "NOTSO_CATALOGUE=" + catalogue}
}

func setMirror(t *testing.T, home, address string) {
	t.Helper()
	settings := fmt.Appendf(nil, `{"temperature": 0, "max_tokens": 30, "threads": 1, "mirror": %q}`, address)
	if err := os.WriteFile(filepath.Join(home, "config", "config.json"), settings, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFromAnEmptyHomeToTheFirstAnswer(t *testing.T) {
	home, env := newcomer(t)
	w := start(t, home, env...)
	w.press("#welcome .way.first")
	eventually(t, "the model takes over", func() bool { return w.text(".heading .model") == "SmolLM3-Q4_K_M" })
	w.find(".pill[data-state=ready]")
	w.picture()
	w.say("What is the capital of France? Answer in one short sentence.")
	if answer := w.reply("done"); !strings.Contains(answer, "Paris") {
		t.Errorf("the first answer is %q, want a sentence with Paris", answer)
	}
	folder := filepath.Join(home, "data", "models")
	left, _ := filepath.Glob(filepath.Join(folder, "*"))
	if len(left) != 1 || filepath.Base(left[0]) != "SmolLM3-Q4_K_M.gguf" {
		t.Errorf("the folder of models holds %v", left)
	}
	w.quit()

	w = start(t, home, env...)
	eventually(t, "the model is there after a restart", func() bool { return w.text(".heading .model") == "SmolLM3-Q4_K_M" })
}

func TestWithoutANetworkTheFirstRunIsKind(t *testing.T) {
	home, env := newcomer(t)
	server := httptest.NewServer(nil)
	setMirror(t, home, server.URL)
	server.Close() // so that nobody answers there
	w := start(t, home, env...)
	w.press("#welcome .way.first")
	eventually(t, "it says what is wrong, and what follows", func() bool {
		return strings.Contains(w.text("#welcome .download .what"), "no connection to the network")
	})
	w.say("Hello")
	if answer := w.reply("done"); answer == "" {
		t.Error("nobody answers meanwhile")
	}
	w.picture()
}
