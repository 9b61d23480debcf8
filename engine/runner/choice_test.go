package runner

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/llama"
	"notso/engine/scripted"
)

func TestTheLikeliestAreThoseOfASortedList(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		logits := make([]float32, 40)
		for i := range logits {
			logits[i] = float32(random.IntN(12)) // with equals
		}
		except := llama.Token(random.IntN(len(logits)))
		var want []llama.Token
		for i := range logits {
			if llama.Token(i) != except {
				want = append(want, llama.Token(i))
			}
		}
		slices.SortStableFunc(want, func(a, b llama.Token) int { return int(logits[b] - logits[a]) })
		n := 1 + random.IntN(engine.MaxAlternatives)
		if got := likeliest(logits, except, n); !slices.Equal(got, want[:n]) {
			t.Fatalf("%d of %v without %d: %v, want %v", n, logits, except, got, want[:n])
		}
		sum, probability := 0.0, softmax(logits)
		for i := range logits {
			sum += probability(llama.Token(i))
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("the probabilities make %g", sum)
		}
	}
}

func TestProbabilitiesAreTheModelsOwn(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 1024})
	req := greedy(12, question)
	req.Alternatives = engine.MaxAlternatives
	plain := choices(reply1(t, r, req))
	req.Sampling = engine.Sampling{TopK: 1, Temperature: 1.7, RepeatPenalty: 1.0001}
	for i, c := range choices(reply1(t, r, req)) {
		if c.Token != plain[i].Token {
			break // the penalty had its say
		}
		if math.Abs(c.Probability-plain[i].Probability) > 0.05 || c.Probability > 0.999999 {
			t.Errorf("choice %d has %g, with other sampling %g", i, c.Probability, plain[i].Probability)
		}
	}
}

func TestEveryTokenOfAReplyIsTold(t *testing.T) {
	r := loadScripted(t, scripted.Reasoning(), engine.LoadOptions{})
	req := greedy(0, "6 × 7?")
	req.Thinking, req.Alternatives, req.Limits.Reasoning = engine.ThinkingOn, 2, 4
	o := reply1(t, r, req)
	all := choices(o)
	if want := o.done.Usage.ReplyTokens + 1; len(all) != want {
		t.Fatalf("%d choices of %d tokens and the end", len(all), want-1)
	}
	var reasoning, text, forced strings.Builder
	for i, c := range all {
		switch {
		case len(c.Others) == 0:
			forced.WriteString(c.Piece)
		case c.End != (i == len(all)-1):
			t.Errorf("choice %d of %d: %+v", i, len(all), c)
		case c.Reasoning:
			reasoning.WriteString(c.Piece)
		case !c.End:
			text.WriteString(c.Piece)
		}
	}
	if got := strings.TrimPrefix(reasoning.String(), "<think>"); got != o.reasoning || text.String() != o.text || forced.String() != "</think>" {
		t.Errorf("choices of reasoning %q, closed by %q, of text %q; the reply is %q, %q", got, forced.String(), text.String(), o.reasoning, o.text)
	}
}

func TestABranchMayBeginAnywhere(t *testing.T) {
	for _, script := range []scripted.Script{scripted.Plain(), scripted.Reasoning(), scripted.ToolCall()} {
		r := loadScripted(t, script, engine.LoadOptions{})
		req := greedy(0, "Go on.")
		req.Thinking, req.Alternatives = engine.ThinkingOn, 1
		whole := reply1(t, r, req)
		var tokens []int32
		for i, c := range choices(whole) {
			req.Resume = &engine.Partial{Tokens: slices.Clone(tokens)}
			o := reply1(t, r, req) // within a rune, a tag and a tool call too
			if o.text != whole.text || o.reasoning != whole.reasoning {
				t.Errorf("after %d tokens: %q, %q; in one go %q, %q", i, o.reasoning, o.text, whole.reasoning, whole.text)
			}
			if u := o.done.Usage; u.ReplyTokens != whole.done.Usage.ReplyTokens-i || i > 0 && u.CachedTokens < u.PromptTokens-2 {
				t.Errorf("after %d tokens: %+v, in one go %+v", i, u, whole.done.Usage)
			}
			tokens = append(tokens, c.Token)
		}
	}
}

func TestABranchFollowsTheTextOfAResumedReply(t *testing.T) {
	r := loadScripted(t, scripted.Reasoning(), engine.LoadOptions{})
	req := greedy(0, "Go on.")
	req.Thinking, req.Alternatives = engine.ThinkingOn, 1
	whole := reply1(t, r, req)
	all := choices(whole)
	var before, more strings.Builder
	for _, c := range all[1:4] { // after <think>
		before.WriteString(c.Piece)
	}
	req.Resume = &engine.Partial{Reasoning: before.String()}
	for _, c := range all[4:6] {
		more.WriteString(c.Piece)
		req.Resume.Tokens = append(req.Resume.Tokens, c.Token)
	}
	o := reply1(t, r, req)
	if before.String()+o.reasoning != whole.reasoning || !strings.HasPrefix(o.reasoning, more.String()) || o.text != whole.text {
		t.Errorf("after %q: %q, %q; in one go %q, %q", before.String(), o.reasoning, o.text, whole.reasoning, whole.text)
	}
}

func choices(o outcome) (all []engine.Choice) {
	for _, e := range o.events {
		if e.Kind == engine.EventChoice {
			all = append(all, *e.Choice)
		}
	}
	return all
}
