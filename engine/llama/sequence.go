package llama

import (
	"fmt"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

// CopySequence makes the first n positions of from those of to as well, which
// must be empty. The cells are shared: it takes no room and no work.
func (c *Context) CopySequence(from, to Sequence, n int) error {
	if err := yzma.MemorySeqCp(c.memory, from, to, 0, yzma.Pos(n)); err != nil {
		return fmt.Errorf("copy %d tokens of sequence %d: %w", n, from, err)
	}
	return nil
}

// CutSequence keeps the first n positions of a sequence. It returns false when
// the model's memory cannot be cut there; then nothing has changed.
func (c *Context) CutSequence(s Sequence, n int) (bool, error) {
	ok, err := yzma.MemorySeqRm(c.memory, s, yzma.Pos(n), -1)
	if err != nil {
		return false, fmt.Errorf("cut sequence %d at %d: %w", s, n, err)
	}
	return ok, nil
}

// RemoveSequence forgets a sequence.
func (c *Context) RemoveSequence(s Sequence) error {
	if _, err := yzma.MemorySeqRm(c.memory, s, -1, -1); err != nil {
		return fmt.Errorf("remove sequence %d: %w", s, err)
	}
	return nil
}

// SequenceLength counts the positions of a sequence, from 0 to its last.
func (c *Context) SequenceLength(s Sequence) (int, error) {
	last, err := yzma.MemorySeqPosMax(c.memory, s)
	if err != nil {
		return 0, fmt.Errorf("measure sequence %d: %w", s, err)
	}
	return int(last) + 1, nil
}
