package runner

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/scripted"
)

// machine is a simulated one: how long a token takes with n threads, and how
// many cores they get.
type machine struct {
	name  string
	cores int
	token func(n int) time.Duration
	gets  func(n int) float64 // cores; nil: the system does not say
	best  int
}

func TestThreadsFollowTheBattery(t *testing.T) {
	steered, fixed := steeredThreads(8), fixedThreads(6)
	steered.allow(4)
	fixed.allow(4)
	if n := steered.count(1, false); n != 4 {
		t.Errorf("on battery %d threads decode, want 4", n)
	}
	if n := fixed.count(1, false); n != 6 {
		t.Errorf("the user's 6 threads have become %d", n)
	}
	steered.decode.now = 3 // as measured
	steered.allow(4)
	if n := steered.count(1, false); n != 3 {
		t.Errorf("a look that finds nothing new has changed 3 threads to %d", n)
	}
	steered.allow(8)
	if n := steered.count(1, false); n != 8 {
		t.Errorf("on mains %d threads decode, want 8", n)
	}
}

// quiet machines give every thread its core; from saturated threads on memory
// sets the pace.
func quiet(cores, saturated int) machine {
	return machine{
		name: "quiet", cores: cores, best: cores,
		token: func(n int) time.Duration {
			return 100 * time.Millisecond / time.Duration(min(n, saturated)) * time.Duration(98+n) / 100
		},
		gets: func(n int) float64 { return 0.98 * float64(n) },
	}
}

// beside is a machine with as many busy programs. Threads that find a core of
// their own run as on a quiet one; each that finds none holds up all.
func beside(cores, busy int) machine {
	alone, free := quiet(cores, cores), max(1, cores-busy)
	m := machine{name: "busy", cores: cores, best: free}
	m.token = func(n int) time.Duration {
		switch {
		case n <= cores-busy:
			return alone.token(n)
		case n == 1:
			return 2 * alone.token(1)
		default:
			return alone.token(n) * time.Duration(1+10*(n-cores+busy))
		}
	}
	m.gets = func(n int) float64 {
		return min(0.98*float64(n), float64(free)*0.98) - 0.4*float64(min(1, max(0, n-cores+busy)))
	}
	return m
}

// silent is the same machine on a system that does not tell CPU time.
func (m machine) silent() machine {
	m.name += ", CPU time unknown"
	m.gets = nil
	return m
}

// simulation decodes tokens on a machine.
type simulation struct {
	threads  *threads
	noise    float64 // share of a token's time by which it varies, either way
	random   *rand.Rand
	switches int // of the count in use
}

func simulate(cores int, noise float64) *simulation {
	s := &simulation{threads: steeredThreads(cores), noise: noise, random: rand.New(rand.NewPCG(1, 2))}
	s.threads.warm = true
	return s
}

// decode evaluates n batches of that many tokens, and returns the time they took.
func (s *simulation) decode(m machine, n, tokens int) time.Duration {
	var took time.Duration
	for range n {
		l := s.threads.lane(tokens)
		before, count := l.now, s.threads.count(tokens, false)
		t := m.token(count) * time.Duration(tokens)
		t = time.Duration(float64(t) * (1 + s.noise*(2*s.random.Float64()-1)))
		batch := step{threads: count, tokens: tokens, took: t}
		if m.gets != nil {
			batch.cpu = time.Duration(float64(t) * m.gets(count))
		}
		s.threads.measured(batch)
		took += t
		if l.now != before {
			s.switches++
		}
	}
	return took
}

// now is the count in use for batches of so many tokens.
func (s *simulation) now(tokens int) int { return s.threads.lane(tokens).now }

func TestAQuietMachineKeepsAllItsCores(t *testing.T) {
	for _, cores := range []int{1, 2, 4, 8, 16} {
		for _, m := range []machine{quiet(cores, cores), quiet(cores, cores).silent()} {
			s := simulate(cores, 0.05)
			const tokens = 2000
			took := s.decode(m, tokens, 1)
			if s.switches > 0 || s.now(1) != cores {
				t.Errorf("%d cores, %s: %d threads after %d switches", cores, m.name, s.now(1), s.switches)
			}
			if cost := took.Seconds()/(tokens*m.token(cores).Seconds()) - 1; cost > 0.02 {
				t.Errorf("%d cores, %s: trials cost %.1f %% of the time", cores, m.name, 100*cost)
			}
		}
	}
}

func TestTheFirstReplyOnAQuietMachineLosesLittle(t *testing.T) {
	m, s := quiet(2, 2), simulate(2, 0.05)
	const tokens = 200
	if lost := s.decode(m, tokens, 1) - tokens*m.token(2); lost > 4*m.token(2) {
		t.Errorf("trials cost %v, want the time of four tokens at most", lost)
	}
}

func TestBusyProgramsGetTheirCores(t *testing.T) {
	tests := []struct {
		cores, busy int
		within      int // tokens
	}{
		{2, 2, 25}, {2, 1, 25}, {4, 4, 60}, {4, 1, 150}, {8, 8, 80}, {8, 4, 40}, {8, 1, 250}, {16, 16, 120}, {16, 1, 600},
	}
	for _, test := range tests {
		m := beside(test.cores, test.busy)
		for _, m := range []machine{m, m.silent()} {
			s := simulate(test.cores, 0.1)
			s.decode(quiet(test.cores, test.cores), 100, 1)
			s.decode(m, test.within, 1)
			if got, most := m.token(s.now(1)), m.token(m.best)*5/4; got > most {
				t.Errorf("%d cores, %d %s: after %d tokens %d threads take %v a token, %d would take %v",
					test.cores, test.busy, m.name, test.within, s.now(1), got, m.best, m.token(m.best))
			}
		}
	}
}

func TestProgramsThatWereBusyFromTheStartAreNoticed(t *testing.T) {
	s := simulate(2, 0.1)
	if s.decode(beside(2, 2), 25, 1); s.now(1) != 1 {
		t.Errorf("after 25 tokens %d threads", s.now(1))
	}
}

func TestTheCoresComeBackWhenTheLoadEnds(t *testing.T) {
	tests := []struct{ cores, busy, load, within int }{
		{2, 2, 50, 100}, {2, 2, 5000, 100}, {8, 8, 1000, 100}, {8, 4, 1000, 1500}, {2, 1, 1000, 1500},
	}
	for _, test := range tests {
		m := beside(test.cores, test.busy)
		for _, silent := range []bool{false, true} {
			calm := quiet(test.cores, test.cores)
			if silent {
				m, calm = m.silent(), calm.silent()
			}
			s := simulate(test.cores, 0.1)
			s.decode(calm, 100, 1)
			s.decode(m, test.load, 1)
			s.decode(calm, test.within, 1)
			if s.now(1) != test.cores {
				t.Errorf("%d cores, %d %s for %d tokens: %d threads %d tokens after", test.cores, test.busy, m.name, test.load, s.now(1), test.within)
			}
		}
	}
}

func TestTrialsBesideALoadCostLittle(t *testing.T) {
	m, s := beside(2, 2), simulate(2, 0.1)
	s.decode(m, 100, 1)
	const tokens = 5000
	if cost := s.decode(m, tokens, 1).Seconds()/(tokens*m.token(1).Seconds()) - 1; cost > 0.03 {
		t.Errorf("trials cost %.1f %% of the time", 100*cost)
	}
}

func TestNoiseDoesNotMakeItFlap(t *testing.T) {
	for _, cores := range []int{2, 4, 8, 16} {
		flat := quiet(cores, 1) // all counts are nearly the same, so that noise decides
		flat.name = "memory-bound"
		for _, m := range []machine{quiet(cores, cores), beside(cores, cores), flat} {
			s := simulate(cores, 0.3)
			s.decode(m, 100, 1)
			s.switches = 0
			s.decode(m, 5000, 1)
			if s.switches > 5 {
				t.Errorf("%d cores, %s: %d switches in 5,000 tokens, want 1 per 1,000", cores, m.name, s.switches)
			}
		}
	}
}

func TestFewerThreadsAreUsedWhereTheyAreFaster(t *testing.T) {
	m := quiet(14, 6)
	m.token = func(n int) time.Duration {
		return 100 * time.Millisecond / time.Duration(min(n, 6)) * time.Duration(10+max(0, n-6)) / 10
	}
	s := simulate(14, 0.1)
	s.decode(m, 2000, 1)
	if n := s.now(1); n < 6 || n > 7 {
		t.Errorf("%d threads where 6 are best", n)
	}
}

func TestPromptsAreSteeredToo(t *testing.T) {
	m, s := beside(2, 2), simulate(2, 0.1)
	if s.decode(m, 10, prefillChunk); s.now(prefillChunk) != 1 {
		t.Errorf("after ten batches of a prompt %d threads", s.now(prefillChunk))
	}
	if s.now(1) != 1 {
		t.Errorf("decoding begins with %d threads where prompts learned better", s.now(1))
	}
}

func TestShortPromptsAndRepliesInTurnAreSteeredToo(t *testing.T) {
	m, s := beside(4, 4), simulate(4, 0.1)
	for _, prompt := range []int{40, 128, 20, 90, 128} {
		s.decode(m, 1, prompt)
		s.decode(m, 30, 1)
	}
	if s.now(1) != 1 || s.now(prefillChunk) != 1 {
		t.Errorf("decoding takes %d threads, prompts take %d", s.now(1), s.now(prefillChunk))
	}
	for _, prompt := range []int{40, 128, 20, 90} {
		s.decode(quiet(4, 4), 1, prompt)
		s.decode(quiet(4, 4), 30, 1)
	}
	if s.now(1) != 4 || s.now(prefillChunk) != 4 {
		t.Errorf("after the load decoding takes %d threads, prompts take %d", s.now(1), s.now(prefillChunk))
	}
}

func TestOtherRepliesBesideItAreNoLoad(t *testing.T) {
	s := simulate(4, 0.1)
	for range 50 { // a batch of three takes three times as long
		s.decode(quiet(4, 4), 10, 1)
		s.decode(quiet(4, 4), 10, 3)
	}
	if s.switches > 0 {
		t.Errorf("%d switches", s.switches)
	}
}

func TestAnEngineSteersUnlessToldOtherwise(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scripted.gguf")
	script := counting()
	if err := scripted.WriteModel(path, script); err != nil {
		t.Fatal(err)
	}
	for _, fixed := range []int{0, 2} {
		r := newRunner(t)
		if _, err := r.Load(t.Context(), path, engine.LoadOptions{Threads: fixed}, nil); err != nil {
			t.Fatal(err)
		}
		threads := r.model.scheduler.threads
		if o := reply1(t, r, greedy(0, "Count.")); o.text != script.AnswerText() {
			t.Errorf("with Threads %d the reply is %q", fixed, o.text)
		}
		r.Close() // so that nothing runs on
		if l := threads.decode; threads.fixed != fixed || (fixed == 0) != (l.class == 1) {
			t.Errorf("with Threads %d: %+v", fixed, threads)
		}
	}
}

func TestTheUsersNumberOfThreadsStands(t *testing.T) {
	s := simulate(2, 0)
	s.threads = fixedThreads(2)
	s.decode(beside(2, 2), 100, 1)
	if n := s.threads.count(1, true); n != 2 {
		t.Errorf("%d threads", n)
	}
}

func TestBackgroundWorkYieldsOnABusyMachineOnly(t *testing.T) {
	s := simulate(8, 0)
	s.decode(quiet(8, 8), 10, prefillChunk)
	if n := s.threads.count(prefillChunk, true); n != 8 {
		t.Errorf("on a quiet machine it gets %d threads of 8", n)
	}
	s.decode(beside(8, 8), 20, prefillChunk)
	count := s.threads.count(prefillChunk, false)
	if n := s.threads.count(prefillChunk, true); n != (count+1)/2 {
		t.Errorf("on a busy machine it gets %d threads, a reply %d", n, count)
	}
}
