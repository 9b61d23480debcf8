package runner

import (
	"context"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/llama"
)

// BenchmarkDecode writes greedily with Reply and with llama.cpp alone, in turn,
// and reports the ratio of their best speeds: what else the machine does slows
// both. It must be 0.98 or more.
func BenchmarkDecode(b *testing.B) {
	const prompt, written = 128, 64
	r := loadStarter(b, engine.LoadOptions{ContextLength: 2048})
	req := greedy(written, longText(prompt)+" Write the numbers from one to one hundred in words.")
	alone := newBareLoop(b, r.model, tokensOf(b, r, req))
	var best, bestAlone float64 // tokens per second
	for b.Loop() {
		o, err := collect(r.Reply(context.Background(), req))
		if err != nil {
			b.Fatal(err)
		}
		n := o.done.Usage.ReplyTokens - 1
		best = max(best, o.done.Timings.DecodeTokensPerSecond)
		bestAlone = max(bestAlone, float64(n)/alone.decode(b, n).Seconds())
		forget(r)
	}
	b.ReportMetric(best, "tok/s")
	b.ReportMetric(bestAlone, "bare-tok/s")
	b.ReportMetric(best/bestAlone, "decode_over_bare")
}

// forget empties the cache of an engine that is idle: what it holds of earlier
// replies makes attention a little slower, as it does beside other chats.
func forget(r *Runner) {
	s := r.model.scheduler
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.cache.evict() {
	}
}

// bareLoop is what the engine is measured against: sample, decode, nothing else.
type bareLoop struct {
	context *llama.Context
	batch   *llama.Batch
	sampler *llama.Sampler
	prompt  int
	last    llama.Token
}

func newBareLoop(b *testing.B, m *model, prompt []llama.Token) *bareLoop {
	c, err := m.weights.NewContext(llama.ContextOptions{
		Length: m.info.ContextLength, Sequences: maxSequences, BatchTokens: prefillChunk + maxSequences, Threads: 1,
	})
	if err != nil {
		b.Fatal(err)
	}
	sampler, err := m.weights.NewSampler(engine.Sampling{}, 1, "")
	if err != nil {
		b.Fatal(err)
	}
	l := &bareLoop{context: c, batch: m.weights.Library().NewBatch(prefillChunk), sampler: sampler, prompt: len(prompt) - 1, last: prompt[len(prompt)-1]}
	b.Cleanup(func() { sampler.Close(); l.batch.Close(); c.Close() })
	for i, token := range prompt[:l.prompt] {
		l.batch.Add(token, i, 0, false)
		if l.batch.Len() == prefillChunk || i == l.prompt-1 {
			if err := c.Decode(l.batch); err != nil {
				b.Fatal(err)
			}
			l.batch.Clear()
		}
	}
	return l
}

// decode writes n tokens after the prompt and returns the time from the first
// to the last.
func (l *bareLoop) decode(b *testing.B, n int) time.Duration {
	l.context.CutSequence(0, l.prompt)
	token := l.last
	var from time.Time
	for i := range n + 1 {
		l.batch.Clear()
		index, _ := l.batch.Add(token, l.prompt+i, 0, true)
		if err := l.context.Decode(l.batch); err != nil {
			b.Fatal(err)
		}
		token = l.sampler.Sample(l.context, index)
		if i == 0 {
			from = time.Now()
		}
	}
	return time.Since(from)
}
