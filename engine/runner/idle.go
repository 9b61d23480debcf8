package runner

import (
	"cmp"
	"slices"
)

// idleTokens is how many tokens sequences keep that no job uses, where the disk has
// them too. Attention passes over each of their cells for every token that is
// written anywhere: 2,000 cost the starter model 3 % of its speed, and by reckoning a
// context full of chats would cost a 3B a third. To bring back as many from the
// disk takes it 30 ms.
const idleTokens = 2048

// leaveIdle forgets the idle sequences beyond idleTokens, those first that were used
// longest ago, that the disk has. The lock is held.
func (s *scheduler) leaveIdle() {
	if s.snapshots == nil || s.snapshots.whole {
		return
	}
	latest := slices.SortedFunc(slices.Values(s.cache.sequences), func(a, b *sequence) int { return cmp.Compare(b.used, a.used) })
	kept := 0
	for _, seq := range latest {
		if seq.busy || len(seq.tokens) == 0 {
			continue
		}
		if kept += len(seq.tokens); kept <= idleTokens {
			continue
		}
		if _, end := s.snapshots.find(seq.tokens, 0); end > len(seq.tokens)-worthKeeping {
			kept -= len(seq.tokens)
			s.cache.clear(seq)
		}
	}
}
