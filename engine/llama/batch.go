package llama

import (
	"fmt"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

// Batch is what one Decode evaluates: tokens, each at a position of a sequence.
type Batch struct {
	c yzma.Batch
}

// NewBatch holds at most tokens tokens, each of one sequence.
func (l *Library) NewBatch(tokens int) *Batch {
	return &Batch{c: yzma.BatchInit(int32(tokens), 0, 1)}
}

// Close frees the batch.
func (b *Batch) Close() error {
	if err := yzma.BatchFree(b.c); err != nil {
		return fmt.Errorf("free the batch: %w", err)
	}
	b.c = yzma.Batch{}
	return nil
}

// Clear makes the batch empty.
func (b *Batch) Clear() { b.c.Clear() }

// Len counts its tokens.
func (b *Batch) Len() int { return int(b.c.NTokens) }

// Add appends token at position of sequence, and returns its index. With logits
// set, that index can be sampled after Decode. It fails when the batch is full.
func (b *Batch) Add(token Token, position int, sequence Sequence, logits bool) (index int, err error) {
	index = b.Len()
	ids := [1]Sequence{sequence}
	if err := b.c.Add(token, yzma.Pos(position), ids[:], logits); err != nil {
		return 0, fmt.Errorf("add a token to a batch of %d: %w", index, err)
	}
	return index, nil
}
