package enginetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"notso/engine"
)

// aside asks in the background about the chat of req.
func aside(req engine.Request, limit int) engine.Request {
	req.Messages = append(slices.Clone(req.Messages), engine.Message{Role: engine.RoleUser, Content: "And the number of days in a year?"})
	req.Background, req.Limits.MaxTokens = true, limit
	return req
}

func background(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	req := counting(8)
	req.Messages[0].Content = "Count from 1 to 300, aloud."
	first := reply(t, e, req, engine.FinishLength)
	req.Messages = append(req.Messages, engine.Message{Role: engine.RoleAssistant, Content: first.text})
	next := req
	next.Messages = append(slices.Clone(req.Messages), engine.Message{Role: engine.RoleUser, Content: "Go on."})
	measure := func() engine.Measure {
		m, err := e.Measure(limited(t), next)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	before := measure()
	reply(t, e, aside(req, 6), engine.FinishLength)
	if after := measure(); after.CachedTokens != before.CachedTokens {
		t.Errorf("%d tokens of the next turn were cached, after a reply in the background %d", before.CachedTokens, after.CachedTokens)
	}
	if u := reply(t, e, next, engine.FinishLength).done.Usage; u.CachedTokens != before.CachedTokens {
		t.Errorf("the next turn found %d tokens cached, measured were %d", u.CachedTokens, before.CachedTokens)
	}
}

func givesWay(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	req := counting(0)
	req.Background = true
	want := reply(t, e, counting(4), engine.FinishLength)
	replied := false
	o := collect(t, e.Reply(limited(t), req), func(event engine.Event) {
		if event.Kind == engine.EventText && !replied {
			replied = true
			if got := reply(t, e, counting(4), engine.FinishLength); got.text != want.text {
				t.Errorf("beside a reply in the background: %q, want %q", got.text, want.text)
			}
		}
	})
	if !errors.Is(o.err, engine.ErrPreempted) {
		t.Errorf("the reply in the background ended with %v after %q, want %v", o.err, o.text, engine.ErrPreempted)
	}
}

func (s *suite) grammars(t *testing.T, e engine.Engine, _ engine.ModelInfo) {
	if !s.caps.Grammar {
		return
	}
	req := counting(0)
	req.Grammar = `root ::= "yes" | "no"`
	if o := reply(t, e, req, engine.FinishEnd); o.text != "yes" && o.text != "no" || o.reasoning != "" {
		t.Errorf("a grammar of yes and no let %q through", o.written())
	}
	for _, bad := range []string{`root ::= "yes`, "no rule", `root ::= nowhere`} {
		req.Grammar = bad
		var refused *engine.GrammarError
		if o := collect(t, e.Reply(limited(t), req), nil); !errors.As(o.err, &refused) || refused.Reason == "" {
			t.Errorf("the grammar %q: %v, want a GrammarError with its reason", bad, o.err)
		}
	}
	reply(t, e, counting(2), engine.FinishLength)
}

// outgrown lets a chat grow until messages are dropped.
func outgrown(t *testing.T, s *suite) {
	e := s.start(t)
	info := load(t, e, s.model, engine.LoadOptions{ContextLength: 1024})
	req := counting(2)
	req.Messages = []engine.Message{
		{Role: engine.RoleSystem, Content: "Answer in numbers."},
		{Role: engine.RoleUser, Content: "What is the first number?", Pinned: true},
		{Role: engine.RoleAssistant, Content: "One."},
	}
	add := func(n int) {
		req.Messages = append(req.Messages,
			engine.Message{Role: engine.RoleUser, Content: fmt.Sprintf("Which number comes after %d?", n)},
			engine.Message{Role: engine.RoleAssistant, Content: fmt.Sprintf("It is %d, I am sure.", n+1)})
	}
	ask := func() engine.Request {
		asked := req
		asked.Messages = append(slices.Clone(req.Messages), engine.Message{Role: engine.RoleUser, Content: "And then?"})
		return asked
	}
	var m engine.Measure
	n := 0
	for ; len(m.Dropped) == 0 && n < 300; n++ {
		add(n)
		var err error
		if m, err = e.Measure(limited(t), ask()); err != nil {
			t.Fatalf("a chat of %d turns: %v", n, err)
		}
		if m.PromptTokens >= info.ContextLength {
			t.Fatalf("%d tokens for a context of %d", m.PromptTokens, info.ContextLength)
		}
	}
	if len(m.Dropped) == 0 {
		t.Fatalf("nothing is dropped of a chat of %d turns, with %d tokens of %d", n, m.PromptTokens, m.ContextLength)
	}
	for i, index := range m.Dropped {
		if index != 3+i { // those after the pinned turn, without a gap
			t.Fatalf("%v are dropped", m.Dropped)
		}
	}
	if len(m.Dropped)%2 != 0 || len(m.Dropped) > 2*n {
		t.Errorf("half a turn is dropped: %v", m.Dropped)
	}
	first := reply(t, e, ask(), engine.FinishLength).done
	add(n)
	second := reply(t, e, ask(), engine.FinishLength).done
	for _, done := range []*engine.Done{first, second} {
		if !slices.Equal(done.Dropped, m.Dropped) {
			t.Errorf("%v are dropped, measured were %v", done.Dropped, m.Dropped)
		}
	}
	if first.Usage.PromptTokens != m.PromptTokens && !s.caps.Estimates {
		t.Errorf("the prompt has %d tokens, measured were %d", first.Usage.PromptTokens, m.PromptTokens)
	}
	if u := second.Usage; s.caps.Caches && u.CachedTokens < first.Usage.PromptTokens*3/4 {
		t.Errorf("%d of %d tokens were cached; the turn before had %d", u.CachedTokens, u.PromptTokens, first.Usage.PromptTokens)
	}
}
