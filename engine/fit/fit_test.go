package fit

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"notso/engine"
	"notso/engine/gguf"
	"notso/engine/synthetic"
)

func tiny(t *testing.T, architecture string) *gguf.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), architecture+".gguf")
	if err := synthetic.Write(path, synthetic.Tiny(architecture)); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Check(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestVerdicts(t *testing.T) {
	f := tiny(t, "llama") // 4 layers and the output
	need := Estimate(f, Settings{Context: 8192})
	layer := layerSizes(f, 8192, "")[3]
	gpuBuffers := computeBytes(f, 8192, GPUBatchTokens) + GPUReserve
	const gib = 1 << 30
	for _, test := range []struct {
		name       string
		machine    Machine
		settings   Settings
		want       engine.FitKind
		wantLayers int
		wantLength int
	}{
		{"plenty of memory", Machine{RAM: 64 * gib}, Settings{}, engine.FitsCPU, 0, 8192},
		{"memory unknown", Machine{}, Settings{}, engine.FitsCPU, 0, 8192},
		{"just enough for the shortest context", Machine{RAM: 2 * gib}, Settings{}, engine.FitsCPU, 0, 8192},
		{"not even that", Machine{RAM: need.Process}, Settings{}, engine.FitsNot, 0, ShortestContext},
		{"a large GPU", Machine{RAM: 8 * gib, GPUs: []int64{8 * gib}}, Settings{Context: 8192}, engine.FitsGPU, 5, 8192},
		{"a GPU for the output and two layers", Machine{RAM: 8 * gib, GPUs: []int64{gpuBuffers + layerSizes(f, 8192, "")[4] + 2*layer + layer/2}}, Settings{Context: 8192}, engine.FitsPartly, 3, 8192},
		{"a GPU that is full", Machine{RAM: 8 * gib, GPUs: []int64{GPUReserve}}, Settings{Context: 8192}, engine.FitsCPU, 0, 8192},
		{"a GPU that is not wanted", Machine{RAM: 8 * gib, GPUs: []int64{8 * gib}}, Settings{Context: 8192, GPULayers: -1}, engine.FitsCPU, 0, 8192},
		{"little memory, but a large GPU", Machine{RAM: gib / 8, GPUs: []int64{8 * gib}}, Settings{Context: 8192}, engine.FitsGPU, 5, 8192},
	} {
		v := Judge(f, test.settings, test.machine)
		if v.Kind != test.want || v.GPULayers != test.wantLayers || v.Layers != 5 || v.Context != test.wantLength {
			t.Errorf("%s: %+v", test.name, v)
		}
	}
}

func TestSpeedIsTheMemorys(t *testing.T) {
	f := tiny(t, "smollm3")
	bytes := float64(BytesPerToken(f))
	if v := Judge(f, Settings{}, Machine{BytesPerSecond: 100 * bytes}); v.TokensPerSecond < 85 || v.TokensPerSecond > 95 {
		t.Errorf("%.1f tokens a second of the 100 that the memory allows", v.TokensPerSecond)
	}
	if v := Judge(f, Settings{}, Machine{BytesPerSecond: 1e6 * bytes}); v.TokensPerSecond > 1/(4*layerCost) {
		t.Errorf("%.0f tokens a second, though each takes the work of 4 layers", v.TokensPerSecond)
	}
	if v := Speed(1.9e9, 36, 128_256, 38e9); v < 15 || v > 19.2 {
		t.Errorf("%.1f tokens a second of SmolLM3-3B, want a little less than the 19.2 measured where nothing is drawn", v)
	}
	if v := Judge(f, Settings{}, Machine{}); v.TokensPerSecond != 0 {
		t.Errorf("%.1f tokens a second of a memory that was not measured", v.TokensPerSecond)
	}
	if v := Judge(f, Settings{}, Machine{BytesPerSecond: 1, GPUs: []int64{1 << 40}}); v.TokensPerSecond != 0 {
		t.Errorf("the processor has no part in it, but %.1f tokens a second", v.TokensPerSecond)
	}
}

func TestEightBitsTakeHalfTheCache(t *testing.T) {
	f := tiny(t, "qwen3")
	whole, half := Estimate(f, Settings{Context: 4096}), Estimate(f, Settings{Context: 4096, KVType: "q8_0"})
	if ratio := float64(half.KV) / float64(whole.KV); ratio < 0.53 || ratio > 0.54 {
		t.Errorf("q8_0 takes %.3f of f16", ratio)
	}
	if Longest(f, "q8_0", 2<<30) < Longest(f, "", 2<<30) {
		t.Error("and the context is shorter")
	}
}

func TestLayersWithoutAttentionHaveAState(t *testing.T) {
	f := tiny(t, "lfm2") // three of four layers are convolutions
	if n := f.Summary().KVBytesPerToken; n != 512 {
		t.Errorf("%d bytes of each token, want those of one layer", n)
	}
	if n := stateBytes(f); n != 3*4*2*256 {
		t.Errorf("a state of %d bytes", n)
	}
}

// beginning is a file of which only the first bytes are here.
type beginning struct {
	file io.ReaderAt
	have int64
}

func (b beginning) ReadAt(p []byte, off int64) (int, error) {
	if off >= b.have {
		return 0, io.EOF
	}
	n, err := b.file.ReadAt(p[:min(int64(len(p)), b.have-off)], off)
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

func TestTheBeginningOfAFileIsEnough(t *testing.T) {
	whole := tiny(t, "gemma3")
	file, err := os.Open(whole.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f, err := gguf.ReadFrom("far/away.gguf", beginning{file, whole.DataOffset}, whole.Size)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Estimate(f, Settings{Context: 4096}), Estimate(whole, Settings{Context: 4096}); got != want {
		t.Errorf("estimated %+v, with the whole file %+v", got, want)
	}
	if _, err := gguf.ReadFrom("far/away.gguf", beginning{file, whole.DataOffset / 2}, whole.Size); !errors.Is(err, gguf.ErrShort) {
		t.Errorf("half a header: %v", err)
	}
}

func TestABandwidthIsRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache", "bandwidth.json")
	first := KnownBandwidth(path)
	if first < 1e8 {
		t.Fatalf("%g bytes a second", first)
	}
	if again := KnownBandwidth(path); again != first {
		t.Errorf("%g, then %g", first, again)
	}
	for _, bad := range []string{"", "{", `{"cpus":1000000,"arch":"z80","bytes_per_second":1e10}`, `{"bytes_per_second":-1}`} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := KnownBandwidth(path); got < 1e8 || got == 1e10 {
			t.Errorf("%q gives %g", bad, got)
		}
	}
}
