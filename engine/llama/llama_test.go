package llama

import (
	"os"
	"path/filepath"
	"testing"

	"notso/engine"
)

// starterModel is the file that `make setup` fetches.
const starterModel = "SmolLM2-135M-Instruct.Q4_1.gguf"

// root is the repository's folder.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

func openLibrary(t testing.TB) *Library {
	t.Helper()
	l, err := Open(filepath.Join(root(t), "build", "engine"))
	if err != nil {
		t.Fatalf("%v\nrun `make engine model` first", err)
	}
	return l
}

func openModel(t testing.TB) *Model {
	t.Helper()
	m, err := openLibrary(t).LoadModel(t.Context(), filepath.Join(root(t), "models", starterModel), ModelOptions{}, nil)
	if err != nil {
		t.Fatalf("%v\nrun `make engine model` first", err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func openContext(t testing.TB, m *Model, opts ContextOptions) *Context {
	t.Helper()
	if opts.BatchTokens == 0 {
		opts.BatchTokens = 64
	}
	if opts.Sequences == 0 {
		opts.Sequences = 4
	}
	if opts.Threads == 0 {
		opts.Threads = 1 // more wait for each other on a busy machine
	}
	c, err := m.NewContext(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// evaluate decodes tokens at the end of a sequence that has n, and returns the
// batch index of the last.
func evaluate(t testing.TB, c *Context, s Sequence, n int, tokens []Token) int {
	t.Helper()
	last, err := tryEvaluate(c, s, n, tokens)
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func tryEvaluate(c *Context, s Sequence, n int, tokens []Token) (last int, err error) {
	b := c.library.NewBatch(len(tokens))
	defer b.Close()
	for i, token := range tokens {
		if last, err = b.Add(token, n+i, s, i == len(tokens)-1); err != nil {
			return 0, err
		}
	}
	return last, c.Decode(b)
}

// write returns the next k greedy tokens of a sequence that has n, the last of
// them at batch index last.
func write(t testing.TB, m *Model, c *Context, s Sequence, n, last, k int) []Token {
	t.Helper()
	sampler, err := m.NewSampler(engine.Sampling{}, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	defer sampler.Close()
	var written []Token
	for range k {
		token := sampler.Sample(c, last)
		written = append(written, token)
		last = evaluate(t, c, s, n, written[len(written)-1:])
		n++
	}
	return written
}
