package uitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"notso/engine/llama"
	"notso/engine/runner"
	"notso/engine/synthetic"
)

// A card with so much free memory holds so many layers of these models. The
// numbers are those of the headers: of SmolLM3-3B with 32,768 tokens of context,
// and of the starter with all of its 8,192.
const (
	freeFor24Of37 = 3_500_000_000
	freeFor24Of31 = 692_000_000
)

// pretend is the environment of a machine whose card has so many bytes free, and
// refuses more than so many layers.
func pretend(t *testing.T, free uint64, takes int) string {
	t.Helper()
	text, err := json.Marshal(runner.Pretend{Takes: takes, Devices: []llama.Device{
		{Name: "Card0", Description: "a card for tests", GPU: true, FreeBytes: free, TotalBytes: 8e9}}})
	if err != nil {
		t.Fatal(err)
	}
	return "NOTSO_PRETEND=" + string(text)
}

// From the header of a file, far away or here, to the words in the window and in
// the terminal.
func TestTheVerdictTellsHowManyLayersTheCardHolds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "SmolLM3-Q4_K_M.gguf")
	shape, _ := synthetic.Find("smollm3-3b")
	if err := synthetic.WriteHollow(file, shape); err != nil {
		t.Fatal(err)
	}
	hub := httptest.NewServer(hubOf(t, "some/SmolLM3-GGUF", file))
	t.Cleanup(func() { hub.CloseClientConnections(); hub.Close() })
	folder := newHome(t, 30)
	setMirror(t, folder, hub.URL)
	card := pretend(t, freeFor24Of37, 0)
	want := "Fits with 24 of 37 layers on the graphics card"

	w := start(t, folder, card)
	w.openModels()
	if err := w.keys(w.find("#section-search input[name=q]"), "some/SmolLM3-GGUF"+enter); err != nil {
		t.Fatal(err)
	}
	w.press(`#found button[hx-get^="/models/judge"]`)
	w.says("of a model of the hub", "#verdict-0", want)
	show := func(name string) string {
		cmd := exec.Command(bench.binary, "models", "show", name)
		cmd.Env = environment(folder, card)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if err := os.Symlink(file, filepath.Join(folder, "data", "models", filepath.Base(file))); err != nil {
		t.Fatal(err)
	}
	if got := show("SmolLM3-Q4_K_M"); !strings.Contains(got, strings.ToLower(want[:1])+want[1:]) {
		t.Errorf("the terminal says\n%s", got)
	}
	w.quit()

	w = start(t, folder, card)
	w.openModels()
	w.about("SmolLM3-Q4_K_M")
	w.says("of a file that is here", "dialog.anatomy", want)
	w.picture()
}

// A card whose memory was taken since it was asked refuses what it should hold.
func TestACardThatRefusesGetsFewerLayersAndTheWindowSaysSo(t *testing.T) {
	folder := newHome(t, 30)
	w := start(t, folder, pretend(t, freeFor24Of31, 12))
	w.find(".pill[data-state=ready]")
	w.openModels()
	w.about("SmolLM2-135M-Instruct")
	w.says("where the model is", "dialog.anatomy", "Loaded now on Card0, CPU (")
	w.says("what the card took", "dialog.anatomy", "10 of 31 layers on the graphics card, which refused more, with a context of 8,192 tokens.")
	w.picture()
	w.press("dialog.anatomy [data-close]")
	w.press("#models [data-leave]")
	w.say("What is the capital of France? Answer in one short sentence.")
	if answer := w.reply("done"); !strings.Contains(answer, "Paris") {
		t.Errorf("it answers %q", answer)
	}
}

// hubOf has one file, which is sent in parts as asked.
func hubOf(t *testing.T, repository, file string) http.Handler {
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(file)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/models/"+repository+"/tree/main", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `[{"type": "file", "path": %q, "size": 1, "lfs": {"oid": "%064x", "size": %d}}]`, name, 1, info.Size())
	})
	mux.HandleFunc("GET /"+repository+"/resolve/main/"+name, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		http.ServeFile(w, r, file)
	})
	return mux
}
