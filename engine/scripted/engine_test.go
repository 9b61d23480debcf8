package scripted_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"notso/engine"
	"notso/engine/enginetest"
	"notso/engine/scripted"
)

func TestEngineConforms(t *testing.T) {
	script := scripted.Script{}
	for n := range 300 {
		script.Answer = append(script.Answer, fmt.Sprintf("%d ", n))
	}
	open := func(*testing.T) engine.Engine { return scripted.New(scripted.Options{Script: script}) }
	enginetest.Conformance(t, open, enginetest.Model(t), enginetest.Capabilities{Exact: true})
}

func TestEngineSaysItsScript(t *testing.T) {
	for _, tt := range []struct {
		name          string
		script        scripted.Script
		thinking      engine.Thinking
		budget        int
		wantReasoning string
		wantText      string
		wantCall      string
	}{
		{name: "plain", script: scripted.Plain(), wantText: scripted.Plain().AnswerText()},
		{
			name: "reasoning", script: scripted.Reasoning(),
			wantReasoning: scripted.Reasoning().ReasoningText(), wantText: scripted.Reasoning().AnswerText(),
		},
		{
			name: "reasoning with thinking off", script: scripted.Reasoning(), thinking: engine.ThinkingOff,
			wantText: scripted.Reasoning().AnswerText(),
		},
		{
			name: "reasoning within a budget", script: scripted.Reasoning(), budget: 3,
			wantReasoning: "\nThe user wants", wantText: scripted.Reasoning().AnswerText(),
		},
		{
			name: "reasoning within a large budget", script: scripted.Reasoning(), budget: 100,
			wantReasoning: scripted.Reasoning().ReasoningText(), wantText: scripted.Reasoning().AnswerText(),
		},
		{name: "tool call", script: scripted.ToolCall(), wantText: "Let me look.\n", wantCall: "get_weather"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := scripted.New(scripted.Options{Script: tt.script})
			if _, err := e.Load(t.Context(), "", engine.LoadOptions{}, nil); err != nil {
				t.Fatal(err)
			}
			var reasoning, text, call string
			for event, err := range e.Reply(t.Context(), engine.Request{Thinking: tt.thinking, Limits: engine.Limits{Reasoning: tt.budget}}) {
				if err != nil {
					t.Fatal(err)
				}
				switch event.Kind {
				case engine.EventReasoning:
					reasoning += event.Text
				case engine.EventText:
					text += event.Text
				case engine.EventToolCall:
					call = event.ToolCall.Name
				}
			}
			if reasoning != tt.wantReasoning || text != tt.wantText || call != tt.wantCall {
				t.Errorf("got reasoning %q, text %q, call %q", reasoning, text, call)
			}
		})
	}
}

func TestFault(t *testing.T) {
	broken := errors.New("the wire is cut")
	for _, tt := range []struct {
		name       string
		fault      func(ctx context.Context, token int) error
		wantErr    error
		wantFinish engine.Finish
	}{
		{
			name: "an error ends the reply",
			fault: func(_ context.Context, token int) error {
				if token == 2 {
					return broken
				}
				return nil
			},
			wantErr: broken,
		},
		{
			name: "a fault that blocks ends with the context",
			fault: func(ctx context.Context, token int) error {
				if token == 2 {
					<-ctx.Done()
				}
				return ctx.Err()
			},
			wantFinish: engine.FinishStopped,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := scripted.New(scripted.Options{Fault: tt.fault})
			if _, err := e.Load(t.Context(), "", engine.LoadOptions{}, nil); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var text string
			var finish engine.Finish
			var failed error
			for event, err := range e.Reply(ctx, engine.Request{}) {
				switch {
				case err != nil:
					failed = err
				case event.Kind == engine.EventText:
					if text += event.Text; text == "Hello!" && tt.wantErr == nil {
						cancel()
					}
				case event.Kind == engine.EventDone:
					finish = event.Done.Finish
				}
			}
			if text != "Hello!" || !errors.Is(failed, tt.wantErr) || finish != tt.wantFinish {
				t.Errorf("got %q, %v, %q", text, failed, finish)
			}
		})
	}
}

func TestAReplyWithinABudgetGoesOn(t *testing.T) {
	e := scripted.New(scripted.Options{Script: scripted.Reasoning()})
	if _, err := e.Load(t.Context(), "", engine.LoadOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	for limit := range 12 {
		req := engine.Request{Limits: engine.Limits{Reasoning: 4, MaxTokens: limit + 1}}
		var written engine.Partial
		for part := range 2 {
			for event, err := range e.Reply(t.Context(), req) {
				if err != nil {
					t.Fatal(err)
				}
				switch event.Kind {
				case engine.EventReasoning:
					written.Reasoning += event.Text
				case engine.EventText:
					written.Text += event.Text
				}
			}
			resumed := written
			req.Limits.MaxTokens, req.Resume = 0, &resumed
			if part == 0 && written.Reasoning+written.Text == "" {
				req.Resume = nil
			}
		}
		if want := (engine.Partial{Reasoning: "\nThe user wants the", Text: scripted.Reasoning().AnswerText()}); !reflect.DeepEqual(written, want) {
			t.Errorf("stopped after %d tokens, it wrote %+v", limit+1, written)
		}
	}
}
