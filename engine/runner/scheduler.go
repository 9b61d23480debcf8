package runner

import (
	"runtime"
	"slices"
	"sync"
	"time"

	"notso/engine"
	"notso/engine/llama"
	"notso/engine/snapshot"
)

// scheduler runs jobs on one context. Its goroutine is the only user of the
// context and of the sequences; others reach it through submit, cancel, close
// and the cache's read-only methods, under mu.
type scheduler struct {
	context *llama.Context
	batch   *llama.Batch
	length  int // of the context, in tokens
	chunk   int // tokens of prompts in one batch, at most
	shared  int // likewise, where more than one reply runs
	threads *threads
	device  bool // some layers are on a graphics device

	wake chan struct{} // holds a token while there may be something to do
	done chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	cache   *cache
	waiting []*job // in order of submission
	running []*job // those with a sequence
	closed  bool

	snapshots *snapshots // nil: none are kept
	pace      pace
	behind    bool // the disk is, and a prompt waits for it

	standing    standing
	speculation *speculation
	rehearsal   int  // rows that shall be tried after the batch; 0: none
	tight       bool // there was no room for guesses
	crowded     bool // a reply gave its cells back, and no job has ended since

	shares    []share // what each job has in the batch
	padded    int     // tokens that belong to no job
	forced    int     // threads that evaluate it; 0: as many as are best
	used      int     // threads that evaluated the last one
	evaluated int     // tokens, since the start
	aborted   int     // batches, likewise
	waited    int     // how often prompts waited for the disk, likewise

	powered time.Time // when the machine's power was looked at, see powerEvery
}

func startScheduler(weights *llama.Model, context *llama.Context, chunk int, threads *threads, speculation *speculation, device bool, snapshots *snapshots) *scheduler {
	s := &scheduler{
		device:      device,
		speculation: speculation,
		context:     context,
		batch:       weights.Library().NewBatch(chunk + maxSequences),
		length:      context.Length(),
		chunk:       chunk,
		shared:      chunk,
		threads:     threads,
		powered:     time.Now(),
		wake:        make(chan struct{}, 1),
		done:        make(chan struct{}),
		cache:       newCache(context, weights.Recurrent()),
	}
	if !device {
		s.shared = min(chunk, sharedChunk)
	}
	if s.snapshots = snapshots; snapshots != nil {
		if snapshots.most = 1; !snapshots.whole {
			snapshots.most += chunk / snapshot.BlockTokens
		}
		snapshots.written = s.signal
		go snapshots.run()
	}
	go s.run()
	return s
}

// submit takes over a job. What runs in the background ends for it where the job
// comes first, see outranks; a batch that serves the job is not thrown away. It returns false when the scheduler is closed; then
// the job is the caller's.
func (s *scheduler) submit(j *job) bool {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return false
	}
	interrupts := false
	for _, other := range slices.Concat(s.waiting, s.running) {
		if other.end == goOn && j.outranks(other) {
			other.end = preempted
			interrupts = interrupts || other.seq != nil && !s.serves(other, j)
		}
	}
	s.waiting = append(s.waiting, j)
	s.mu.Unlock()
	if interrupts {
		s.context.Abort(true)
	}
	s.signal()
	return true
}

// serves tells whether the batch that a job is in, if it is in one, evaluates
// what j begins with.
func (s *scheduler) serves(other, j *job) bool {
	if other.writer != nil || other.leader != nil {
		return false // its tokens are the scheduler's
	}
	end := min(len(other.seq.tokens)+s.portion(other, s.chunk), len(other.tokens))
	return j.recorded == nil && end <= len(j.tokens) && slices.Equal(other.tokens[:end], j.tokens[:end])
}

// cancel ends a job as stopped, within one batch at most: that is thrown away
// unless it serves another. A job that has ended is left alone.
func (s *scheduler) cancel(j *job) {
	s.mu.Lock()
	live := slices.Contains(s.waiting, j) || slices.Contains(s.running, j)
	if live && j.end == goOn {
		j.end = stopped
	}
	running := live && j.seq != nil &&
		!slices.ContainsFunc(s.waiting, func(other *job) bool { return s.serves(j, other) })
	s.mu.Unlock()
	if running {
		s.context.Abort(true)
	}
	if live {
		s.signal()
	}
}

// close ends all jobs as stopped and waits for the goroutine.
func (s *scheduler) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.context.Abort(true)
	s.signal()
	<-s.done
	if s.snapshots != nil {
		s.snapshots.close()
	}
}

func (s *scheduler) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run is the goroutine. It clears the abort before it looks for what was asked,
// so that whatever is asked later aborts the batch that does not know of it.
func (s *scheduler) run() {
	// GPU backends keep state by thread. The thread must live on: calls through
	// purego on amd64 leave its outermost frame unfit to return to.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.done)
	defer s.batch.Close()
	for {
		s.context.Abort(false)
		if s.sweep() {
			s.saveRest()
			return
		}
		s.admit()
		busy := s.restoreNext()
		if s.behind {
			s.saveNext() // before more is evaluated
		}
		if s.fill() {
			s.evaluate()
			busy = true
		}
		if !s.saveNext() && !busy {
			s.rest()
		}
	}
}

// sweep ends the jobs that shall end, all of them when the scheduler is closed.
func (s *scheduler) sweep() (closed bool) {
	s.mu.Lock()
	closed = s.closed
	var ends []*job
	for _, j := range slices.Concat(s.waiting, s.running) {
		if closed && j.end == goOn {
			j.end = stopped
		}
		if j.end != goOn {
			ends = append(ends, j)
		}
	}
	s.mu.Unlock()
	for _, j := range ends {
		if j.end == preempted || j.writer == nil && closed {
			s.end(j, "", engine.ErrPreempted)
		} else {
			s.end(j, engine.FinishStopped, nil)
		}
	}
	return closed
}

// admit gives waiting jobs a sequence, in order, replies first.
func (s *scheduler) admit() {
	for {
		j := s.next()
		if j == nil {
			return
		}
		s.mu.Lock()
		known := j.writer == nil && s.cache.holds(j.tokens)
		if !known {
			j.seq = s.claim(j)
		}
		if j.seq != nil {
			s.waiting = remove(s.waiting, j)
			s.running = append(s.running, j)
			j.seq.keep = j.keep()
			s.planRestore(j)
			s.leaveIdle(j)
		}
		s.mu.Unlock()
		switch {
		case known:
			s.end(j, "", nil)
		case j.seq == nil:
			return // all sequences are busy
		case len(j.parts) == 0:
			s.begin(j)
		}
	}
}

// begin starts a job that has all it can have without work.
func (s *scheduler) begin(j *job) {
	switch {
	case j.writer == nil && j.pending() < max(1, j.least):
		s.end(j, "", nil)
	case j.pending() > 0:
		j.admitted(s.shared)
	default:
		j.admitted(s.shared)
		if finish, err := s.write(share{job: j, logits: s.standing.index}); finish != "" || err != nil {
			s.end(j, finish, err)
		}
	}
}

// next returns the job to admit; nil when all must wait: because there is none,
// because its prompt might not fit beside those running, because a reply has just
// given its cells back to these, because it is being read by another candidate, or
// because it belongs to the background and a reply runs.
func (s *scheduler) next() *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	used, replies, asides := 0, 0, 0
	for _, j := range s.running {
		used += j.room()
		switch {
		case j.aside():
			asides++
		case !j.background:
			replies++
		}
	}
	fits := func(j *job) bool {
		return len(s.running) == 0 || !s.crowded && used+j.room() <= s.length
	}
	waits := func(j *job) bool {
		return j.background && replies > 0 || j.aside() && asides > 0 || j.leader != nil && s.reads(j.leader)
	}
	for _, background := range []bool{false, true} {
		for _, j := range s.waiting {
			switch {
			case j.background != background || waits(j):
			case fits(j):
				return j
			default:
				return nil
			}
		}
	}
	return nil
}

// reads tells whether a job has not evaluated what other candidates share.
func (s *scheduler) reads(j *job) bool {
	return slices.Contains(s.waiting, j) || j.seq != nil && len(j.seq.tokens) < j.prompt-1
}

// claim finds a sequence for a job; nil when there is none.
func (s *scheduler) claim(j *job) *sequence {
	reuse := j.reuse()
	if s.stands(j) {
		reuse = len(j.tokens)
	}
	if j.aside() {
		return s.cache.fork(j.tokens, reuse)
	}
	return s.cache.claim(j.tokens, reuse)
}

// end takes a job out and closes its feed. Its sequence keeps what is evaluated.
func (s *scheduler) end(j *job, finish engine.Finish, err error) {
	s.mu.Lock()
	s.waiting = remove(s.waiting, j)
	s.running = remove(s.running, j)
	s.crowded = false
	if j.seq != nil {
		if j.writer != nil && !j.aside() {
			j.writer.done.Batches = record(j.seq.marks)
		}
		s.cache.release(j.seq)
		j.seq = nil
	}
	if j.recorded != nil {
		s.unpad()
	}
	s.mu.Unlock()
	j.finish(finish, err)
}

// requeue takes a running job's sequence away: it is evaluated anew, prompt and
// what it has written, when there is room again, which is not before another has
// ended.
func (s *scheduler) requeue(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cache.release(j.seq)
	j.seq, j.parts = nil, nil
	s.crowded = true
	s.running = remove(s.running, j)
	s.waiting = slices.Insert(s.waiting, 0, j)
}

// cached counts how many of a reply's prompt tokens need not be evaluated.
func (s *scheduler) cached(tokens []llama.Token) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, n := s.cache.longest(tokens, len(tokens)-1)
	if s.snapshots != nil {
		_, n = s.snapshots.find(tokens[:len(tokens)-1], n)
	}
	return n
}

func remove(jobs []*job, j *job) []*job {
	return slices.DeleteFunc(jobs, func(other *job) bool { return other == j })
}
