package snapshot

import (
	"errors"
	"fmt"
)

// reservedBytes of the disk stay free for the system and other programs.
const reservedBytes = 2_000_000_000

// ErrNoRoom: neither the budget nor the disk has room for a block, even without
// those that may go.
var ErrNoRoom = errors.New("no room for a snapshot")

// makeRoom removes the blocks used longest ago until b fits into the budget and
// leaves the reserve of the disk. It removes none when all would not be enough.
func (s *Store) makeRoom(b *Block) error {
	free, err := s.opts.Free(s.opts.Dir)
	if err != nil {
		return fmt.Errorf("look for free disk space: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	size, budget := b.size(), s.opts.BudgetNow()
	if size > budget || free+s.total-size < reservedBytes {
		return ErrNoRoom
	}
	for s.total+size > budget || free-size < reservedBytes {
		victim := s.leastUsed(s.blocks[b.parent])
		if victim == nil {
			return ErrNoRoom
		}
		free += victim.size()
		s.remove(victim)
	}
	return nil
}

// leastUsed returns the block that was used longest ago, of those on which no
// other follows; nil when there is none but except.
func (s *Store) leastUsed(except *Block) (least *Block) {
	for key, b := range s.blocks {
		if b != except && len(s.children[key]) == 0 && (least == nil || b.used.Before(least.used)) {
			least = b
		}
	}
	return least
}
