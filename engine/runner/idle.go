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

// muchToRead is how many tokens a prompt has to have left to read for all idle
// sequences to go: that costs as much for each of its tokens. 1,500 cells of other
// chats cost the starter model 8 % of reading 500 tokens, 0.1 s.
const muchToRead = 128

// leaveIdle forgets idle sequences that the disk has, for a job that was admitted:
// all of them if it has much to read; for a reply those beyond idleTokens, first those
// that were used longest ago. The lock is held.
func (s *scheduler) leaveIdle(j *job) {
	if s.snapshots == nil || s.snapshots.whole || j.aside() {
		return
	}
	most := idleTokens
	switch {
	case j.unread() > muchToRead:
		most = 0
	case j.background:
		return
	}
	latest := slices.SortedFunc(slices.Values(s.cache.sequences), func(a, b *sequence) int { return cmp.Compare(b.used, a.used) })
	kept := 0
	for _, seq := range latest {
		if seq.busy || len(seq.tokens) == 0 {
			continue
		}
		if kept += len(seq.tokens); kept <= most {
			continue
		}
		if _, end := s.snapshots.find(seq.tokens, 0); end > len(seq.tokens)-worthKeeping {
			kept -= len(seq.tokens)
			s.cache.clear(seq)
		}
	}
}
