package store

import (
	"slices"
	"sync"
	"sync/atomic"

	"notso/app/chat"
)

// remembered is how many histories are kept: one for each chat that is talked in
// at a time. Each is as large as a model's context, a megabyte at most.
const remembered = 4

// memory keeps the histories that were read last: the next prompt of a chat
// holds what the last one held, and a turn or two more. A branch never changes
// but at its end, so what is kept is true until something is edited.
type memory struct {
	edits atomic.Int64 // writes that may have changed turns that are complete

	mu    sync.Mutex
	known []history // the one used last at the end
}

// history is what was read of a branch.
type history struct {
	edits int64
	from  int64 // see Reach
	turns []chat.Turn
}

// recall returns the history from a turn on that ends nearest before leaf. It
// may be one of another branch.
func (m *memory) recall(leaf, from int64) (turns []chat.Turn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := -1
	for i, h := range m.known {
		last := h.turns[len(h.turns)-1].ID
		if h.edits == m.edits.Load() && h.from == from && last <= leaf && (at < 0 || last > m.known[at].turns[len(m.known[at].turns)-1].ID) {
			at = i
		}
	}
	if at >= 0 {
		turns = m.known[at].turns
	}
	return turns
}

// keep remembers what was read while there had been so many edits, in the place
// of the history that it continues. A turn that is being written is no history.
func (m *memory) keep(edits, from int64, turns []chat.Turn) {
	if len(turns) == 0 || turns[len(turns)-1].State == chat.Running {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known = slices.DeleteFunc(m.known, func(h history) bool {
		return h.edits != m.edits.Load() || h.from == from && h.turns[0].ID == turns[0].ID
	})
	if len(m.known) == remembered {
		m.known = slices.Delete(m.known, 0, 1)
	}
	m.known = append(m.known, history{edits, from, turns})
}
