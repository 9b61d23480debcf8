package runner

import (
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/scripted"
)

// opening is a chat template that opens the reasoning itself.
const opening = `{% for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}<|im_start|>assistant
{% if enable_thinking is not defined or enable_thinking %}<think>{% endif %}`

func TestReasoningEndsWithItsBudget(t *testing.T) {
	script := scripted.Reasoning()
	all := len(script.Reasoning)
	tests := []struct {
		name     string
		template string
		budget   int
		resume   int // tokens of reasoning already there
		want     int // tokens of reasoning in all
	}{
		{"the model opens it", "", 6, 0, 6},
		{"the prompt opens it", opening, 6, 0, 6},
		{"of one token", "", 1, 0, 1},
		{"larger than the reasoning", "", all + 1, 0, all},
		{"exactly the reasoning", opening, all, 0, all},
		{"none", "", 0, 0, all},
		{"a part was there before", opening, 6, 4, 6},
		{"more was there before", opening, 6, 8, 9},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := loadScripted(t, script, engine.LoadOptions{Template: test.template})
			req := greedy(0, "6 × 7?")
			req.Thinking, req.Limits.Reasoning = engine.ThinkingOn, test.budget
			before := strings.Join(script.Reasoning[:test.resume], "")
			if test.resume > 0 {
				req.Resume = &engine.Partial{Reasoning: before}
			}
			o := reply1(t, r, req)
			if want := strings.Join(script.Reasoning[:test.want], ""); before+o.reasoning != want {
				t.Errorf("it reasoned %q, want %q", before+o.reasoning, want)
			}
			if o.text != script.AnswerText() || o.done.Finish != engine.FinishEnd {
				t.Errorf("it answered %q, finish %q", o.text, o.done.Finish)
			}
			if n := o.done.Usage.ReasoningTokens; n != test.want-test.resume {
				t.Errorf("%d tokens of reasoning are counted, there are %d", n, test.want-test.resume)
			}
			// What the engine wrote by itself is in the cache like the rest.
			req.Resume = &engine.Partial{Reasoning: before + o.reasoning, Text: o.text}
			if again := reply1(t, r, req); again.text != "" || again.done.Usage.CachedTokens != again.done.Usage.PromptTokens-1 {
				t.Errorf("the reply goes on with %q, %d of %d tokens cached", again.text, again.done.Usage.CachedTokens, again.done.Usage.PromptTokens)
			}
		})
	}
}

func TestABudgetIsNothingToAModelThatDoesNotReason(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 512})
	req := greedy(12, question)
	want := reply1(t, r, req)
	req.Limits.Reasoning = 2
	if o := reply1(t, r, req); o.text != want.text || o.done.Usage.ReasoningTokens != 0 {
		t.Errorf("with a budget it wrote %q, without %q", o.text, want.text)
	}
}

func TestLimitsHoldForATagThatTheEngineWrites(t *testing.T) {
	script := scripted.Reasoning()
	r := loadScripted(t, script, engine.LoadOptions{Template: opening})
	for limit, answer := range map[int]string{4: "", 5: "", 6: script.Answer[0]} {
		req := greedy(limit, "6 × 7?")
		req.Limits.Reasoning = 4
		o := reply1(t, r, req)
		if o.done.Finish != engine.FinishLength || o.done.Usage.ReplyTokens != limit || o.text != answer {
			t.Errorf("of %d tokens: %q, %+v; want the answer %q", limit, o.text, o.done, answer)
		}
	}
}
