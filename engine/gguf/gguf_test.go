package gguf_test

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"notso/engine/gguf"
)

func TestReadGivesBackWhatWasWritten(t *testing.T) {
	var w gguf.Writer
	w.Set("u8", uint8(200))
	w.Set("i8", int8(-3))
	w.Set("u16", uint16(40000))
	w.Set("i16", int16(-300))
	w.Set("u32", uint32(1<<31))
	w.Set("i32", int32(-1))
	w.Set("u64", uint64(math.MaxUint64))
	w.Set("i64", int64(-5))
	w.Set("f32", float32(0.5))
	w.Set("f64", 0.25)
	w.Set("yes", true)
	w.Set("text", "größer\n")
	w.Set("texts", []string{"a", "", "c d"})
	w.Set("none", []string{})
	w.Set("numbers", []int32{1, 2, 3})
	w.Set("wide", []uint64{1 << 40})
	w.Set("flags", []bool{true, false})
	w.Set("negative", []int16{1, -1})
	w.Add("first", gguf.F32, []uint64{3}, gguf.Float32s([]float32{1, 2, 3}))
	w.Add("second", gguf.F16, []uint64{2, 2}, func(w io.Writer) error { _, err := io.WriteString(w, "abcdefgh"); return err })
	path := filepath.Join(t.TempDir(), "all.gguf")
	if err := w.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Version != 3 || f.Alignment != 32 || f.DataOffset%32 != 0 || len(f.Keys()) != 18 || f.Keys()[0] != "u8" {
		t.Errorf("version %d, alignment %d, data at %d, keys %v", f.Version, f.Alignment, f.DataOffset, f.Keys())
	}
	for key, want := range map[string]uint64{"u8": 200, "u16": 40000, "u32": 1 << 31, "u64": math.MaxUint64} {
		if n, ok := f.Uint(key); !ok || n != want {
			t.Errorf("%s is %d, %v; want %d", key, n, ok, want)
		}
	}
	for _, key := range []string{"i8", "i16", "i32", "i64", "text", "f32", "missing"} {
		if n, ok := f.Uint(key); ok {
			t.Errorf("%s is the number %d, want none", key, n)
		}
	}
	if x, ok := f.Float("f32"); !ok || x != 0.5 {
		t.Errorf("f32 is %v, %v", x, ok)
	}
	if x, ok := f.Float("f64"); !ok || x != 0.25 {
		t.Errorf("f64 is %v, %v", x, ok)
	}
	if b, ok := f.Bool("yes"); !ok || !b {
		t.Errorf("yes is %v, %v", b, ok)
	}
	if s, ok := f.Text("text"); !ok || s != "größer\n" {
		t.Errorf("text is %q, %v", s, ok)
	}
	if list, ok := f.Strings("texts"); !ok || !slices.Equal(list, []string{"a", "", "c d"}) {
		t.Errorf("texts is %q, %v", list, ok)
	}
	if list, ok := f.Strings("none"); !ok || len(list) != 0 {
		t.Errorf("none is %q, %v", list, ok)
	}
	for key, want := range map[string][]uint64{"numbers": {1, 2, 3}, "wide": {1 << 40}, "flags": {1, 0}, "u8": {200}} {
		if list, ok := f.Uints(key); !ok || !slices.Equal(list, want) {
			t.Errorf("%s is %v, %v; want %v", key, list, ok, want)
		}
	}
	if list, ok := f.Uints("negative"); ok {
		t.Errorf("negative is %v, want none", list)
	}
	want := []gguf.Tensor{
		{Name: "first", Type: gguf.F32, Dims: []uint64{3}, Offset: 0, Size: 12},
		{Name: "second", Type: gguf.F16, Dims: []uint64{2, 2}, Offset: 32, Size: 8},
	}
	if !reflect.DeepEqual(f.Tensors, want) {
		t.Errorf("tensors are %+v, want %+v", f.Tensors, want)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := b[f.DataOffset+32:][:8]; string(got) != "abcdefgh" {
		t.Errorf("the second tensor holds %q", got)
	}
}

func TestWriterRefuses(t *testing.T) {
	nothing := func(io.Writer) error { return nil }
	for _, tt := range []struct {
		name string
		fill func(*gguf.Writer)
		want string
	}{
		{"a value that GGUF cannot hold", func(w *gguf.Writer) { w.Set("k", struct{}{}); w.Set("l", true) }, "no GGUF type"},
		{"too little data", func(w *gguf.Writer) { w.Add("x", gguf.F32, []uint64{2}, nothing) }, "0 bytes of data for 8"},
		{"too much data", func(w *gguf.Writer) { w.Add("x", gguf.F32, []uint64{1}, gguf.Float32s(make([]float32, 2))) }, "8 bytes of data for 4"},
		{"data that fails", func(w *gguf.Writer) {
			w.Add("x", gguf.F32, []uint64{1}, func(io.Writer) error { return io.ErrUnexpectedEOF })
		}, "unexpected EOF"},
		{"no dimensions", func(w *gguf.Writer) { w.Add("x", gguf.F32, nil, nothing) }, "impossible"},
		{"a name that is too long", func(w *gguf.Writer) { w.Add(strings.Repeat("x", 64), gguf.F32, []uint64{1}, nothing) }, "impossible"},
		{"rows that are no blocks", func(w *gguf.Writer) { w.Add("x", q4_1, []uint64{33}, nothing) }, "32 at a time"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			var w gguf.Writer
			tt.fill(&w)
			err := w.WriteFile(filepath.Join(dir, "m.gguf"))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("%s was left behind", left[0].Name())
			}
		})
	}
}

func TestSummary(t *testing.T) {
	m := newModel()
	m.set("llama.block_count", uint32(36)) // the shape of SmolLM3-3B
	m.set("llama.embedding_length", uint32(2048))
	m.set("llama.context_length", uint32(65536))
	m.set("llama.attention.head_count", uint32(16))
	m.set("llama.attention.head_count_kv", uint32(4))
	m.set("general.file_type", uint32(15))
	f, err := gguf.Read(m.write(t))
	if err != nil {
		t.Fatal(err)
	}
	want := gguf.Summary{
		Name: "Tiny", Architecture: "llama", Parameters: 64*4 + 64 + 64*64, Quantisation: "Q4_K_M",
		TrainedContext: 65536, Template: "{{ messages[0].content }}", KVBytesPerToken: 73728,
	}
	if got := f.Summary(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSummaryOfWhatTheFileDoesNotTell(t *testing.T) {
	m := newModel()
	m.set("general.name", nil)
	m.set("tokenizer.chat_template", nil)
	m.set("llama.block_count", uint32(2))
	m.set("llama.attention.head_count", []uint32{4, 0})
	m.set("llama.attention.head_count_kv", []uint32{2, 0})
	m.tensors[2].kind = q4_1
	f, err := gguf.Read(m.write(t))
	if err != nil {
		t.Fatal(err)
	}
	s := f.Summary()
	if s.Name != "tiny" || s.Template != "" {
		t.Errorf("name %q, template %q", s.Name, s.Template)
	}
	if s.Quantisation != "Q4_1" {
		t.Errorf("quantisation %q, want that of most weights", s.Quantisation)
	}
	if s.KVBytesPerToken != 2*2*(16+16) {
		t.Errorf("%d bytes a token, want those of the one layer with heads", s.KVBytesPerToken)
	}
}

func TestFingerprint(t *testing.T) {
	path := newModel().write(t)
	original, err := gguf.Fingerprint(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		change   func(b []byte) []byte
		wantSame bool
	}{
		{"a copy", func(b []byte) []byte { return b }, true},
		{"another name in the header", func(b []byte) []byte { return bytes.Replace(b, []byte("Tiny"), []byte("Teny"), 1) }, false},
		{"other weights", func(b []byte) []byte { b[len(b)-64*64*2] = 1; return b }, false},
		{"a longer file", func(b []byte) []byte { return append(b, 0) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "other.gguf")
			if err := os.WriteFile(path, tt.change(bytes.Clone(b)), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := gguf.Fingerprint(path)
			if err != nil {
				t.Fatal(err)
			}
			if (got == original) != tt.wantSame {
				t.Errorf("got %s, the original has %s", got, original)
			}
		})
	}
}

// TestArchitectures finds every architecture that the check lets pass in the
// library that would have to load it.
func TestArchitectures(t *testing.T) {
	names, err := os.ReadFile("architectures.txt")
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Fields(string(names))
	if !slices.IsSorted(list) || len(list) < 100 {
		t.Fatalf("the list of %d architectures is not sorted or not whole", len(list))
	}
	libraries, err := filepath.Glob("../../build/engine/libllama.*v0.4.0*")
	if err != nil {
		t.Fatal(err)
	}
	if len(libraries) == 0 {
		t.Skip("the engine libraries are not staged")
	}
	library, err := os.ReadFile(libraries[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range list {
		if !bytes.Contains(library, []byte(name+"\x00")) {
			t.Errorf("llama.cpp does not know %q", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	b, err := os.ReadFile(newModel().write(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte("GGUF\x03\x00\x00\x00"))
	for _, at := range []int{8, 16, 24, 60, 400} {
		spoilt := bytes.Clone(b)
		spoilt[at] ^= 0x80
		f.Add(spoilt)
	}
	path := filepath.Join(f.TempDir(), "fuzzed.gguf")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := gguf.Read(path)
		if err != nil {
			return
		}
		file.Summary()
		for _, key := range file.Keys() {
			file.Strings(key)
			file.Uints(key)
			file.Uint(key)
			file.Float(key)
			file.Bool(key)
			file.Text(key)
		}
		gguf.Check(path)
		gguf.Fingerprint(path)
	})
}

// BenchmarkCheck reads the header of a model with a vocabulary as large as
// SmolLM3's.
func BenchmarkCheck(b *testing.B) {
	m := newModel()
	tokens := make([]string, 128_256)
	types := make([]int32, len(tokens))
	merges := make([]string, 280_000)
	for i := range tokens {
		tokens[i] = "token" + strconv.Itoa(i)
	}
	for i := range merges {
		merges[i] = "some " + strconv.Itoa(i)
	}
	m.set("tokenizer.ggml.tokens", tokens)
	m.set("tokenizer.ggml.token_type", types)
	m.set("tokenizer.ggml.merges", merges)
	m.tensors[0].dims[1] = uint64(len(tokens))
	path := m.write(b)
	for b.Loop() {
		if _, err := gguf.Check(path); err != nil {
			b.Fatal(err)
		}
	}
}
