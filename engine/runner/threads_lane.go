package runner

import (
	"math/bits"
	"slices"
	"time"
)

const (
	// sampleTime is the least that one sample measures: several of the slices,
	// of some milliseconds, in which a system gives out its cores.
	sampleTime = 25 * time.Millisecond

	// recentSamples are kept of the count in use.
	recentSamples = 16

	// alarmSamples are looked at for a sudden change, by alarmFactor. One sample
	// is enough at collapseFactor.
	alarmSamples   = 3
	alarmFactor    = 1.5
	collapseFactor = 8

	// gain is what another count must cost less to be taken.
	gain = 0.13

	// harmless is how many times as much fewer threads may cost for still fewer
	// to be tried.
	harmless = 1.3

	// So many samples pass before the next trial: twice as many whenever all
	// neighbours have lost, up to the most.
	firstPause = 64
	shortPause = 16
	mostPause  = 512

	// After relief that proved false, so many times the wait doubles at most.
	mostDeceived = 5

	// paybackHome is how many times the time that trials lost must pass by before
	// one is made without cause: 0.25 % at most go into them at the count that is
	// best on a quiet machine, 1.25 % elsewhere, where there is a way back to find.
	paybackHome = 400
	payback     = 80

	// A machine is contended when our threads lose more than lostCores of the
	// time of one core, and no longer when they lose less than spareCores: on
	// average, to which a new sample adds lossWeight.
	lostCores  = 0.3
	spareCores = 0.15
	lossWeight = 0.4
)

// lane steers the count for one kind of batches. It compares time per token at
// the count in use with a trial of another, and moves where that is clearly
// faster. Trials are made of its own accord, ever more rarely while they change
// nothing, and at once when the time per token jumps or the machine turns out to
// be contended. A trial ends with the first samples that say it will not win.
type lane struct {
	most        int // threads
	quick, full int // samples that a trial takes to lose, and to win

	now       int // the count in use
	home      int // the best while the cores are ours
	refuge    int // the best when they were not, last time; 0: unknown
	contended bool
	loss      float64 // cores
	alert     bool    // it got worse, and nothing was done about it yet
	relief    bool    // it got better, likewise
	deeper    int     // the count to try because it got worse; 0: none
	deceived  int     // how often it had not got better in truth, since the count changed

	class  int       // of the batches' size: only like is compared with like
	sample step      // being gathered
	recent []float64 // seconds per token at now, latest last

	trial    int       // the count on trial; 0: none
	trials   []float64 // its seconds per token
	spent    float64   // seconds on trial
	triedFor int       // tokens on trial

	since int     // samples after the last trial
	pause int     // samples before the next
	debt  float64 // seconds before the next

	toward int // fewer threads, -1, or more, 1: where the next trials go first
	turn   int // which neighbour is tried next
}

func newLane(most, quick, full int) lane {
	return lane{most: most, quick: quick, full: full, now: most, home: most, pause: firstPause, since: firstPause / 2, toward: -1}
}

// follow goes where another lane went, unless this one has measurements of its
// own.
func (l *lane) follow(other *lane) {
	if l.trial > 0 || len(l.recent) >= l.quick {
		return
	}
	if l.contended = other.contended; l.contended {
		l.refuge = other.now
		l.now = other.now
	} else {
		l.now = l.home
	}
	l.recent, l.sample, l.deeper = nil, step{}, 0
}

func (l *lane) threads() int {
	if l.trial > 0 {
		return l.trial
	}
	return l.now
}

// measured gathers batches into samples. It returns whether the count in use has
// changed.
func (l *lane) measured(s step) (moved bool) {
	if s.threads != l.threads() { // half of them, for the background
		l.feel(s)
		return false
	}
	if class := sizeClass(s.tokens); class != l.class {
		l.class, l.sample, l.recent = class, step{}, nil
		l.abandon()
	}
	if l.sample.threads != s.threads {
		l.sample = step{threads: s.threads}
	}
	l.sample.tokens += s.tokens
	l.sample.took += s.took
	l.sample.cpu += s.cpu
	if l.sample.took < sampleTime {
		return false
	}
	s, l.sample = l.sample, step{}
	if l.trial > 0 {
		return l.try(s)
	}
	l.settled(s)
	return false
}

// sizeClass tells batches apart whose times per token differ by much.
func sizeClass(tokens int) int {
	if tokens <= decodeTokens {
		return tokens
	}
	return decodeTokens + bits.Len(uint(tokens-1))
}

// settled takes a sample of the count in use, and begins a trial where one is
// due.
func (l *lane) settled(s step) {
	l.since++
	l.debt = max(0, l.debt-s.took.Seconds())
	l.recent = append(l.recent, s.perToken())
	if len(l.recent) > recentSamples {
		l.recent = l.recent[1:]
	}
	l.feel(s)
	if next := l.candidate(); next > 0 && next != l.now {
		l.trial, l.trials, l.spent, l.triedFor = next, nil, 0, 0
	}
}

// feel notes whether other programs take our threads' cores.
func (l *lane) feel(s step) {
	if s.cpu == 0 {
		return
	}
	lost := float64(s.threads) - s.cpu.Seconds()/s.took.Seconds()
	l.loss += lossWeight * (lost - l.loss)
	switch {
	case l.loss > lostCores && !l.contended:
		l.contended, l.alert = true, true
	case l.loss < spareCores:
		l.contended = false
	}
}

// candidate is the count to try next; 0: none now.
func (l *lane) candidate() int {
	l.watch()
	switch {
	case l.deeper > 0:
		return l.deeper
	case l.alert && l.since >= 2*alarmSamples:
		l.alert, l.deeper = false, l.lower()
		return l.deeper
	case l.relief && l.since >= shortPause<<l.deceived:
		l.relief = false
		l.deceived = min(l.deceived+1, mostDeceived)
		return l.home
	case len(l.recent) < l.quick || l.since < l.pause || l.debt > 0:
		return 0
	}
	return l.neighbour()
}

// watch looks for a jump of the cost. What was measured before one counts no
// more.
func (l *lane) watch() {
	jump, last := l.jump(1, 2), 1
	if jump < collapseFactor {
		jump, last = l.jump(alarmSamples, alarmSamples), alarmSamples
	}
	switch {
	case jump > alarmFactor:
		l.alert, l.relief, l.contended = true, false, true
	case jump < 1/alarmFactor:
		l.alert, l.relief, l.contended = false, l.now != l.home, false
	default:
		return
	}
	l.recent = slices.Clone(l.recent[len(l.recent)-last:])
}

// jump is how many times as much the last samples cost as those before, of which
// there must be enough; else 1.
func (l *lane) jump(last, before int) float64 {
	n := len(l.recent) - last
	if n < before {
		return 1
	}
	return typical(l.recent[n:]) / typical(l.recent[:n])
}

// lower is where to go when cores are short: where it was good the last time, or
// half.
func (l *lane) lower() int {
	if l.refuge > 0 && l.refuge < l.now {
		return l.refuge
	}
	return l.now / 2
}

// neighbour takes turns among the counts near the one in use, first in the
// direction that won, and those that were good on a quiet machine.
func (l *lane) neighbour() int {
	near, far := l.toward, l.toward*max(1, l.now/3)
	choices := []int{l.now + far, l.now + near, l.now - near, l.now - far, l.home, l.most}
	for range choices {
		next := choices[l.turn]
		if l.turn++; l.turn == len(choices) {
			l.turn, l.pause = 0, min(mostPause, 2*l.pause)
		}
		if next >= 1 && next <= l.most && next != l.now {
			return next
		}
	}
	return 0
}

// try takes a sample of a trial. It returns whether the trial has won.
func (l *lane) try(s step) (won bool) {
	l.trials = append(l.trials, s.perToken())
	l.spent += s.took.Seconds()
	l.triedFor += s.tokens
	bar := typical(l.recent) * (1 - gain)
	if (l.trial == l.home || l.trial == l.most) && !l.contended {
		// The way back needs no gain: what was won in a disturbance too small to be
		// called one must not stay for as little as it costs now.
		bar = typical(l.recent)
	}
	n := len(l.trials)
	switch {
	case n < l.quick:
		if sum(l.trials) > bar*float64(l.quick) {
			l.lost()
		}
	case n == l.quick || n >= l.full:
		if typical(l.trials) >= bar {
			l.lost()
		} else if n >= l.full {
			l.won()
			return true
		}
	}
	return false
}

// lost ends a trial, and notes what it cost.
func (l *lane) lost() {
	extra := l.spent - float64(l.triedFor)*typical(l.recent)
	if l.now == l.home {
		l.debt += paybackHome * max(0, extra)
	} else {
		l.debt += payback * max(0, extra)
	}
	if l.deeper > 0 && typical(l.trials) < harmless*typical(l.recent) {
		l.deeper /= 2 // there may be more of the slope to go
	} else {
		l.deeper = 0
	}
	l.abandon()
}

// won moves to the count on trial.
func (l *lane) won() {
	if l.contended {
		if l.now == l.home {
			l.debt *= float64(payback) / paybackHome // as if it had been made here
		}
		l.refuge = l.trial
	} else {
		l.home = l.trial
	}
	if l.toward = 1; l.trial < l.now && !l.contended {
		l.toward = -1
	}
	l.now, l.recent = l.trial, l.trials
	l.turn, l.pause, l.deceived, l.deeper = 0, shortPause, 0, 0
	l.abandon()
}

func (l *lane) abandon() {
	l.trial, l.trials, l.since = 0, nil, 0
}

func (s step) perToken() float64 { return s.took.Seconds() / float64(s.tokens) }

// typical is the mean without the largest quarter: a hiccup is no load.
func typical(seconds []float64) float64 {
	sorted := slices.Sorted(slices.Values(seconds))
	sorted = sorted[:len(sorted)-(len(sorted)+3)/4]
	if len(sorted) == 0 {
		return seconds[0]
	}
	return sum(sorted) / float64(len(sorted))
}

func sum(xs []float64) (total float64) {
	for _, x := range xs {
		total += x
	}
	return total
}
