package runner

import (
	"cmp"
	"os"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/snapshot"
)

// BenchmarkRestore reads a prompt of 2,000 tokens, ends the engine, and asks
// again in a new one. It reports how much sooner the first token comes, and what
// a reply that is being written waits for while a block of the chat is saved, in
// parts of a decode step. NOTSO_MODEL names another model than the starter.
func BenchmarkRestore(b *testing.B) {
	model := cmp.Or(os.Getenv("NOTSO_MODEL"), starterPath(b))
	opts := engine.LoadOptions{ContextLength: 4096, Threads: physicalCores()}
	save, req := savingTime(b, model, opts)
	var best struct{ prefill, restore, step float64 } // ms
	for b.Loop() {
		dir := b.TempDir()
		r := loadKeeping(b, dir, model, opts)
		cold := reply1(b, r, req).done.Timings
		r.Close()
		r = loadKeeping(b, dir, model, opts)
		warm := reply1(b, r, req).done
		r.Close()
		if u := warm.Usage; u.CachedTokens != u.PromptTokens-1 {
			b.Fatalf("%d of %d tokens were restored", u.CachedTokens, u.PromptTokens)
		}
		for _, figure := range []struct {
			best *float64
			ms   float64
		}{
			{&best.prefill, cold.FirstTokenMS},
			{&best.restore, warm.Timings.FirstTokenMS},
			{&best.step, 1000 / warm.Timings.DecodeTokensPerSecond},
		} {
			if *figure.best == 0 || figure.ms < *figure.best {
				*figure.best = figure.ms
			}
		}
	}
	b.ReportMetric(best.prefill, "prefill-ms")
	b.ReportMetric(best.restore, "restore-ms")
	b.ReportMetric(best.prefill/best.restore, "prefill_over_restore")
	b.ReportMetric(milliseconds(save)/best.step, "save_over_decode_step")
}

// savingTime is how long it takes to read a block's state, in an engine that is
// idle. It also finds a request of 2,000 tokens.
func savingTime(b *testing.B, model string, opts engine.LoadOptions) (best time.Duration, req engine.Request) {
	r := load(b, model, opts)
	defer r.Close()
	reply1(b, r, greedy(1, longText(snapshot.BlockTokens)))
	c := r.model.context
	for range 5 {
		from := time.Now()
		c.CopyPositions(0, scratch, 0, snapshot.BlockTokens)
		if _, err := c.SequenceState(scratch); err != nil {
			b.Fatal(err)
		}
		c.RemoveSequence(scratch)
		if d := time.Since(from); best == 0 || d < best {
			best = d
		}
	}
	for n := 0; len(tokensOf(b, r, req)) < 2000; n += 20 {
		req = greedy(9, longText(n))
	}
	return best, req
}
