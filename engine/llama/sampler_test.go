package llama

import (
	"slices"
	"strings"
	"testing"

	"notso/engine"
)

func TestTheChainHasOnlyWhatIsOn(t *testing.T) {
	m := openModel(t)
	tests := []struct {
		name     string
		sampling engine.Sampling
		grammar  string
		want     string
	}{
		{"zero value", engine.Sampling{}, "", "greedy"},
		{"card's recommendation", engine.DefaultSampling(), "", "top-p temp dist"},
		{"everything", engine.Sampling{Temperature: 0.8, TopK: 40, TopP: 0.9, MinP: 0.1, RepeatPenalty: 1.1}, "",
			"penalties top-k top-p min-p temp dist"},
		{"greedy with penalties", engine.Sampling{TopK: 40, PresencePenalty: 0.5}, "", "penalties greedy"},
		{"grammar", engine.Sampling{}, `root ::= "yes" | "no"`, "grammar greedy"},
	}
	for _, test := range tests {
		s, err := m.NewSampler(test.sampling, 1, test.grammar)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if got := strings.Join(s.Names(), " "); got != test.want {
			t.Errorf("%s: the chain is %q, want %q", test.name, got, test.want)
		}
		s.Close()
	}
}

func TestASeedDrawsTheSameTokensAgain(t *testing.T) {
	m := openModel(t)
	c := openContext(t, m, ContextOptions{Length: 256})
	last := evaluate(t, c, 0, 0, m.Vocab().TokenizePrompt(story))
	draw := func(seed uint32) (drawn []Token) {
		s, err := m.NewSampler(engine.Sampling{Temperature: 2}, seed, "")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for range 16 {
			drawn = append(drawn, s.Sample(c, last))
		}
		return drawn
	}
	if a, b := draw(7), draw(7); !slices.Equal(a, b) {
		t.Errorf("seed 7 drew %v, then %v", a, b)
	}
	if a, b := draw(7), draw(8); slices.Equal(a, b) {
		t.Errorf("seeds 7 and 8 both drew %v", a)
	}
}

func TestARepeatPenaltyCountsAcceptedTokens(t *testing.T) {
	m := openModel(t)
	c := openContext(t, m, ContextOptions{Length: 256})
	last := evaluate(t, c, 0, 0, m.Vocab().TokenizePrompt(story))
	sample := func(accept ...Token) Token {
		s, err := m.NewSampler(engine.Sampling{RepeatPenalty: 100}, 1, "")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, token := range accept {
			s.Accept(token)
		}
		return s.Sample(c, last)
	}
	first := sample()
	if again := sample(first); again == first {
		t.Errorf("token %d was picked in spite of a repeat penalty of 100", first)
	}
}
