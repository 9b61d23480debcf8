package synthetic

import (
	"crypto/sha256"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"notso/engine/gguf"
	"notso/engine/llama"
)

func TestSmolLM3HasTheSizeOfTheRealFile(t *testing.T) {
	shape, ok := Find("smollm3-3b")
	if !ok {
		t.Fatal("the shape is missing")
	}
	path := filepath.Join(t.TempDir(), "head.gguf")
	if err := WriteHollow(path, shape); err != nil {
		t.Fatal(err)
	}
	if _, err := gguf.Check(path); err != nil {
		t.Errorf("a hollow file is refused: %v", err)
	}
	f, err := gguf.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	var bytes, weights uint64
	types := map[gguf.TensorType]int{}
	for _, tensor := range f.Tensors {
		bytes += tensor.Size
		weights += tensor.Elements()
		types[tensor.Type]++
	}
	// The Q4_K_M file of SmolLM3-3B has 326 tensors and 1.915 GB, of which the
	// vocabulary and the template take 8 MB.
	if len(f.Tensors) != 326 || weights != 3_075_098_624 || bytes < 1_900e6 || bytes > 1_915e6 {
		t.Errorf("%d tensors of %d weights and %d bytes", len(f.Tensors), weights, bytes)
	}
	if want := map[gguf.TensorType]int{gguf.F32: 73, q4K: 216, q6K: 37}; types[gguf.F32] != want[gguf.F32] || types[q4K] != want[q4K] || types[q6K] != want[q6K] {
		t.Errorf("the types are %v, want %v", types, want)
	}
	if s := f.Summary(); s.Quantisation != "Q4_K_M" || s.KVBytesPerToken != 73_728 {
		t.Errorf("the summary is %+v", s)
	}
}

func TestTheSameShapeGivesTheSameFile(t *testing.T) {
	a, b := writeTiny(t), writeTiny(t)
	if sum(t, a) != sum(t, b) {
		t.Error("two files of one shape differ")
	}
	if _, err := gguf.Check(a); err != nil {
		t.Error(err)
	}
}

func TestALlamaReadsIt(t *testing.T) {
	dir, err := filepath.Abs("../../build/engine")
	if err != nil {
		t.Fatal(err)
	}
	library, err := llama.Open(dir)
	if err != nil {
		t.Fatalf("%v\nrun make build first", err)
	}
	m, err := library.LoadModel(t.Context(), writeTiny(t), llama.ModelOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	const text = "<|im_start|>user\nWhy is the sky blue? Größe 42<|im_end|>\n"
	v := m.Vocab()
	tokens := v.TokenizePrompt(text)
	var back []byte
	for _, token := range tokens {
		back = v.AppendPiece(back, token, true)
	}
	if string(back) != text {
		t.Errorf("%q comes back as %q", text, back)
	}
	if n := len(v.Tokenize("everything about mountains")); n > 14 {
		t.Errorf("26 letters are %d tokens: the merges do nothing", n)
	}
	end := llama.Token(v.Size() - specials + turnEnd)
	if !v.IsEnd(end) || tokens[len(tokens)-1-len(v.TokenizeMore("\n"))] != end {
		t.Errorf("<|im_end|> is not the token %d that ends a reply", end)
	}

	c, err := m.NewContext(llama.ContextOptions{Length: 256, Sequences: 1, BatchTokens: 64, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	batch := library.NewBatch(64)
	defer batch.Close()
	last := 0
	for i, token := range tokens {
		if last, err = batch.Add(token, i, 0, i == len(tokens)-1); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Decode(batch); err != nil {
		t.Fatal(err)
	}
	logits, err := c.Logits(last)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(logits, func(x float32) bool { return math.IsNaN(float64(x)) || math.Abs(float64(x)) > 100 }) {
		t.Error("some logits are no numbers, or beyond all bounds")
	}
	if slices.Max(logits) <= 0 || logits[end] != 0 {
		t.Errorf("the likeliest token has the logit %g, the end of a reply %g: replies could end early", slices.Max(logits), logits[end])
	}
}

func writeTiny(t *testing.T) string {
	t.Helper()
	shape, _ := Find("tiny")
	path := filepath.Join(t.TempDir(), "tiny.gguf")
	if err := Write(path, shape); err != nil {
		t.Fatal(err)
	}
	return path
}

func sum(t *testing.T, path string) [32]byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(data)
}
