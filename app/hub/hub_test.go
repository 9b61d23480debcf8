package hub

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/app/fetch"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, repository, file, quantisation string }{
		{"ggml-org/SmolLM3-3B-GGUF", "ggml-org/SmolLM3-3B-GGUF", "", ""},
		{" ggml-org/SmolLM3-3B-GGUF:Q8_0 ", "ggml-org/SmolLM3-3B-GGUF", "", "Q8_0"},
		{"hf:ggml-org/SmolLM3-3B-GGUF/SmolLM3-Q8_0.gguf", "ggml-org/SmolLM3-3B-GGUF", "SmolLM3-Q8_0.gguf", ""},
		{"https://" + Host + "/ggml-org/SmolLM3-3B-GGUF", "ggml-org/SmolLM3-3B-GGUF", "", ""},
		{"https://" + Host + "/ggml-org/SmolLM3-3B-GGUF/tree/main", "ggml-org/SmolLM3-3B-GGUF", "", ""},
		{"https://" + Host + "/a/b/blob/main/Q4/c%20d.gguf?download=true", "a/b", "Q4/c d.gguf", ""},
		{"hf.co/a/b:q4_k_m", "a/b", "", "q4_k_m"},
		{"https://elsewhere.example/a/b", "", "", ""},
		{"a/../b", "a/..", "", ""},
		{"a/b/../../c.gguf", "", "", ""},
		{"smollm3", "", "", ""},
		{"", "", "", ""},
	} {
		ref, quantisation, ok := Parse(tt.text)
		if tt.repository == "a/.." {
			tt.repository = ""
		}
		if ok != (tt.repository != "") || ref.Repository != tt.repository || ref.File != tt.file || quantisation != tt.quantisation {
			t.Errorf("%q reads as %+v %q %v, want %q %q %q", tt.text, ref, quantisation, ok, tt.repository, tt.file, tt.quantisation)
		}
	}
}

func TestModelsOfARepository(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	h := served(t, map[string]string{"/api/models/a/b/tree/main": `[
		{"type":"directory","path":"Q8"},
		{"type":"file","path":"README.md","size":9},
		{"type":"file","path":"Q8/m-Q8_0-00002-of-00002.gguf","size":1,"lfs":{"oid":"` + sum + `","size":30}},
		{"type":"file","path":"Q8/m-Q8_0-00001-of-00002.gguf","size":1,"lfs":{"oid":"` + sum + `","size":20}},
		{"type":"file","path":"m-UD-Q4_K_XL.gguf","size":1,"lfs":{"oid":"` + sum + `","size":10}},
		{"type":"file","path":"mmproj-m-f16.gguf","size":1},
		{"type":"file","path":"..gguf","size":1},
		{"type":"file","path":"evil\n.gguf","size":1},
		{"type":"file","path":"odd.gguf","size":60,"lfs":{"oid":"not hex","size":1}}]`})
	models, err := h.Models(context.Background(), "a/b")
	if err != nil || len(models) != 3 {
		t.Fatalf("models are %+v, %v; want three", models, err)
	}
	small, split, odd := models[0], models[1], models[2]
	if small.Name != "m-UD-Q4_K_XL" || small.SizeBytes != 10 || small.Files[0].SHA256 != sum || small.Files[0].Quantisation != "UD-Q4_K_XL" {
		t.Errorf("the small one is %+v", small)
	}
	if split.Name != "m-Q8_0" || split.SizeBytes != 50 || len(split.Files) != 2 || split.Files[0].Quantisation != "Q8_0" || split.Files[0].Path != "Q8/m-Q8_0-00002-of-00002.gguf" {
		t.Errorf("the split one is %+v", split)
	}
	if odd.SizeBytes != 60 || odd.Files[0].SHA256 != "" {
		t.Errorf("a checksum that is none is kept: %+v", odd)
	}
}

func TestARepositoryWithoutModels(t *testing.T) {
	h := served(t, map[string]string{"/api/models/a/b/tree/main": `[{"type":"file","path":"model.safetensors","size":9}]`, "/api/models/a/c/tree/main": `{"error":1}`})
	if _, err := h.Models(context.Background(), "a/b"); !errors.Is(err, ErrNoModels) {
		t.Errorf("it gave %v, want ErrNoModels", err)
	}
	var content *fetch.ContentError
	if _, err := h.Models(context.Background(), "a/c"); !errors.As(err, &content) {
		t.Errorf("an answer of another shape gave %v", err)
	}
	var status *fetch.StatusError
	if _, err := h.Models(context.Background(), "a/d"); !errors.As(err, &status) || status.Code != 404 {
		t.Errorf("a repository that is not there gave %v", err)
	}
}

func TestSearch(t *testing.T) {
	h := served(t, map[string]string{"/api/models": `[
		{"id":"a/b","downloads":7,"likes":2,"gated":"manual","tags":["gguf","license:mit"]},
		{"id":"<script>","downloads":1},
		{"id":"c/d","gated":false}]`})
	found, err := h.Search(context.Background(), "smol & more")
	if err != nil || len(found) != 2 || !found[0].Gated || found[0].Licence != "mit" || found[1].Gated {
		t.Errorf("found %+v, %v", found, err)
	}
}

// The hub's host stands in one place, so that a mirror replaces all of it.
func TestTheHostIsNamedOnce(t *testing.T) {
	for _, pattern := range []string{"../*.go", "../*/*.go", "../../*.go", "../../engine/*.go", "../../engine/*/*.go", "../../frontend/*/*", "../library/*.json"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err == nil && strings.Contains(string(source), `"huggingface`+`.co`) && filepath.Base(file) != "hub.go" {
				t.Errorf("%s names the hub's host", file)
			}
		}
	}
}

func TestTrusted(t *testing.T) {
	for text, want := range map[string]string{"": "", "https://Mirror.example/": "https://mirror.example", "http://127.0.0.1:80": "http://127.0.0.1"} {
		if got, err := Trusted(text); got != want || err != nil {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"mirror.example", "ftp://mirror.example", "https://user:secret@mirror.example", "https://mirror.example/?x"} {
		if _, err := Trusted(text); err == nil {
			t.Errorf("%q is taken for a mirror", text)
		}
	}
}

func served(t *testing.T, answers map[string]string) *Hub {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := answers[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(text))
	}))
	t.Cleanup(server.Close)
	trusted, err := Trusted(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := fetch.NewClient(fetch.ClientOptions{Policy: fetch.Policy{Trusted: trusted}})
	t.Cleanup(client.Close)
	return New(client, server.URL)
}
