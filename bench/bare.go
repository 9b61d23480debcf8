package bench

import (
	"context"
	"fmt"
	"time"

	"notso/engine"
	"notso/engine/llama"
)

const (
	// bareBatch is how many tokens of a prompt llama.cpp's own programs evaluate
	// at once.
	bareBatch = 512

	// bareLength is the context of the bare loop, in tokens.
	bareLength = 2048
)

// bare is what the program is measured against: llama.cpp in a loop that
// evaluates and samples, greedily, and does nothing else.
type bare struct {
	model   *llama.Model
	context *llama.Context
	batch   *llama.Batch
	sampler *llama.Sampler
	last    llama.Token
	length  int // evaluated
}

// bare opens the loop on the run's model, once.
func (r *run) bare(ctx context.Context) (*bare, error) {
	if r.loop != nil {
		return r.loop, nil
	}
	library, err := r.opts.Library()
	if err != nil {
		return nil, err
	}
	layers := 0
	for _, d := range library.Devices() {
		if d.GPU {
			layers = llama.AllLayers
		}
	}
	b := &bare{}
	if b.model, err = library.LoadModel(ctx, r.opts.Model, llama.ModelOptions{GPULayers: layers}, nil); err != nil {
		return nil, err
	}
	r.loop = b
	b.batch = library.NewBatch(bareBatch)
	if b.context, err = b.model.NewContext(llama.ContextOptions{
		Length: bareLength, Sequences: 1, BatchTokens: bareBatch, Threads: r.report.Machine.Cores,
	}); err != nil {
		r.closeBare()
		return nil, err
	}
	if b.sampler, err = b.model.NewSampler(engine.Sampling{}, 1, ""); err != nil {
		r.closeBare()
		return nil, err
	}
	return b, nil
}

func (r *run) closeBare() {
	b := r.loop
	if b == nil {
		return
	}
	r.loop = nil
	if b.sampler != nil {
		b.sampler.Close()
	}
	if b.context != nil {
		b.context.Close()
	}
	b.batch.Close()
	b.model.Close()
}

// prefill evaluates n tokens from the start and returns how long it takes to
// have the first token after them.
func (b *bare) prefill(ctx context.Context, n int) (time.Duration, error) {
	n = min(n, bareLength/2)
	b.context.CutSequence(0, 0)
	b.length = 0
	words := b.model.Vocab().Tokenize(prose(1, n)) // at least as many tokens as words
	began := time.Now()
	for b.length < n {
		b.batch.Clear()
		part := min(bareBatch, n-b.length)
		index := 0
		for range part {
			index, _ = b.batch.Add(words[b.length], b.length, 0, b.length == n-1)
			b.length++
		}
		if err := b.evaluate(ctx); err != nil {
			return 0, err
		}
		if b.length == n {
			b.last = b.sampler.Sample(b.context, index)
		}
	}
	return time.Since(began), nil
}

// decode writes n more tokens and returns how long that takes.
func (b *bare) decode(ctx context.Context, n int) (time.Duration, error) {
	began := time.Now()
	for range n {
		if b.length == bareLength {
			return 0, fmt.Errorf("the bare loop's context of %d tokens is full", bareLength)
		}
		b.batch.Clear()
		index, _ := b.batch.Add(b.last, b.length, 0, true)
		if err := b.evaluate(ctx); err != nil {
			return 0, err
		}
		b.length++
		b.last = b.sampler.Sample(b.context, index)
	}
	return time.Since(began), nil
}

func (b *bare) evaluate(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return b.context.Decode(b.batch)
}
