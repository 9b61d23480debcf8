package runner

import (
	"context"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/llama"
)

// BenchmarkDecode writes greedily with Reply and with llama.cpp alone, in turn,
// so that both see the same machine, and reports the ratio of their speeds. It
// must be 0.98 or more.
func BenchmarkDecode(b *testing.B) {
	const prompt, written = 128, 64
	r := loadStarter(b, engine.LoadOptions{ContextLength: 2048, Threads: physicalCores()})
	req := greedy(written, longText(prompt)+" Write the numbers from one to one hundred in words.")
	alone := newBareLoop(b, r.model, tokensOf(b, r, req))
	var engineTime, bareTime time.Duration
	tokens := 0
	for b.Loop() {
		o, err := collect(r.Reply(context.Background(), req))
		if err != nil {
			b.Fatal(err)
		}
		n := o.done.Usage.ReplyTokens - 1
		engineTime += time.Duration(float64(n) / o.done.Timings.DecodeTokensPerSecond * float64(time.Second))
		bareTime += alone.decode(b, n)
		tokens += n
	}
	b.ReportMetric(float64(tokens)/engineTime.Seconds(), "tok/s")
	b.ReportMetric(float64(tokens)/bareTime.Seconds(), "bare-tok/s")
	b.ReportMetric(bareTime.Seconds()/engineTime.Seconds(), "decode_over_bare")
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
		Length: m.info.ContextLength, Sequences: maxSequences, BatchTokens: prefillChunk + maxSequences, Threads: physicalCores(),
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
