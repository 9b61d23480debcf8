package enginetest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"notso/engine"
)

func (s *suite) alternatives(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	const tokens = 6
	plain := reply(t, e, counting(tokens), engine.FinishLength)
	if len(plain.choices) != 0 {
		t.Errorf("%d choices were told unasked", len(plain.choices))
	}
	for _, n := range []int{1, engine.MaxAlternatives} {
		req := counting(tokens)
		req.Alternatives = n
		o := reply(t, e, req, engine.FinishLength)
		if s.caps.NoTokens {
			if len(o.choices) != 0 || o.written() != plain.written() {
				t.Errorf("%d choices of an engine without tokens, and the reply %q", len(o.choices), o.written())
			}
			continue
		}
		if len(o.choices) != tokens {
			t.Fatalf("%d choices were told of %d tokens", len(o.choices), tokens)
		}
		var pieces strings.Builder
		for i, c := range o.choices {
			pieces.WriteString(c.Piece)
			if len(c.Others) != n || c.Probability < c.Others[0].Probability || c.End {
				t.Errorf("greedy choice %d beside %d others: %+v", i, n, c)
			}
		}
		if o.written() != plain.written() || pieces.String() != plain.written() {
			t.Errorf("%q was chosen and %q written, without choices %q", pieces.String(), o.written(), plain.written())
		}
	}
	for _, n := range []int{-1, engine.MaxAlternatives + 1} {
		req := counting(tokens)
		req.Alternatives = n
		var refused *engine.UnsupportedError
		if o := collect(t, e.Reply(limited(t), req), nil); !errors.As(o.err, &refused) {
			t.Errorf("%d alternatives: %v, want an UnsupportedError", n, o.err)
		}
	}
}

func (s *suite) branches(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	const tokens = 8
	req := counting(tokens)
	if s.caps.NoTokens {
		req.Resume = &engine.Partial{Tokens: []int32{1}}
		var refused *engine.UnsupportedError
		if o := collect(t, e.Reply(limited(t), req), nil); !errors.As(o.err, &refused) {
			t.Errorf("after a token: %v, want an UnsupportedError", o.err)
		}
		return
	}
	req.Alternatives = engine.MaxAlternatives
	whole := reply(t, e, req, engine.FinishLength)
	for _, k := range []int{0, 3, tokens - 1} {
		var before []int32
		text := ""
		for _, c := range whole.choices[:k] {
			before, text = append(before, c.Token), text+c.Piece
		}
		req.Limits.MaxTokens = tokens - k
		req.Resume = &engine.Partial{Tokens: before}
		if same := reply(t, e, req, engine.FinishLength); same.written() != whole.written() || len(same.choices) != tokens-k {
			t.Errorf("after %d tokens: %q with %d choices, in one go %q", k, same.written(), len(same.choices), whole.written())
		}
		at := slices.IndexFunc(whole.choices[k].Others, func(o engine.Other) bool { return !o.End && !strings.Contains(o.Piece, "\uFFFD") })
		if at < 0 {
			t.Fatalf("nothing to branch off with: %+v", whole.choices[k])
		}
		other := whole.choices[k].Others[at]
		req.Resume.Tokens = append(before, other.Token)
		branch := collect(t, e.Reply(limited(t), req), nil)
		if branch.err != nil {
			t.Fatal(branch.err)
		}
		if got := branch.written(); !strings.HasPrefix(got, text+other.Piece) {
			t.Errorf("branched off after %q with %q: %q", text, other.Piece, got)
		}
		if n := branch.done.Usage.ReplyTokens; n != len(branch.choices) && n+1 != len(branch.choices) {
			t.Errorf("%d choices of %d new tokens", len(branch.choices), n)
		}
		if again := collect(t, e.Reply(limited(t), req), nil); s.caps.Exact && again.written() != branch.written() {
			t.Errorf("the same branch: %q, then %q", branch.written(), again.written())
		}
	}
	for _, token := range []int32{-1, 1 << 30} {
		req.Resume.Tokens = []int32{token}
		var refused *engine.UnsupportedError
		if o := collect(t, e.Reply(limited(t), req), nil); !errors.As(o.err, &refused) {
			t.Errorf("after the token %d: %v, want an UnsupportedError", token, o.err)
		}
	}
}

// checkChoice checks one choice by itself.
func (o *outcome) checkChoice(c *engine.Choice) {
	if c == nil {
		o.fault("an impossible choice: %+v", c)
		return
	}
	all := append([]engine.Other{{Token: c.Token, Piece: c.Piece, Probability: c.Probability, End: c.End}}, c.Others...)
	sum, seen := 0.0, map[int32]bool{}
	for i, other := range all {
		sum += other.Probability
		falls := i < 2 || other.Probability <= all[i-1].Probability
		if seen[other.Token] || other.Probability < 0 || !utf8.ValidString(other.Piece) || !falls {
			o.fault("an impossible choice: %+v", *c)
			return
		}
		seen[other.Token] = true
	}
	if sum > 1.000001 {
		o.fault("an impossible choice: probabilities of %g in all: %+v", sum, *c)
	}
}
