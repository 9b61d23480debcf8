package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/enginetest"
	"notso/engine/fit"
	"notso/engine/gguf"
	"notso/engine/llama"
	"notso/engine/scripted"
)

func TestLoadDescribesTheModel(t *testing.T) {
	r := newRunner(t)
	path := filepath.Join(root(t), starterModel)
	var progress []float64
	info, err := r.Load(t.Context(), path, engine.LoadOptions{Threads: 1}, func(f float64) { progress = append(progress, f) })
	if err != nil {
		t.Fatalf("%v\nrun `make engine model` first", err)
	}
	if !slices.IsSorted(progress) || len(progress) < 2 || progress[len(progress)-1] != 1 {
		t.Errorf("progress was %v, want rising fractions that end with 1", progress)
	}
	if info.Path != path || info.Name == "" || info.Architecture != "llama" || info.Quantisation != "Q4_1" ||
		info.Parameters < 130e6 || info.Parameters > 140e6 || info.SizeBytes != 98362432 ||
		info.TrainedContext != 8192 || info.ContextLength != 8192 || info.Hash == "" ||
		info.EngineBuild != "llama.cpp v0.4.0" || info.Template != "model" || info.Thinks || info.Tools ||
		info.Sampling.Temperature != 0.6 {
		t.Errorf("got %+v", info)
	}
	if len(info.Devices) != 1 || !strings.HasPrefix(info.Devices[0], "CPU (") {
		t.Errorf("devices are %q, want the processor and its backend", info.Devices)
	}
}

func TestLoadOptionsAreKept(t *testing.T) {
	r := newRunner(t)
	path := filepath.Join(root(t), starterModel)
	opts := engine.LoadOptions{ContextLength: 512, KVType: "q8_0", Threads: 1, Template: "{{ messages[0].content }}"}
	info, err := r.Load(t.Context(), path, opts, nil)
	if err != nil {
		t.Fatal(err)
	}
	if info.ContextLength != 512 || info.Template != "override" {
		t.Errorf("got %+v", info)
	}
	if n := len(tokensOf(t, r, greedy(0, "one two three"))); n != 3 {
		t.Errorf("the prompt of the template that was given has %d tokens, want 3", n)
	}
	if o := reply1(t, r, greedy(4, "Once upon a time, there was")); o.done.Usage.ReplyTokens != 4 {
		t.Errorf("with a q8_0 cache the reply ended with %+v", o.done)
	}
}

func TestLoadRefuses(t *testing.T) {
	starter := filepath.Join(root(t), starterModel)
	var file *engine.ModelFileError
	var unsupported *engine.UnsupportedError
	var template *engine.TemplateError
	tests := []struct {
		name string
		path string
		opts engine.LoadOptions
		as   any
	}{
		{"a missing file", "nowhere.gguf", engine.LoadOptions{}, &file},
		{"a file of another kind", filepath.Join(root(t), "go.mod"), engine.LoadOptions{}, &file},
		{"an unknown KV type", starter, engine.LoadOptions{KVType: "q3_0"}, &unsupported},
		{"a broken template", starter, engine.LoadOptions{Template: "{% if %}"}, &template},
	}
	for _, test := range tests {
		if _, err := newRunner(t).Load(t.Context(), test.path, test.opts, nil); !errors.As(err, test.as) {
			t.Errorf("%s: got %T %v", test.name, err, err)
		}
	}
}

func TestACancelledLoadLeavesNoModel(t *testing.T) {
	r := newRunner(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := r.Load(ctx, filepath.Join(root(t), starterModel), engine.LoadOptions{}, func(float64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := r.Measure(t.Context(), greedy(0, "Hi")); !errors.Is(err, engine.ErrNoModel) {
		t.Errorf("then Measure returns %v, want ErrNoModel", err)
	}
}

func TestTheNextModelTakesThePlaceOfTheFirst(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 512})
	first := r.model.info
	if _, err := r.Load(t.Context(), filepath.Join(root(t), "go.mod"), engine.LoadOptions{}, nil); err == nil {
		t.Fatal("go.mod was loaded")
	}
	if r.model == nil || r.model.info.Hash != first.Hash {
		t.Error("a file that cannot be a model drove out the one that was loaded")
	}
	path := filepath.Join(t.TempDir(), "scripted.gguf")
	if err := scripted.WriteModel(path, scripted.Plain()); err != nil {
		t.Fatal(err)
	}
	var info engine.ModelInfo
	var finish engine.Finish
	for e, err := range r.Reply(t.Context(), greedy(400, "Write the numbers from one to one thousand.")) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == engine.EventText && info.Hash == "" {
			if info, err = r.Load(t.Context(), path, engine.LoadOptions{Threads: 1}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if e.Done != nil {
			finish = e.Done.Finish
		}
	}
	if finish != engine.FinishStopped {
		t.Errorf("the reply of the first model ended with %q, want it stopped", finish)
	}
	if o := reply1(t, r, greedy(0, "Hi")); o.text != scripted.Plain().AnswerText() || o.done.ModelHash != info.Hash {
		t.Errorf("the second model wrote %q", o.text)
	}
}

func TestWithoutAModelThereIsAnError(t *testing.T) {
	r := newRunner(t)
	if _, err := collect(r.Reply(t.Context(), greedy(0, "Hi"))); !errors.Is(err, engine.ErrNoModel) {
		t.Errorf("Reply: %v", err)
	}
	if err := r.Warm(t.Context(), greedy(0, "Hi"), nil); !errors.Is(err, engine.ErrNoModel) {
		t.Errorf("Warm: %v", err)
	}
}

func TestTheContextIsTheLongestThatFits(t *testing.T) {
	file, err := gguf.Read(filepath.Join(root(t), starterModel))
	if err != nil {
		t.Fatal(err)
	}
	perToken := file.Summary().KVBytesPerToken
	room := func(n int, kv llama.KVType) int64 { // exactly enough for n tokens
		return fit.Estimate(file, fit.Settings{Context: n, KVType: string(kv)}).Total() + fit.Reserve(0)
	}
	tests := []struct {
		name      string
		opts      engine.LoadOptions
		kv        llama.KVType
		available int64
		want      int // 0: refused
	}{
		{"plenty", engine.LoadOptions{}, llama.KVFloat16, 1 << 40, 8192},
		{"unknown", engine.LoadOptions{}, llama.KVFloat16, 0, 8192},
		{"room for 4864 tokens", engine.LoadOptions{}, llama.KVFloat16, room(4864, llama.KVFloat16), 4864},
		{"a byte less", engine.LoadOptions{}, llama.KVFloat16, room(4864, llama.KVFloat16) - 1, 4608},
		{"in eight bits", engine.LoadOptions{}, llama.KVQuant8, room(7424, llama.KVQuant8), 7424},
		{"no room", engine.LoadOptions{}, llama.KVFloat16, 1 << 30, fit.ShortestContext},
		{"as asked", engine.LoadOptions{ContextLength: 3000}, llama.KVFloat16, 1 << 30, 3000},
		{"more than the model's own", engine.LoadOptions{ContextLength: 8193}, llama.KVFloat16, 1 << 40, 8192},
		{"more than there is memory", engine.LoadOptions{ContextLength: 8000}, llama.KVFloat16, 8000*perToken - 1, 0},
	}
	for _, test := range tests {
		p, err := choosePlace(file, test.opts, test.kv, nil, test.available)
		if refused := test.want == 0; err == nil && p.length != test.want || p.yarn != 0 || (err != nil) != refused {
			t.Errorf("%s: %+v, %v; want %d tokens", test.name, p, err, test.want)
		}
	}
}

func TestASmolLM3TakesTwiceItsContextWithYarn(t *testing.T) {
	script := scripted.Plain() // a smollm3 trained with 8192 tokens
	r := loadScripted(t, script, engine.LoadOptions{ContextLength: 16_384})
	if n := r.model.info.ContextLength; n != 16_384 {
		t.Errorf("the context has %d tokens", n)
	}
	req := greedy(0, strings.Repeat("long ", 2000))
	if o := reply1(t, r, req); o.text != script.AnswerText() || o.done.Usage.PromptTokens < 10_000 {
		t.Errorf("after %d tokens it wrote %q", o.done.Usage.PromptTokens, o.text)
	}
	path := r.model.info.Path
	file, err := gguf.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for length, want := range map[int]int{8192: 0, 8193: fit.YarnFactor, 16_384: fit.YarnFactor} {
		if p, err := choosePlace(file, engine.LoadOptions{ContextLength: length}, llama.KVFloat16, nil, 0); p.length != length || p.yarn != want || err != nil {
			t.Errorf("asked for %d: %+v, %v; want a factor of %d", length, p, err, want)
		}
	}
	info, err := r.Load(t.Context(), path, engine.LoadOptions{ContextLength: 20_000, Threads: 1}, nil)
	if err != nil || info.ContextLength != 16_384 || info.ContextAsked != 20_000 {
		t.Errorf("asked for more: %+v, %v", info, err)
	}
}

func TestLayersGoToTheGPUAsFarAsItsMemoryReaches(t *testing.T) {
	file, err := gguf.Read(filepath.Join(root(t), starterModel))
	if err != nil {
		t.Fatal(err)
	}
	cpu := llama.Device{Name: "CPU", FreeBytes: 1 << 40}
	gpu := func(free int64) llama.Device { return llama.Device{Name: "GPU", GPU: true, FreeBytes: uint64(free)} }
	need := fit.Estimate(file, fit.Settings{Context: 8192})
	const all = 31
	tests := []struct {
		name    string
		devices []llama.Device
		opts    engine.LoadOptions
		want    int // at least, and below 8 more
		why     engine.Placement
		runsOn  string
	}{
		{"no GPU", []llama.Device{cpu}, engine.LoadOptions{}, 0, engine.PlacedWell, "CPU"},
		{"a large GPU", []llama.Device{gpu(1 << 40), cpu}, engine.LoadOptions{}, all, engine.PlacedWell, "GPU CPU"},
		{"room for half beside the buffers", []llama.Device{gpu((need.Weights+need.KV)/2 + 450<<20), cpu}, engine.LoadOptions{}, 15, engine.PlacedMemory, "GPU CPU"},
		{"a full GPU", []llama.Device{gpu(1 << 20), cpu}, engine.LoadOptions{}, 0, engine.PlacedMemory, "CPU"},
		{"unwanted", []llama.Device{gpu(1 << 40), cpu}, engine.LoadOptions{GPULayers: -1}, 0, engine.PlacedAsked, "CPU"},
		{"as asked", []llama.Device{gpu(1 << 40), cpu}, engine.LoadOptions{GPULayers: 7}, 7, engine.PlacedAsked, "GPU CPU"},
		{"two GPUs with half each", []llama.Device{gpu((need.Weights+need.KV)/2 + 700<<20), gpu((need.Weights+need.KV)/2 + 700<<20), cpu}, engine.LoadOptions{}, all, engine.PlacedWell, "GPU GPU CPU"},
	}
	for _, test := range tests {
		p, err := choosePlace(file, test.opts, llama.KVFloat16, test.devices, 1<<40)
		if err != nil {
			t.Fatal(err)
		}
		if names := strings.Join(deviceNames(test.devices, p.layers), " "); p.layers < test.want || p.layers >= test.want+8 || p.all != all || p.placement != test.why || names != test.runsOn {
			t.Errorf("%s: %+v on %s, want %d layers on %s", test.name, p, names, test.want, test.runsOn)
		}
	}
}

func TestTheEstimateKnowsHowModelsAreLoaded(t *testing.T) {
	if fit.BatchTokens != prefillChunk+maxSequences || fit.GPUBatchTokens != prefillChunkGPU+maxSequences || fit.Sequences != maxSequences+1 {
		t.Errorf("package fit counts on batches of %d and %d tokens and %d sequences", fit.BatchTokens, fit.GPUBatchTokens, fit.Sequences)
	}
}

func TestADeviceThatRefusesGetsFewerLayers(t *testing.T) {
	refused := errors.New("cudaMalloc failed: out of memory")
	hopeless := &engine.UnsupportedError{What: "this"}
	tests := []struct {
		name      string
		takes     int // most layers that the device takes; negative: nothing works
		err       error
		want      int
		wantTries string
	}{
		{"takes all", 37, refused, 37, "[37]"},
		{"takes some", 20, refused, 16, "[37 24 16]"},
		{"takes none", 0, refused, 0, "[37 24 16 10 6 4 0]"},
		{"nothing works", -1, refused, 0, "[37 24 16 10 6 4 0]"},
		{"a reason that fewer layers do not mend", 20, hopeless, 37, "[37]"},
	}
	for _, test := range tests {
		var tries []int
		got, err := withFewer(37, func(layers int) error {
			tries = append(tries, layers)
			if layers <= test.takes {
				return nil
			}
			return test.err
		}, func(err error) bool { return err == error(hopeless) })
		if failed := test.takes < 0 || test.err == error(hopeless); got != test.want || fmt.Sprint(tries) != test.wantTries || (err != nil) != failed {
			t.Errorf("%s: %d layers, %v, after %v", test.name, got, err, tries)
		}
	}
}

func TestTheMachineIsKnown(t *testing.T) {
	if n := physicalCores(); n < 1 || n > 1024 {
		t.Errorf("%d cores", n)
	}
	if _, err := os.Stat("/proc/meminfo"); err == nil && systemMemory() < 1<<28 {
		t.Errorf("%d bytes of memory", systemMemory())
	}
}

func TestAModelInPartsIsLoadedByItsFirst(t *testing.T) {
	r := newRunner(t)
	first := enginetest.Split(t, enginetest.Model(t), 2)
	if _, err := r.Load(t.Context(), first, engine.LoadOptions{Threads: 1}, nil); err != nil {
		t.Fatal(err)
	}
	if o := reply1(t, r, greedy(3, "Count from 1 to 300.")); o.text != "1 2 3" {
		t.Errorf("it wrote %q", o.text)
	}
}
