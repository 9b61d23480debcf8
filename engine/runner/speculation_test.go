package runner

import (
	"math/rand/v2"
	"testing"
	"time"
)

// writing is a reply that is written with guesses on a simulated machine.
type writing struct {
	*speculation
	exact  bool
	rows   func(n int) float64 // what a batch of n rows takes, over one row
	same   func(rows int) bool // as one by one; nil: all are
	noise  float64             // share of the time by which it varies, either way
	random *rand.Rand

	took       float64 // seconds
	tokens     int
	guessed    map[int]int // batches by guesses
	rehearsals int
}

func newWriting(p *speculation, rows func(int) float64) *writing {
	return &writing{speculation: p, rows: rows, noise: 0.1, random: rand.New(rand.NewPCG(11, 12)), guessed: map[int]int{}}
}

// write makes n batches; each guess is right with chance, if those before are.
func (w *writing) write(n int, chance float64) {
	const token = 0.05 // seconds
	chances := make([]float64, w.most)
	for i := range chances {
		chances[i] = chance
	}
	batch := func(rows int) time.Duration {
		seconds := token * w.rows(rows) * (1 + w.noise*(2*w.random.Float64()-1))
		w.took += seconds
		return time.Duration(seconds * float64(time.Second))
	}
	for range n {
		guesses, rehearse := w.count(chances, w.exact, 2)
		w.measured(1+guesses, 2, batch(1+guesses))
		w.tokens++
		for i := 0; i < guesses && w.random.Float64() < chance; i++ {
			w.tokens++
		}
		w.guessed[guesses]++
		if rehearse > 0 {
			w.rehearsals++
			w.measured(rehearse, 2, batch(rehearse))
			w.rehearsed(rehearse, 2, w.same == nil || w.same(rehearse))
		}
	}
}

// speed is over that of token by token.
func (w *writing) speed() float64 { return float64(w.tokens) * 0.05 / w.took }

func TestGuessesAreMadeWhereTheyPay(t *testing.T) {
	table := func(costs ...float64) func(int) float64 {
		return func(rows int) float64 { return costs[min(rows, len(costs))-1] }
	}
	quiet, busy, card := table(1, 1.36, 1.95, 2.6, 3.2), table(1, 1.9, 2.7, 3.6, 4.4), table(1, 1.02, 1.05, 1.1, 1.1)
	steep := table(1, 1.8, 2.1, 5.7, 5.9)
	for _, test := range []struct {
		name   string
		device bool
		rows   func(int) float64
		chance float64
		guess  bool    // in most batches
		most   int     // guesses
		least  float64 // times as fast as without
	}{
		{name: "copying on a quiet processor", rows: quiet, chance: 0.97, guess: true, most: 4, least: 1.4},
		{name: "often right on a quiet processor", rows: quiet, chance: 0.7, guess: true, most: 2, least: 1.15},
		{name: "now and then on a quiet processor", rows: quiet, chance: 0.4, least: 1},
		{name: "copying on a busy processor", rows: busy, chance: 0.95, most: 4, least: 0.97},
		{name: "where the third guess is dear", rows: steep, chance: 0.97, guess: true, most: 4, least: 1.25},
		{name: "free text", rows: quiet, chance: 0.2, least: 1},
		{name: "copying on a graphics card", device: true, rows: card, chance: 0.95, guess: true, most: maxGuessesGPU, least: 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWriting(newSpeculation(test.device, true), test.rows)
			w.write(2000, test.chance)
			if n := w.guessed[0]; test.guess != (n < 1000) {
				t.Errorf("%d of 2000 batches have no guesses: %v", n, w.guessed)
			}
			for n := range w.guessed {
				if n > test.most {
					t.Errorf("batches have %d guesses: %v", n, w.guessed)
				}
			}
			if speed := w.speed(); speed < test.least*0.99 {
				t.Errorf("%.2f times as fast as without guesses, want %.2f", speed, test.least)
			}
		})
	}
}

func TestGuessesFollowTheMachine(t *testing.T) {
	factor := 1.36
	w := newWriting(newSpeculation(false, true), func(rows int) float64 { return 1 + (factor-1)*float64(rows-1) })
	w.write(400, 0.95)
	factor = 2
	w.write(400, 0.95)
	before := w.guessed[0]
	w.write(400, 0.95)
	if n := w.guessed[0] - before; n < 380 {
		t.Errorf("%d of 400 batches are without guesses, though each costs a token: %v", n, w.guessed)
	}
	factor = 1.2
	w.write(4*mostRest, 0.95)
	before = w.guessed[0]
	w.write(400, 0.95)
	if n := w.guessed[0] - before; n > 40 {
		t.Errorf("%d of 400 batches are without guesses, though those hardly cost any more: %v", n, w.guessed)
	}
}

func TestAnExactReplyIsSpeculatedOnlyWhereNothingIsRoundedOtherwise(t *testing.T) {
	rows := func(n int) float64 { return 1 + 0.2*float64(n-1) }
	for _, test := range []struct {
		name       string
		p          *speculation
		same       func(rows int) bool
		usual      int
		rehearsals int // at most
	}{
		{name: "all are alike", p: newSpeculation(false, false), usual: 4, rehearsals: 4},
		{name: "four rows are computed otherwise", p: newSpeculation(false, false), same: func(n int) bool { return n < 4 }, usual: 2, rehearsals: 4},
		{name: "none is alike", p: newSpeculation(false, false), same: func(int) bool { return false }, usual: 0, rehearsals: 4},
		{name: "an f16 cache and two threads", p: newSpeculation(false, true), usual: 0},
		{name: "a graphics card", p: newSpeculation(true, false), usual: 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWriting(test.p, rows)
			w.exact, w.same = true, test.same
			w.write(1000, 0.95)
			if n := w.guessed[test.usual]; n < 900 {
				t.Errorf("%d of 1000 batches have %d guesses: %v", n, test.usual, w.guessed)
			}
			for guesses := range w.guessed {
				if guesses > 0 && test.same != nil && !test.same(1+guesses) {
					t.Errorf("%d batches had %d guesses", w.guessed[guesses], guesses)
				}
			}
			if w.rehearsals > test.rehearsals {
				t.Errorf("%d rehearsals, want %d at most", w.rehearsals, test.rehearsals)
			}
		})
	}
}

func TestWhatIsAskedForIsGuessedWhileItIsLikely(t *testing.T) {
	for _, test := range []struct {
		chances []float64
		want    int
	}{
		{nil, 0}, {[]float64{0.4, 0.9}, 0}, {[]float64{0.6, 0.6, 0.6}, 1}, {[]float64{0.9, 0.9, 0.9, 0.9}, 4},
	} {
		if n := worthIt(test.chances); n != test.want {
			t.Errorf("of %v %d are guessed, want %d", test.chances, n, test.want)
		}
	}
}
