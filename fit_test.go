package main

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"notso/app/shelf"
	"notso/engine"
	"notso/engine/enginetest"
	"notso/engine/fit"
	"notso/engine/gguf"
	"notso/engine/runner"
	"notso/engine/synthetic"
	"notso/engine/worker"
)

// fitModel names one more model to compare with its estimate, such as
// SmolLM3-3B.
const fitModel = "NOTSO_FIT_MODEL"

// programBytes is by how much what the program itself takes differs between machines,
// and from one day to the next: in which libraries it is, and how many of their pages
// the system maps when one is asked for. Of a model that takes 640 MB it is 5 %.
const programBytes = 32e6

// near tells whether an estimate is within 5 % of what was taken, or within what the
// program itself may take more or less.
func near(estimated, taken int64) bool {
	return math.Abs(float64(estimated-taken)) <= max(0.05*float64(taken), programBytes)
}

// What the estimate says of a model is what its worker takes, with the context full.
func TestEstimatesAreWhatModelsTake(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("this system does not tell what a process takes")
	}
	dir := t.TempDir()
	models := map[string][]int{starterFile: {512, 1024, 2048}}
	for _, architecture := range []string{"gemma3", "qwen3"} {
		path := filepath.Join(dir, architecture+".gguf")
		shape := synthetic.Tiny(architecture)
		// So large that the program itself is little of it; most are embeddings, which take no time.
		shape.Layers, shape.Width, shape.FeedForward, shape.Heads, shape.KVHeads, shape.Vocabulary = 12, 2048, 4096, 16, 4, 128_256
		if err := synthetic.Write(path, shape); err != nil {
			t.Fatal(err)
		}
		models[path] = []int{512, 1024, 2048}
	}
	if path := os.Getenv(fitModel); path != "" {
		models = map[string][]int{path: {512, 1024, 4096}}
	}
	for path, lengths := range models {
		file, err := gguf.Check(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, length := range lengths {
			peak, loaded := filled(t, path, length)
			need := fit.Estimate(file, fit.Settings{Context: length})
			if fit.Reads(need, runner.AvailableMemory()) {
				need = fit.Read(need)
			}
			if need != loaded {
				t.Errorf("before the load %+v are estimated, after it %+v", need, loaded)
			}
			t.Logf("%-34s %5d tokens: %7.1f MB estimated, %7.1f MB taken, %+.1f %%  (%+v)", filepath.Base(path), length,
				float64(need.Peak())/1e6, float64(peak)/1e6, 100*float64(need.Peak()-peak)/float64(peak), need)
			if !near(need.Peak(), peak) {
				t.Errorf("%s with %d tokens: %d bytes are estimated, %d taken", filepath.Base(path), length, need.Peak(), peak)
			}
		}
	}
}

// filled is the most bytes that a worker takes with a context of length tokens
// that is nearly full, and what it says that it needs.
func filled(t *testing.T, path string, length int) (int64, engine.Need) {
	t.Helper()
	client := startWorker(t)
	defer client.Close()
	info, err := client.Load(t.Context(), path, engine.LoadOptions{ContextLength: length}, nil)
	if err != nil {
		t.Fatal(err)
	}
	req := engine.Request{Limits: engine.Limits{MaxTokens: 8}}
	for words := length; ; words = words * 15 / 16 {
		req.Messages = []engine.Message{{Role: engine.RoleUser, Content: strings.Repeat("the ", words)}}
		m, err := client.Measure(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if m.PromptTokens < length-100 {
			break
		}
	}
	for _, err := range client.Reply(t.Context(), req) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return peakOf(t, client), info.Need
}

// peakOf is the most bytes that the one child of this process has had in memory.
func peakOf(t *testing.T, _ *worker.Client) (peak int64) {
	t.Helper()
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		children, _ := os.ReadFile(list)
		for _, pid := range strings.Fields(string(children)) {
			status, _ := os.ReadFile(filepath.Join("/proc", pid, "status"))
			_, rest, _ := strings.Cut(string(status), "VmHWM:")
			line, _, _ := strings.Cut(rest, "kB")
			kib, _ := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
			peak = max(peak, kib<<10)
		}
	}
	if peak == 0 {
		t.Fatal("the worker cannot be found")
	}
	return peak
}

// A model that comes in parts and is not here yet is judged like the whole file.
func TestASplitModelIsJudgedByTheBeginningsOfItsParts(t *testing.T) {
	t.Setenv("NOTSO_HOME", t.TempDir())
	whole := starterFile
	file, err := gguf.Check(whole)
	if err != nil {
		t.Fatal(err)
	}
	first := enginetest.Split(t, whole, 3)
	var parts []shelf.Part
	for i, have := range []int64{file.DataOffset + 1<<10, 64 << 10, 64 << 10} {
		f, err := os.Open(strings.Replace(first, "-00001-of", "-0000"+strconv.Itoa(i+1)+"-of", 1))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		part := shelf.Part{Name: filepath.Base(f.Name()), Beginning: io.NewSectionReader(f, 0, have), SizeBytes: info.Size()}
		if err := enoughHeader(part); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	want, err := judge(t.Context(), file, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := judgeParts(t.Context(), parts)
	if err != nil || got.Need != want.Need || got.Layers != want.Layers || got.Need.Weights < 50e6 {
		t.Errorf("the parts need %+v, %v; the whole %+v", got.Need, err, want.Need)
	}
	if _, err := judgeParts(t.Context(), parts[:2]); err == nil {
		t.Error("two of three parts are judged")
	}
	parts[1], parts[2] = parts[2], parts[1]
	if _, err := judgeParts(t.Context(), parts); err == nil {
		t.Error("parts in another order are judged")
	}
}
