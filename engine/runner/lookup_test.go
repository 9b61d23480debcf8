package runner

import (
	"math/rand/v2"
	"slices"
	"testing"

	"notso/engine/llama"
)

func letters(s string) []llama.Token {
	tokens := make([]llama.Token, 0, len(s))
	for _, r := range s {
		tokens = append(tokens, llama.Token(r))
	}
	return tokens
}

func TestGuessesComeFromWhereTheLastTokensStoodBefore(t *testing.T) {
	for _, test := range []struct {
		name, text, want string
		length           int
	}{
		{name: "nothing was", text: "", want: ""},
		{name: "one token tells nothing", text: "aba", want: ""},
		{name: "two tokens", text: "abcd-ab", want: "cd-", length: 2},
		{name: "three tokens before two", text: "xabc1-ab2-xab", want: "c1-", length: 3},
		{name: "the last of several places", text: "abc1-abc2-abc", want: "2-a", length: 4},
		{name: "a place that was right is kept to", text: "abcde1-de2-abcde", want: "1-d", length: 5},
		{name: "from a false lead to a better one", text: "abX-cdbY-cdb", want: "Y-c", length: 4},
		{name: "a text that repeats itself goes on so", text: "abab", want: "aba", length: 2},
		{name: "one token again and again", text: "aaa", want: "aaa", length: 2},
		{name: "a long match counts to a limit", text: "abcdefghijklmnopqrst-abcdefghijklmnopq", want: "rst", length: longestMatch},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLookup(0)
			all := letters(test.text)
			l.follow(all[:len(all)/2])
			l.follow(all)
			if got := l.guess(3); !slices.Equal(got, letters(test.want)) && (len(got) > 0 || test.want != "") {
				t.Errorf("%c, want %q", got, test.want)
			}
			if l.length != test.length {
				t.Errorf("%d tokens match, want %d", l.length, test.length)
			}
			if n := len(l.chances(3)); n != len(test.want) {
				t.Errorf("%d chances for %d guesses", n, len(test.want))
			}
		})
	}
}

func TestTheMatchBeforeAGuessIsTrue(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	l := newLookup(0)
	var all []llama.Token
	for range 4000 {
		all = append(all, llama.Token(random.IntN(3)))
		l.follow(all)
		n := len(all)
		if l.length == 1 || l.length > 0 && !slices.Equal(all[l.source-l.length:l.source], all[n-l.length:]) {
			t.Fatalf("after %d tokens: %d before %d are said to be the last", n, l.length, l.source)
		}
	}
}

func TestHowGoodGuessesAreIsKnownBeforeAnyIsUsed(t *testing.T) {
	phrase := letters("the quick brown fox jumps over the lazy dog and runs away; ")
	copying, strange := newLookup(len(phrase)), newLookup(len(phrase))
	copying.follow(slices.Concat(phrase, phrase, phrase))
	if chance := copying.chances(1)[0]; chance < 0.9 {
		t.Errorf("while a text is copied the next guess counts as right with %.2f", chance)
	}
	random := rand.New(rand.NewPCG(7, 8))
	all := slices.Clone(phrase)
	for range 300 {
		all = append(all, llama.Token(random.IntN(4)))
	}
	strange.follow(all)
	if chance := strange.odds.chance(3); chance > 0.45 {
		t.Errorf("in a random text of four letters guesses count as right with %.2f", chance)
	}
	before := newLookup(1000)
	before.follow(slices.Concat(phrase, phrase))
	if before.odds != (odds{}) {
		t.Error("guesses at the prompt were counted")
	}
}

func TestOddsFollowAChange(t *testing.T) {
	var o odds
	for range 1000 {
		o.note(9, true)
	}
	good := o.chance(9)
	for range 2 * oddsMemory {
		o.note(9, false)
	}
	if bad := o.chance(9); good < 0.95 || bad > 0.25 {
		t.Errorf("%.2f after being right, %.2f after being wrong", good, bad)
	}
}

// BenchmarkLookup is the cost of one token at the end of a long text.
func BenchmarkLookup(b *testing.B) {
	random := rand.New(rand.NewPCG(9, 10))
	all := make([]llama.Token, 20_000)
	for i := range all {
		all[i] = llama.Token(random.IntN(5000))
	}
	l, n := newLookup(0), 0
	for b.Loop() {
		if n++; n > len(all) {
			l, n = newLookup(0), 1
		}
		l.follow(all[:n])
	}
}
