package llama

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"notso/engine"
)

func TestAGrammarAllowsOnlyItsLanguage(t *testing.T) {
	m := openModel(t)
	c := openContext(t, m, ContextOptions{Length: 512})
	tokens := m.Vocab().TokenizePrompt(story)
	last := evaluate(t, c, 0, 0, tokens)
	tests := []struct {
		name     string
		sampling engine.Sampling
		grammar  string
		begin    string
		want     string // a regular expression for the whole text
	}{
		{"one of two words", engine.Sampling{}, `root ::= "maybe" | "never"`, "", `maybe|never`},
		{"drawn", engine.Sampling{Temperature: 3, RepeatPenalty: 1.1}, `root ::= [a-f]{3} "-" [0-9]{3}`, "", `[a-f]{3}-\d{3}`},
		{"runes of several bytes", engine.Sampling{Temperature: 3}, `root ::= [à-þ]{4}`, "", `[à-þ]{4}`},
		{"goes on after its beginning", engine.Sampling{}, `root ::= "one two " ("three" | "four")`, "one two", ` (three|four)`},
		{"no names of tokens for structure", engine.Sampling{}, `root ::= "<|" [a-z_]{1,9} "|>"`, "", `<\|[a-z_]{1,9}\|>`},
	}
	for _, test := range tests {
		s, err := m.NewSampler(test.sampling, 7, test.grammar)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if !s.Begin(m.Vocab().Tokenize(test.begin)) {
			t.Errorf("%s: the grammar does not begin with %q", test.name, test.begin)
		}
		n, at := len(tokens), last
		var text []byte
		for range 24 {
			token := s.Sample(c, at)
			if token == NoToken || m.Vocab().IsEnd(token) {
				break
			}
			text = m.Vocab().AppendPiece(text, token, false)
			at = evaluate(t, c, 0, n, []Token{token})
			n++
		}
		c.CutSequence(0, len(tokens)-1)
		last = evaluate(t, c, 0, len(tokens)-1, tokens[len(tokens)-1:])
		if got := string(text); !regexp.MustCompile("^(" + test.want + ")$").MatchString(got) {
			t.Errorf("%s: the grammar let %q through, want %s", test.name, got, test.want)
		}
	}
}

func TestAGrammarLeftAloneHoldsLater(t *testing.T) {
	m := openModel(t)
	c := openContext(t, m, ContextOptions{Length: 256})
	last := evaluate(t, c, 0, 0, m.Vocab().TokenizePrompt(story))
	s, err := m.NewSampler(engine.Sampling{}, 1, `root ::= "0"`)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	text := func() string { return string(m.Vocab().AppendPiece(nil, s.Sample(c, last), false)) }
	s.Suspend(true)
	if got := text(); got == "0" {
		t.Errorf("free to write anything, it wrote %q", got)
	}
	s.Suspend(false)
	if got := text(); got != "0" {
		t.Errorf("then it wrote %q, want 0", got)
	}
}

func TestAGrammarThatLeadsNowhereGivesNoToken(t *testing.T) {
	m := openModel(t)
	c := openContext(t, m, ContextOptions{Length: 256})
	last := evaluate(t, c, 0, 0, m.Vocab().TokenizePrompt(story))
	s, err := m.NewSampler(engine.Sampling{Temperature: 1}, 1, `root ::= [^\x00-\U0010FFFF]`)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if token := s.Sample(c, last); token != NoToken {
		t.Errorf("sampled %d", token)
	}
	if s.Begin(m.Vocab().Tokenize("a")) {
		t.Error("it begins with a letter that it does not have")
	}
}

func TestAGrammarThatCannotBeReadIsRefused(t *testing.T) {
	m := openModel(t)
	for name, grammar := range map[string]string{
		"no grammar":         "this is no grammar",
		"no root":            `answer ::= "a"`,
		"an undefined rule":  `root ::= missing`,
		"recursion forever":  `root ::= root "a"`,
		"a zero byte":        "root ::= \"a\x00b\"",
		"too long":           `root ::= "` + strings.Repeat("a", maxGrammarBytes) + `"`,
		"too deep":           `root ::= ` + strings.Repeat("(", 20_000) + `"a"` + strings.Repeat(")", 20_000),
		"a quote left open":  `root ::= "a`,
		"a bracket too many": `root ::= "a")`,
	} {
		s, err := m.NewSampler(engine.Sampling{}, 1, grammar)
		var refused *engine.GrammarError
		if !errors.As(err, &refused) || refused.Reason == "" {
			t.Errorf("%s: %v, want a *GrammarError with its reason", name, err)
		}
		if err == nil {
			s.Close()
		}
	}
	deep := `root ::= ` + strings.Repeat("(", maxGrammarBrackets) + `"a"` + strings.Repeat(")", maxGrammarBrackets)
	s, err := m.NewSampler(engine.Sampling{}, 1, deep)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}
