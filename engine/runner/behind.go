package runner

import "time"

const (
	// lostAtMost is how many evaluated tokens of a prompt may be missing on disk when
	// its next batch begins: so many a kill may cost.
	lostAtMost = 256

	// lostOnCard is the same on a graphics card, where 256 tokens are next to no work
	// and a good disk can be slower than the reading: as many as it reads in this time.
	lostOnCard = time.Second

	// patience is how many times as long as its last batch took a prompt waits for
	// the disk, before each batch. A disk that hangs must not hold up a reply for
	// longer than its prompt takes anyway.
	patience = 1
)

// pace is what is known of the last batch of a prompt.
type pace struct {
	tokens int
	took   time.Duration
	ended  time.Time
}

// waits tells whether a prompt has to wait for the disk, which has not written what
// was evaluated before the last batch. Replies that are written never do.
func (s *scheduler) waits(j *job) bool {
	k := s.snapshots
	return k != nil && k.writing.Load() && j.seq.keep != keepNothing &&
		len(j.seq.tokens)-j.seq.written > s.tolerated() && s.patienceLeft() > 0
}

// tolerated is how many tokens of a sequence may be missing on disk.
func (s *scheduler) tolerated() int {
	if !s.device {
		return lostAtMost
	}
	return max(s.chunk, int(perSecond(s.pace.tokens, s.pace.took)*lostOnCard.Seconds()))
}

func (s *scheduler) patienceLeft() time.Duration {
	return s.pace.took*time.Duration(s.snapshots.patience) - time.Since(s.pace.ended)
}

// rest waits until there may be something to do: when prompts wait for the disk,
// no longer than they have patience.
func (s *scheduler) rest() {
	if !s.behind {
		<-s.wake
		return
	}
	s.mu.Lock()
	s.waited++
	s.mu.Unlock()
	select {
	case <-s.wake:
	case <-time.After(s.patienceLeft()):
	}
}
