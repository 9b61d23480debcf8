package llama

import (
	"fmt"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

// SequenceState returns the KV cache of a sequence as bytes that
// RestoreSequence of a like context takes: same model, same KV type, same build.
func (c *Context) SequenceState(s Sequence) ([]byte, error) {
	c.library.log.forget()
	state := make([]byte, yzma.StateSeqGetSize(c.handle, s))
	n := yzma.StateSeqGetData(c.handle, state, s)
	if n == 0 || n > uint64(len(state)) {
		return nil, fmt.Errorf("save sequence %d: %s", s, c.library.log.reason())
	}
	return state[:n], nil
}

// RestoreSequence replaces a sequence by what SequenceState returned. llama.cpp
// trusts these bytes: check that they are whole and of this model before.
// After an error the sequence is empty.
func (c *Context) RestoreSequence(s Sequence, state []byte) error {
	c.library.log.forget()
	if n := yzma.StateSeqSetData(c.handle, state, s); n != uint64(len(state)) {
		c.RemoveSequence(s)
		return fmt.Errorf("restore sequence %d from %d bytes: %s", s, len(state), c.library.log.reason())
	}
	return nil
}
