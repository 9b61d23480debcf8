package runner

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"notso/engine"
)

// BenchmarkBusy decodes beside one busy program for each core: with steered
// threads and with llama.cpp's default, one for each core, in turn, and reports
// the ratio of their speeds over all turns. It must be 2 or more.
//
// NOTSO_BENCH_MODEL names another model than the starter.
func BenchmarkBusy(b *testing.B) { benchmarkThreads(b, physicalCores(), "busy_over_default") }

// BenchmarkQuiet is the same beside nothing: what steering costs. On a quiet
// machine it must be 0.98 or more; on another it says nothing.
func BenchmarkQuiet(b *testing.B) { benchmarkThreads(b, 0, "quiet_over_default") }

func benchmarkThreads(b *testing.B, busy int, metric string) {
	path := os.Getenv("NOTSO_BENCH_MODEL")
	if path == "" {
		path = root(b) + "/" + starterModel
	}
	open := func(threads int) *Runner {
		r := newRunner(b)
		if _, err := r.Load(context.Background(), path, engine.LoadOptions{ContextLength: 1024, Threads: threads}, nil); err != nil {
			b.Fatal(err)
		}
		return r
	}
	steered, fixed := open(0), open(physicalCores())
	for range busy {
		program := exec.Command("sh", "-c", "while :; do :; done")
		if err := program.Start(); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { program.Process.Kill(); program.Wait() })
	}
	const request = "Write the numbers from one to one hundred in words."
	var taken [2]struct{ tokens, seconds float64 }
	write := func(i int, r *Runner, tokens int) {
		o, err := collect(r.Reply(context.Background(), greedy(tokens, request)))
		if err != nil {
			b.Fatal(err)
		}
		n := float64(o.done.Usage.ReplyTokens - 1)
		taken[i].tokens += n
		taken[i].seconds += n / o.done.Timings.DecodeTokensPerSecond
	}
	const most, least = 128, 8 // tokens; the default may take seconds for one
	for b.Loop() {
		write(0, steered, most)
		if busy > 0 {
			write(1, fixed, least)
		} else {
			write(1, fixed, most)
		}
	}
	speed, byDefault := taken[0].tokens/taken[0].seconds, taken[1].tokens/taken[1].seconds
	b.ReportMetric(speed, "tok/s")
	b.ReportMetric(byDefault, "default-tok/s")
	b.ReportMetric(speed/byDefault, metric)
}
