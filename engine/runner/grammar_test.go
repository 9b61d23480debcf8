package runner

import (
	"errors"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/scripted"
)

const yesOrNo = `root ::= "yes" | "no"`

func TestAReplyMatchesItsGrammar(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 1024})
	req := greedy(0, "Name a colour, an animal and a town.")
	req.Sampling, req.Seed = engine.Sampling{Temperature: 1, RepeatPenalty: 1.2}, 3
	req.Grammar = "root ::= line \"\\n\" line \"\\n\" line\nline ::= [A-Z] [a-z]{2,9}"
	o := reply1(t, r, req)
	if o.done.Finish != engine.FinishEnd {
		t.Errorf("%q finished with %q, want the grammar's end", o.text, o.done.Finish)
	}
	lines := strings.Split(o.text, "\n")
	for _, line := range lines {
		if len(line) < 3 || len(line) > 10 || strings.ToUpper(line[:1]) != line[:1] || strings.Trim(line[1:], "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("the line %q does not match", line)
		}
	}
	if len(lines) != 3 {
		t.Errorf("%d lines: %q", len(lines), o.text)
	}
}

func TestAGrammarIsForTheAnswer(t *testing.T) {
	script := scripted.Reasoning()
	tests := []struct {
		name      string
		template  string
		thinking  engine.Thinking
		budget    int
		reasoning string
	}{
		{"thinking is off", "", engine.ThinkingOff, 0, ""},
		{"thinking is left to the model", "", engine.ThinkingDefault, 0, ""},
		{"the model would open its reasoning", "", engine.ThinkingOn, 0, script.ReasoningText()},
		{"the prompt opens the reasoning", opening, engine.ThinkingOn, 0, script.ReasoningText()},
		{"the reasoning has a budget", opening, engine.ThinkingDefault, 2, strings.Join(script.Reasoning[:2], "")},
	}
	for _, test := range tests {
		r := loadScripted(t, script, engine.LoadOptions{Template: test.template})
		req := greedy(0, "6 × 7?")
		req.Thinking, req.Grammar, req.Limits.Reasoning = test.thinking, yesOrNo, test.budget
		o := reply1(t, r, req)
		if o.reasoning != test.reasoning || o.text != "yes" && o.text != "no" || o.done.Finish != engine.FinishEnd {
			t.Errorf("%s: reasoning %q, answer %q, finish %q", test.name, o.reasoning, o.text, o.done.Finish)
		}
	}
}

func TestAReplyUnderAGrammarGoesOn(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 512})
	req := greedy(0, "Count to four.")
	req.Grammar = `root ::= "one, two, three, " ("four" | "five")`
	whole := reply1(t, r, req)
	req.Limits.MaxTokens = 3
	head := reply1(t, r, req)
	req.Limits.MaxTokens = 0
	req.Resume = &engine.Partial{Text: head.text}
	if rest := reply1(t, r, req); head.text+rest.text != whole.text || rest.done.Finish != engine.FinishEnd {
		t.Errorf("%q, then %q, finish %q; in one go %q", head.text, rest.text, rest.done.Finish, whole.text)
	}
	req.Resume.Text = "uno"
	var refused *engine.GrammarError
	if o, err := collect(r.Reply(t.Context(), req)); !errors.As(err, &refused) {
		t.Errorf("after a beginning that does not match: %q, %v", o.text, err)
	}
}

func TestAGrammarWithoutAWayOutIsAnError(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 512})
	for name, grammar := range map[string]string{
		"unreadable": "root :=",
		"impossible": `root ::= "a" [^\x00-\U0010FFFF]`,
	} {
		req := greedy(0, "Hi")
		req.Grammar = grammar
		var refused *engine.GrammarError
		if o, err := collect(r.Reply(t.Context(), req)); !errors.As(err, &refused) || refused.Reason == "" {
			t.Errorf("%s: %q, %v, want a *GrammarError with its reason", name, o.text, err)
		}
	}
	if o := reply1(t, r, greedy(3, "Hi")); o.done.Usage.ReplyTokens != 3 {
		t.Errorf("the next reply is %q", o.text)
	}
}
