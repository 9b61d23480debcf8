package llama

import yzma "github.com/hybridgroup/yzma/pkg/llama"

// The binding reports an error for a context without memory; NewContext lets
// none through, so the errors are left out here.

// CopySequence makes the first n positions of from those of to as well, which
// must be empty. The cells are shared: it takes no room and no work.
func (c *Context) CopySequence(from, to Sequence, n int) {
	c.CopyPositions(from, to, 0, n)
}

// CopyPositions makes those of from between first and end, which is not among
// them, positions of to as well, which must have none there. Cells are shared
// as by CopySequence.
func (c *Context) CopyPositions(from, to Sequence, first, end int) {
	_ = yzma.MemorySeqCp(c.memory, from, to, yzma.Pos(first), yzma.Pos(end))
}

// CutSequence keeps the first n positions of a sequence. It returns false when
// the model's memory cannot be cut there; then nothing has changed.
func (c *Context) CutSequence(s Sequence, n int) bool {
	ok, _ := yzma.MemorySeqRm(c.memory, s, yzma.Pos(n), -1)
	return ok
}

// RemoveSequence forgets a sequence.
func (c *Context) RemoveSequence(s Sequence) {
	_, _ = yzma.MemorySeqRm(c.memory, s, -1, -1)
}

// SequenceLength counts the positions of a sequence, from 0 to its last.
func (c *Context) SequenceLength(s Sequence) int {
	last, _ := yzma.MemorySeqPosMax(c.memory, s)
	return int(last) + 1
}
