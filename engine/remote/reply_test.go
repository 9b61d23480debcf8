package remote

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/scripted"
)

// told is what a reply came to.
type told struct {
	reasoning, text string
	calls           []engine.ToolCall
	done            *engine.Done
	err             error
}

func ask(t *testing.T, e *Engine, req engine.Request) (r told) {
	t.Helper()
	if len(req.Messages) == 0 {
		req.Messages = []engine.Message{{Role: engine.RoleUser, Content: "What is six times seven?"}}
	}
	for event, err := range e.Reply(t.Context(), req) {
		if err != nil {
			r.err = err
			break
		}
		switch event.Kind {
		case engine.EventReasoning:
			r.reasoning += event.Text
		case engine.EventText:
			r.text += event.Text
		case engine.EventToolCall:
			r.calls = append(r.calls, *event.ToolCall)
		case engine.EventDone:
			r.done = event.Done
		}
	}
	return r
}

func loaded(t *testing.T, s *server, opts Options) *Engine {
	t.Helper()
	e := open(t, s, opts)
	if _, err := e.Load(t.Context(), "", engine.LoadOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestReasoningComesApartOrInTags(t *testing.T) {
	script := scripted.Reasoning()
	for _, inText := range []bool{false, true} {
		s := newServer(t, "vllm", script)
		s.inText = inText
		e := loaded(t, s, Options{})
		r := ask(t, e, engine.Request{Thinking: engine.ThinkingOn})
		if r.err != nil || r.reasoning != script.ReasoningText() || r.text != script.AnswerText() {
			t.Errorf("with tags %v: %q and %q, %v", inText, r.reasoning, r.text, r.err)
		}
		if u := r.done.Usage; u.ReasoningTokens != len(script.Reasoning) || r.done.Timings.ReasoningMS <= 0 {
			t.Errorf("with tags %v: %d tokens of reasoning in %v ms", inText, u.ReasoningTokens, r.done.Timings.ReasoningMS)
		}
		if r := ask(t, e, engine.Request{Thinking: engine.ThinkingOff}); r.reasoning != "" || r.text != script.AnswerText() {
			t.Errorf("without thinking: %q and %q", r.reasoning, r.text)
		}
	}
}

func TestReasoningEndsWithItsBudget(t *testing.T) {
	script := scripted.Reasoning()
	for _, owner := range []string{"vllm", "llamacpp"} {
		s := newServer(t, owner, script)
		r := ask(t, loaded(t, s, Options{}), engine.Request{Thinking: engine.ThinkingOn, Limits: engine.Limits{Reasoning: 4}})
		if r.err != nil || !strings.HasPrefix(script.ReasoningText(), r.reasoning) || r.done.Usage.ReasoningTokens != 4 {
			t.Errorf("%s: reasoned %q, %v", owner, r.reasoning, r.err)
		}
		if len(s.asked) != 2 || !strings.HasSuffix(s.asked[1].Messages[1].Content, "</think>\n\n") {
			t.Errorf("%s: it did not go on behind the closed reasoning: %+v", owner, s.asked)
		}
	}
}

func TestToolCallsArePutTogether(t *testing.T) {
	for _, inText := range []bool{false, true} {
		s := newServer(t, "vllm", scripted.ToolCall())
		s.inText = inText
		tool := json.RawMessage(`{"name":"get_weather","parameters":{"type":"object"}}`)
		r := ask(t, loaded(t, s, Options{}), engine.Request{Tools: []json.RawMessage{tool}})
		if r.err != nil || len(r.calls) != 1 || r.calls[0].Name != "get_weather" || string(r.calls[0].Arguments) != `{"city": "Paris", "unit": "celsius"}` {
			t.Errorf("in the text %v: %+v, %v", inText, r.calls, r.err)
		}
		if r.text != "Let me look.\n" {
			t.Errorf("in the text %v: the rest is %q", inText, r.text)
		}
		if got := string(s.asked[0].Tools[0]); got != `{"type":"function","function":`+string(tool)+`}` {
			t.Errorf("the tool went as %s", got)
		}
	}
}

func TestPartsOfToolCalls(t *testing.T) {
	part := func(index int, id, name, arguments string) toolCall {
		return toolCall{Index: index, ID: id, Function: functionCall{name, arguments}}
	}
	for _, test := range []struct {
		name  string
		parts []toolCall
		want  string // names and arguments; texts in brackets
	}{
		{"two at once", []toolCall{part(0, "a", "f", `{"x":`), part(1, "b", "g", ""), part(0, "", "", "1}")}, `f{"x":1} g{}`},
		{"numbers left out", []toolCall{part(0, "a", "f", `{}`), part(0, "b", "g", `{}`)}, "f{} g{}"},
		{"numbers left out, in pieces", []toolCall{
			part(0, "a", "f", ""), part(0, "", "", `{}`), part(0, "b", "g", ""), part(0, "", "", `{"x":`), part(0, "", "", "1}"), part(0, "c", "h", "{}"),
		}, `f{} g{"x":1} h{}`},
		{"numbers and names left out", []toolCall{part(0, "", "f", `{"x":1}`), part(0, "", "g", `{}`)}, `f{"x":1} g{}`},
		{"the same name in each piece", []toolCall{part(0, "a", "f", `{"x":`), part(0, "a", "f", "1}")}, `f{"x":1}`},
		{"arguments that are no JSON", []toolCall{part(0, "a", "f", `{"x":`)}, `[f{"x":]`},
		{"arguments that are no object", []toolCall{part(0, "a", "f", `[1]`)}, `[f[1]]`},
		{"null", []toolCall{part(0, "a", "f", `null`)}, `[fnull]`},
		{"no name", []toolCall{part(0, "a", "", `{}`)}, `[{}]`},
	} {
		var c calls
		for _, p := range test.parts {
			c.add(p)
		}
		var got []string
		for _, e := range c.events() {
			if e.ToolCall == nil {
				got = append(got, "["+e.Text+"]")
				continue
			}
			got = append(got, e.ToolCall.Name+string(e.ToolCall.Arguments))
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%s: %s, want %s", test.name, text, test.want)
		}
	}
}

func TestWhatAServerDoesNotKnowIsNotSent(t *testing.T) {
	s := newServer(t, "openai", scripted.Plain()) // it refuses unknown fields
	e := loaded(t, s, Options{})
	req := engine.Request{Thinking: engine.ThinkingOn, Sampling: engine.Sampling{Temperature: 0.5, TopK: 40, MinP: 0.1, RepeatPenalty: 1.1}}
	if r := ask(t, e, req); r.err != nil || r.text != scripted.Plain().AnswerText() {
		t.Errorf("%q, %v", r.text, r.err)
	}
	var unsupported *engine.UnsupportedError
	if r := ask(t, e, engine.Request{Grammar: `root ::= "a"`}); !errors.As(r.err, &unsupported) {
		t.Errorf("a grammar: %v", r.err)
	}
	if r := ask(t, e, engine.Request{Resume: &engine.Partial{Text: "Hello"}}); !errors.As(r.err, &unsupported) {
		t.Errorf("going on: %v", r.err)
	}
}

func TestSamplingIsSentInTheServersWords(t *testing.T) {
	for owner, want := range map[string]string{
		"vllm":     `top_k:-1 min_p:0 repetition_penalty:1.1 structured_outputs:{"grammar":"g"}`,
		"sglang":   `top_k:-1 min_p:0 repetition_penalty:1.1 ebnf:"g"`,
		"llamacpp": `top_k:0 min_p:0 repeat_penalty:1.1 grammar:"g"`,
	} {
		s := newServer(t, owner, scripted.Plain())
		if r := ask(t, loaded(t, s, Options{}), engine.Request{Grammar: "g", Sampling: engine.Sampling{RepeatPenalty: 1.1}}); r.err != nil {
			t.Fatal(r.err)
		}
		if limited := s.asked[0].MaxTokens > 0; limited != (owner == "sglang") {
			t.Errorf("%s: asked for at most %d tokens", owner, s.asked[0].MaxTokens)
		}
		for _, field := range strings.Fields(want) {
			name, value, _ := strings.Cut(field, ":")
			if got := string(s.asked[0].Extra[name]); got != value {
				t.Errorf("%s: %s is %s, want %s", owner, name, got, value)
			}
		}
	}
}

func TestADraftIsNotSent(t *testing.T) {
	s := newServer(t, "vllm", scripted.Plain())
	e := loaded(t, s, Options{})
	req := engine.Request{Draft: true, Messages: []engine.Message{{Role: engine.RoleUser, Content: "Dear diary"}}}
	if err := e.Warm(t.Context(), req, nil); err != nil {
		t.Fatal(err)
	}
	if m, err := e.Measure(t.Context(), req); err != nil || m.PromptTokens == 0 {
		t.Errorf("measured %+v, %v", m, err)
	}
	if len(s.asked)+len(s.renders) > 0 {
		t.Errorf("the server has seen %v %v", s.asked, s.renders)
	}
	req.Draft = false
	if _, err := e.Measure(t.Context(), req); err != nil || len(s.renders) != 1 {
		t.Errorf("a message was not counted by the server: %v, %v", s.renders, err)
	}
}
