package runner

import (
	"slices"
	"time"

	"notso/engine"
)

// A reply is speculated when guesses at its next tokens (lookup) are put behind
// the token sampled last, and evaluated with it: what is sampled after each row
// says whether the guess in the next was right. The first wrong one and all after
// it are thrown away, so the text is what comes token by token.
//
// A batch of several rows takes longer than one of one row: on a processor with
// few cores nearly as many times as long, on a graphics card hardly. So guesses
// are made where they pay: how likely they are right is counted without making
// any, and what the rows cost here is measured.

const (
	// maxGuesses is the most in one batch. More rows than decodeTokens are not
	// decoded but read; on a processor more than four never pay.
	maxGuesses    = 4
	maxGuessesGPU = decodeTokens - 1

	// margin is how many times as fast as token by token it must be.
	margin = 1.1

	// sure is the share of the rows that must be expected to count for a batch to
	// be tried whose cost is unknown. Rows cost no more than tokens, so a trial
	// loses no more than the rest of them.
	sure = 0.8

	// likely is how likely a guess must count to be made without measuring.
	likely = 0.5

	// freshFor is how many batches may pass between two of one row.
	freshFor = 32

	// recentCosts are kept of each number of rows; enoughCosts tell something.
	recentCosts = 5
	enoughCosts = 2

	// A cost is old after so many batches without another of its size, which may
	// be tried again then; the next time after twice as many, up to the most.
	firstRest = 128
	mostRest  = 2048
)

// speculation decides how many guesses a batch gets. It keeps no clock and knows
// no text. One goroutine uses it.
type speculation struct {
	most    int                         // guesses
	rounds  bool                        // attention adds up otherwise for one row than for several, where there are several threads
	threads int                         // with which costs were measured
	costs   [1 + 1 + maxGuessesGPU]cost // by rows
	same    map[shape]bool              // whether rows are computed as they are one by one, to the bit
}

// shape is what rounding depends on, where attention does not.
type shape struct{ rows, threads int }

// cost is what batches of one size took.
type cost struct {
	recent []float64 // seconds, latest last
	age    int       // batches since the last of them
	rest   int       // batches after which it is old
}

// newSpeculation knows nothing of the machine but what rounding depends on: on a
// graphics card other programs compute one row than several; on a processor,
// attention to an f16 cache splits the keys of a single row by threads.
func newSpeculation(device, f16 bool) *speculation {
	p := &speculation{most: maxGuesses, rounds: device || f16, same: map[shape]bool{}}
	if device {
		p.most = maxGuessesGPU
	}
	return p
}

// count is how many guesses pay, of as many as there are chances; those tell how
// likely each is right if the ones before it are. Where the reply must be the same
// to the bit as without guesses, it is those that are known to be evaluated alike;
// rehearse is how many rows would pay if they were, which is not known.
func (p *speculation) count(chances []float64, exact bool, threads int) (guesses, rehearse int) {
	plain := p.costs[1].typical()
	if plain == 0 || threads != p.threads || p.costs[1].age > freshFor {
		return 0, 0
	}
	best, rows, unknown := margin, 1, false
	least, tokens, right := plain, 1.0, 1.0
	for i, chance := range chances[:min(len(chances), p.most)] {
		right *= chance
		tokens += right
		n := i + 2
		known := true
		if exact {
			var same bool
			if same, known = p.alike(n, threads); known && !same {
				continue
			}
		}
		c := &p.costs[n]
		took := c.typical()
		switch {
		case took > 0 && !c.old():
			least = max(least, took)
		case tokens >= sure*float64(n):
			took = least // more rows do not take less
		case took == 0:
			continue
		}
		if speed := tokens * plain / took; speed > best {
			best, rows, unknown = speed, n, !known
		}
	}
	if unknown {
		return 0, rows
	}
	return rows - 1, 0
}

// alike tells whether so many rows are computed as they are one by one.
func (p *speculation) alike(rows, threads int) (same, known bool) {
	if p.rounds && threads > 1 {
		return false, true
	}
	same, known = p.same[shape{rows, threads}]
	return same, known
}

// rehearsed notes whether they are.
func (p *speculation) rehearsed(rows, threads int, same bool) {
	p.same[shape{rows, threads}] = same
}

// measured takes note of a batch of one reply.
func (p *speculation) measured(rows, threads int, took time.Duration) {
	if threads != p.threads {
		p.threads = threads
		clear(p.costs[:])
	}
	for i := range p.costs {
		p.costs[i].age++
	}
	c := &p.costs[rows]
	if c.old() {
		c.recent, c.rest = []float64{c.typical()}, min(2*c.rest, mostRest)
	}
	c.recent = append(c.recent, took.Seconds())
	if len(c.recent) > recentCosts {
		c.recent = c.recent[1:]
	}
	c.age, c.rest = 0, max(firstRest, c.rest)
}

// single is what the token would have taken alone that was evaluated with
// guesses; 0 where that is not known.
func (p *speculation) single(rows, threads int, took time.Duration) time.Duration {
	plain, several := p.costs[1].typical(), p.costs[rows].typical()
	if threads != p.threads || plain == 0 || several == 0 {
		return 0
	}
	return time.Duration(float64(took) * plain / several)
}

func (c *cost) old() bool { return len(c.recent) >= enoughCosts && c.age > c.rest }

// typical is the median; 0 while there is too little to tell.
func (c *cost) typical() float64 {
	if len(c.recent) < enoughCosts {
		return 0
	}
	sorted := slices.Sorted(slices.Values(c.recent))
	return sorted[(len(sorted)-1)/2]
}

// worthIt counts the guesses that are made without measuring.
func worthIt(chances []float64) (n int) {
	right := 1.0
	for _, chance := range chances {
		if right *= chance; right < likely {
			break
		}
		n++
	}
	return n
}

// exactly tells whether a reply must be the same to the bit as without guesses:
// one that draws is as likely with another rounding.
func exactly(s engine.Sampling) bool { return s.Temperature <= 0 }
