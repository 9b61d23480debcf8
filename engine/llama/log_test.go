package llama

import "testing"

func TestClause(t *testing.T) {
	for line, want := range map[string]string{
		"gguf_init: invalid magic characters: 'modu', expected 'GGUF'":               "invalid magic characters: 'modu', expected 'GGUF'",
		"llama_model_load: error loading model: unknown model architecture: 'other'": "unknown model architecture: 'other'",
		"out of memory\n": "out of memory",
	} {
		if got := clause(line); got != want {
			t.Errorf("of %q: %q, want %q", line, got, want)
		}
	}
}

func TestBackendName(t *testing.T) {
	got, ok := backendName("load_backend: loaded CPU backend from /x/libggml-cpu-zen4.so\n")
	if !ok || got != "zen4" {
		t.Errorf("got %q %v, want zen4", got, ok)
	}
	if _, ok := backendName("load_backend: loaded CUDA backend from /x/libggml-cuda.so\n"); ok {
		t.Error("another backend was taken for the CPU's")
	}
}
