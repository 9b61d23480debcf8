package runner

import (
	"testing"
	"time"
)

// small is a model that two threads write little faster than one, on two cores
// and while something beside it takes part of what the second thread brings.
func small(alone, disturbed time.Duration) machine {
	return machine{
		name: "small model", cores: 2, best: 2,
		token: func(n int) time.Duration {
			if n == 1 {
				return alone
			}
			return disturbed
		},
	}
}

func TestAShortDisturbanceCostsASmallModelNoThread(t *testing.T) {
	const one, two = 7500 * time.Microsecond, 6500 * time.Microsecond
	for _, gets := range []func(int) float64{nil, func(n int) float64 { return 0.98 * float64(n) }} {
		calm, disturbed := small(one, two), small(one, 9*time.Millisecond)
		calm.gets, disturbed.gets = gets, gets
		s := simulate(2, 0.05)
		s.decode(calm, 500, 1)
		s.decode(disturbed, 1500, 1)
		if s.now(1) != 1 {
			t.Fatal("the disturbance is too small to tell")
		}
		if s.decode(calm, 500, 1); s.now(1) != 2 {
			t.Errorf("CPU time known: %t: 500 tokens after it one thread writes still", gets != nil)
		}
		s.switches = 0
		if s.decode(calm, 5000, 1); s.switches > 0 {
			t.Errorf("CPU time known: %t: %d switches on a quiet machine", gets != nil, s.switches)
		}
	}
}
