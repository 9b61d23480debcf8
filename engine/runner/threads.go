package runner

import (
	"time"

	"notso/engine"
)

// llama.cpp's threads meet after each of a token's hundreds of operations and
// spin while they wait. One that another program keeps off its core holds up all
// of them: beside one busy program for each of two cores, two threads take 30
// times as long for a token of the starter model as one does. How many are best
// depends on what else runs, so it is measured, see lane.
//
// The count has a say in the last bits: with an f16 cache of more than 256
// tokens, llama.cpp's attention adds up a decode's keys in as many parts as there
// are threads. Logits move by up to 1, and a near tie may fall the other way, as
// between batches of other sizes. engine.LoadOptions.Threads rules that out.

// threads decides how many threads evaluate each batch. It keeps no clock and
// asks no system: what it knows is what measured is told. One goroutine uses it.
type threads struct {
	fixed           int  // the user's number; 0: steer
	warm            bool // the first batch, which reads the weights from disk, is over
	decode, prefill lane
}

// step is one evaluated batch.
type step struct {
	threads int
	tokens  int
	took    time.Duration
	cpu     time.Duration // that the process got meanwhile, all its threads together; 0: unknown
}

// decodeTokens is the largest batch that counts as decoding: some replies side
// by side.
const decodeTokens = 8

// chooseThreads does as opts says. Unless that names a number, it steers from
// one thread for each core, or for half of them on battery; with a GPU the
// processor has little to do, and its idle threads would look like a load.
func chooseThreads(opts engine.LoadOptions, gpuLayers int) *threads {
	switch {
	case opts.Threads > 0:
		return fixedThreads(opts.Threads)
	case gpuLayers != 0:
		return fixedThreads(physicalCores())
	}
	return steeredThreads(mostThreads(onBattery()))
}

// mostThreads is how many are worth trying: one for each core, or for half of
// them on battery.
func mostThreads(battery bool) int {
	if battery {
		return (physicalCores() + 1) / 2
	}
	return physicalCores()
}

// powerEvery is how often the scheduler looks, while it computes, whether the
// machine has been plugged in or not: soon enough for a long reply, and a look is
// a few small files.
const powerEvery = time.Minute

// fixedThreads always uses n.
func fixedThreads(n int) *threads { return &threads{fixed: n} }

// steeredThreads begins with most and never exceeds it.
func steeredThreads(most int) *threads {
	return &threads{
		// A decode that is measured four times tells little on a noisy machine;
		// twelve times tell enough. A batch of a prompt takes as long as many
		// tokens, and varies less.
		decode:  newLane(most, 4, 12),
		prefill: newLane(most, 2, 4),
	}
}

// allow steers from most threads on, if that is another number than before. What
// was measured below the other one is forgotten: the cores run at another speed.
func (t *threads) allow(most int) {
	if t.fixed > 0 || t.decode.most == most {
		return
	}
	steered := steeredThreads(most)
	t.decode, t.prefill = steered.decode, steered.prefill
}

// limit is the most that count will ever say, on battery or not.
func (t *threads) limit() int {
	if t.fixed > 0 {
		return t.fixed
	}
	return mostThreads(false)
}

// count is how many threads the next batch gets. Work in the background takes
// half where other programs want the cores as well; where none does it takes
// all, since what it prepares is needed soon. Its threads have the usual priority, see
// docs/adr/0025.
func (t *threads) count(tokens int, background bool) int {
	if t.fixed > 0 {
		return t.fixed
	}
	l := t.lane(tokens)
	n := l.threads()
	if background && l.contended {
		n = (n + 1) / 2
	}
	return n
}

// deciding is count for the next token of one reply, and whether that is a trial.
func (t *threads) deciding() (n int, trying bool) {
	return t.count(1, false), t.fixed == 0 && t.decode.trial > 0
}

// measured takes note of a batch that was evaluated as count said.
func (t *threads) measured(s step) {
	if t.fixed > 0 || s.tokens == 0 || s.took <= 0 {
		return
	}
	if !t.warm {
		t.warm = true
		return
	}
	l, other := t.lane(s.tokens), &t.prefill
	if l == other {
		other = &t.decode
	}
	if l.measured(s) {
		other.follow(l)
	}
}

func (t *threads) lane(tokens int) *lane {
	if tokens <= decodeTokens {
		return &t.decode
	}
	return &t.prefill
}

// decode evaluates the batch with as many threads as are best now, or forced.
func (s *scheduler) decode() error {
	background := true
	for _, sh := range s.shares {
		background = background && sh.job.background
	}
	if now := time.Now(); now.Sub(s.powered) >= powerEvery {
		s.powered = now
		s.threads.allow(mostThreads(onBattery()))
	}
	n := s.threads.count(s.batch.Len(), background)
	if s.forced > 0 {
		n = s.forced
	}
	s.used = n
	s.context.SetThreads(n)
	s.standing = standing{}
	from, cpu := time.Now(), processTime()
	err := s.context.Decode(s.batch)
	took := time.Since(from)
	if err == nil && s.forced == 0 {
		s.measured(n, took, processTime()-cpu)
	}
	if s.batch.Len() > decodeTokens {
		s.pace = pace{s.batch.Len(), took, from.Add(took)}
	}
	return err
}
