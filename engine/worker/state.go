package worker

import "sync"

// Phase is what the worker is doing.
type Phase string

const (
	PhaseStopped  Phase = "stopped"  // not running: not needed yet, idle, or closed
	PhaseStarting Phase = "starting" // the process was started
	PhaseLoading  Phase = "loading"  // Fraction of Model is loaded
	PhaseReady    Phase = "ready"    // waits for calls, with Model or without one
	PhaseDied     Phase = "died"     // ended unasked, see Err; the next call starts another
)

// State is a change of the worker's phase.
type State struct {
	Phase    Phase
	Model    string  // path of the file, where there is one
	Fraction float64 // from 0 to 1, while loading
	Err      error   // a *DiedError, when it died
}

// reporter passes changes on, one at a time, in the order of the calls.
type reporter struct {
	mu   sync.Mutex
	tell func(State)
	last State
}

func (r *reporter) report(s State) {
	if r.tell == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s != r.last {
		r.last = s
		r.tell(s)
	}
}
