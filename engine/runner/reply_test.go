package runner

import (
	"context"
	"errors"
	"strings"
	"testing"

	"notso/engine"
	"notso/engine/scripted"
)

const question = "What is the capital of France? Answer in one sentence."

func TestGreedyRepliesAreWhatLlamaAloneWrites(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 2048})
	for _, text := range []string{question, longText(300) + " Summarise the text above."} {
		req := greedy(48, text)
		want, tokens := bare(t, r.model, tokensOf(t, r, req), 48)
		got := reply1(t, r, req)
		if got.text != want {
			t.Errorf("the engine wrote %q, llama.cpp alone %q", got.text, want)
		}
		if got.done.Usage.ReplyTokens != len(tokens) {
			t.Errorf("the engine counts %d tokens, there are %d", got.done.Usage.ReplyTokens, len(tokens))
		}
	}
}

func TestTheSecondTurnEvaluatesOnlyWhatIsNew(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 2048})
	first := reply1(t, r, greedy(32, longText(200)+question))
	before := evaluated(r)
	req := greedy(1, longText(200)+question, first.text, "And of Spain?")
	second := reply1(t, r, req)
	u := second.done.Usage
	// The last token of the first reply was sampled and not evaluated.
	if want := first.done.Usage.PromptTokens + first.done.Usage.ReplyTokens - 1; u.CachedTokens < want {
		t.Errorf("%d tokens were cached, want the first turn's %d", u.CachedTokens, want)
	}
	if got, want := evaluated(r)-before, u.PromptTokens-u.CachedTokens; got != want {
		t.Errorf("%d tokens were evaluated, %d are new", got, want)
	}
	if want, _ := bare(t, r.model, tokensOf(t, r, req), 1); second.text != want {
		t.Errorf("with the cache the reply begins %q, without %q", second.text, want)
	}
}

func TestAnotherChatSharesTheSystemPrompt(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 2048})
	ask := func(text string) engine.Request {
		req := greedy(8, text)
		req.Messages = append([]engine.Message{{Role: engine.RoleSystem, Content: longText(150)}}, req.Messages...)
		return req
	}
	one := reply1(t, r, ask("Name a colour."))
	two := reply1(t, r, ask("Count to three."))
	if two.done.Usage.CachedTokens < 150 {
		t.Errorf("the second chat found %d tokens evaluated, want the system prompt's 150 and more", two.done.Usage.CachedTokens)
	}
	again := reply1(t, r, ask("Name a colour."))
	if again.text != one.text || again.done.Usage.CachedTokens != again.done.Usage.PromptTokens-1 {
		t.Errorf("the first chat again: %q with %d of %d tokens cached, want %q with all but one",
			again.text, again.done.Usage.CachedTokens, again.done.Usage.PromptTokens, one.text)
	}
}

func TestReasoningAndAnswerComeApart(t *testing.T) {
	script := scripted.Reasoning()
	r := loadScripted(t, script, engine.LoadOptions{})
	o := reply1(t, r, engine.Request{Messages: greedy(0, "6 × 7?").Messages, Thinking: engine.ThinkingOn})
	if o.reasoning != script.ReasoningText() || o.text != script.AnswerText() {
		t.Errorf("reasoning %q, answer %q; the script has %q and %q", o.reasoning, o.text, script.ReasoningText(), script.AnswerText())
	}
	u := o.done.Usage
	if o.done.Finish != engine.FinishEnd || u.ReasoningTokens < len(script.Reasoning) || u.ReasoningTokens > len(script.Reasoning)+2 {
		t.Errorf("finish %q with %d of %d tokens reasoning; the script reasons in %d", o.done.Finish, u.ReasoningTokens, u.ReplyTokens, len(script.Reasoning))
	}
}

func TestTagsMayBeSeveralTokensSomeOfThemControl(t *testing.T) {
	r := loadScripted(t, scripted.Script{Answer: []string{"<|channel>", "thought\n", "Two threes", "<channel|>", "Six"}}, engine.LoadOptions{
		Template: "{# <|channel>thought\n <channel|> #}{% for m in messages %}{{ m.role + '\n' + m.content }}{% endfor %}{{ 'assistant\n' }}",
	})
	if o := reply1(t, r, greedy(0, "2 × 3?")); o.reasoning != "Two threes" || o.text != "Six" {
		t.Errorf("reasoning %q, answer %q; want %q and %q", o.reasoning, o.text, "Two threes", "Six")
	}
}

func TestLimitsEndAReply(t *testing.T) {
	script := scripted.Plain()
	r := loadScripted(t, script, engine.LoadOptions{ContextLength: 256})
	tests := []struct {
		name   string
		limits engine.Limits
		want   engine.Finish
		text   string
	}{
		{"none", engine.Limits{}, engine.FinishEnd, script.AnswerText()},
		{"three tokens", engine.Limits{MaxTokens: 3}, engine.FinishLength, strings.Join(script.Answer[:3], "")},
		{"a stop string over two tokens", engine.Limits{Stop: []string{"am a"}}, engine.FinishStop, strings.Join(script.Answer[:3], "") + " "},
	}
	for _, test := range tests {
		req := greedy(0, "Hi")
		req.Limits = test.limits
		if o := reply1(t, r, req); o.done.Finish != test.want || o.text != test.text {
			t.Errorf("%s: %q, finish %q; want %q, %q", test.name, o.text, o.done.Finish, test.text, test.want)
		}
	}
}

func TestAFullContextEndsAReply(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 256})
	o := reply1(t, r, greedy(0, "Write the numbers from one to one thousand in words, one on each line."))
	u := o.done.Usage
	if o.done.Finish != engine.FinishContext || u.PromptTokens+u.ReplyTokens != 256+1 {
		t.Errorf("finish %q after %d + %d tokens, want %q when the context's 256 are evaluated", o.done.Finish, u.PromptTokens, u.ReplyTokens, engine.FinishContext)
	}
}

func TestAPromptThatLeavesNoRoomIsRefused(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 256})
	_, err := collect(r.Reply(t.Context(), greedy(0, longText(300))))
	var long *engine.PromptTooLongError
	if !errors.As(err, &long) || long.Tokens < 300 || long.Limit >= 256 {
		t.Errorf("got %v, want a *PromptTooLongError with both sizes", err)
	}
	if before := evaluated(r); before != 0 {
		t.Errorf("%d tokens of it were evaluated", before)
	}
}

func TestASeedReproducesAReply(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 1024})
	req := greedy(24, "Tell me a story.")
	req.Sampling = engine.Sampling{Temperature: 1.5}
	drawn := reply1(t, r, req)
	if drawn.done.Seed == 0 {
		t.Fatal("no seed was drawn")
	}
	req.Seed = drawn.done.Seed
	// The first reply found nothing cached; start the same way.
	again := loadStarter(t, engine.LoadOptions{ContextLength: 1024})
	if o := reply1(t, again, req); o.text != drawn.text || o.done.Seed != req.Seed {
		t.Errorf("seed %d wrote %q, then %q", req.Seed, drawn.text, o.text)
	}
	req.Seed++
	if o := reply1(t, r, req); o.text == drawn.text {
		t.Errorf("another seed wrote the same: %q", o.text)
	}
}

func TestDoneExplainsTheReply(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 1024})
	req := greedy(8, question)
	req.Sampling = engine.DefaultSampling()
	d := reply1(t, r, req).done
	if d.Sampling != req.Sampling || d.Seed == 0 || len(d.PromptHash) != 64 || d.ModelHash != r.model.info.Hash || d.EngineBuild != "llama.cpp v0.4.0" {
		t.Errorf("got %+v", d)
	}
	if x := d.Timings; x.FirstTokenMS <= 0 || x.PrefillTokensPerSecond <= 0 || x.DecodeTokensPerSecond <= 0 || x.ReasoningMS != 0 {
		t.Errorf("timings are %+v", x)
	}
	if other := reply1(t, r, greedy(1, question+"?")).done; other.PromptHash == d.PromptHash {
		t.Error("two prompts have one hash")
	}
}

func TestALongPromptTellsItsProgress(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 2048})
	o := reply1(t, r, greedy(1, longText(500)))
	var done []int
	total := o.done.Usage.PromptTokens
	for _, e := range o.events {
		if e.Kind == engine.EventProgress {
			done = append(done, e.Progress.Done)
			if e.Progress.Total != total || e.Progress.Cached != 0 {
				t.Errorf("progress %+v of a prompt of %d tokens, none cached", *e.Progress, total)
			}
		}
	}
	if len(done) < total/prefillChunk || done[0] != 0 || done[len(done)-1] != total {
		t.Errorf("progress was %v of %d", done, total)
	}
	if o := reply1(t, r, greedy(1, "Hi")); len(o.events) > 2 {
		t.Errorf("a short prompt tells %d events: %+v", len(o.events), o.events)
	}
}

func TestAResumedReplyGoesOnAsIfNeverStopped(t *testing.T) {
	plain, thinking := scripted.Plain(), scripted.Reasoning()
	tests := []struct {
		name    string
		script  scripted.Script
		cut     int // tokens until the reply is stopped
		think   engine.Thinking
		forgets bool // the cache is lost in between
	}{
		{"in the answer", plain, 5, engine.ThinkingOff, false},
		{"within a rune", plain, 26, engine.ThinkingOff, false},
		{"in the reasoning", thinking, 6, engine.ThinkingOn, false},
		{"in the answer after reasoning", thinking, 20, engine.ThinkingOn, false},
		{"with an empty cache", thinking, 20, engine.ThinkingOn, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := loadScripted(t, test.script, engine.LoadOptions{})
			req := greedy(0, "Go on.")
			req.Thinking = test.think
			whole := reply1(t, r, req)
			req.Limits.MaxTokens = test.cut
			part := reply1(t, r, req)
			if test.forgets {
				r = loadScripted(t, test.script, engine.LoadOptions{})
			}
			req.Limits.MaxTokens = 0
			req.Resume = &engine.Partial{Reasoning: part.reasoning, Text: part.text}
			rest := reply1(t, r, req)
			if part.reasoning+rest.reasoning != whole.reasoning || part.text+rest.text != whole.text {
				t.Errorf("%q %q, then %q %q; in one go %q %q", part.reasoning, part.text, rest.reasoning, rest.text, whole.reasoning, whole.text)
			}
			if u := rest.done.Usage; !test.forgets && u.CachedTokens < u.PromptTokens-3 {
				t.Errorf("%d of %d tokens were cached", u.CachedTokens, u.PromptTokens)
			}
		})
	}
}

func TestAResumedReplyFindsItsTokensAgain(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 1024})
	req := greedy(20, "Tell me a story.")
	req.Sampling, req.Seed = engine.Sampling{Temperature: 3}, 5 // tokens that no tokenizer would choose
	part := reply1(t, r, req)
	req.Resume = &engine.Partial{Text: part.text}
	if u := reply1(t, r, req).done.Usage; u.CachedTokens < u.PromptTokens-3 {
		t.Errorf("%d of %d tokens were cached: the written ones were not found", u.CachedTokens, u.PromptTokens)
	}
}

// Of a reply that was cut short nothing is evaluated again once it goes on, though
// everything was killed in between: a tokenizer would split its text otherwise.
func TestAResumedReplyFindsItsTokensOnDisk(t *testing.T) {
	dir, opts := t.TempDir(), engine.LoadOptions{ContextLength: 1024}
	req := greedy(200, "Tell me a story.")
	req.Sampling, req.Seed = engine.Sampling{Temperature: 3}, 5
	first := loadKeeping(t, dir, starterPath(t), opts)
	part := reply1(t, first, req)
	first.Close()
	for _, cut := range []int{len(part.text), len(part.text) / 2} { // of the text less may be left than of its tokens
		r := loadKeeping(t, dir, starterPath(t), opts)
		req.Resume, req.Limits.MaxTokens = &engine.Partial{Text: strings.ToValidUTF8(part.text[:cut], "")}, 1
		if u := reply1(t, r, req).done.Usage; u.CachedTokens < u.PromptTokens-worthKeeping {
			t.Errorf("%d of %d tokens were found on disk, of %d bytes", u.CachedTokens, u.PromptTokens, cut)
		}
		r.Close()
	}
}

func TestAStopEndsAReplyAndKeepsItsText(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 2048})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var text string
	var done *engine.Done
	for e, err := range r.Reply(ctx, greedy(500, "Write the numbers from one to one thousand in words.")) {
		if err != nil {
			t.Fatal(err)
		}
		text += e.Text
		done = e.Done
		if len(text) > 20 {
			cancel()
		}
	}
	if done == nil || done.Finish != engine.FinishStopped || done.Usage.ReplyTokens >= 500 {
		t.Fatalf("the reply ended with %+v", done)
	}
	if o := reply1(t, r, greedy(4, question)); o.done.Finish != engine.FinishLength {
		t.Errorf("the next reply ended with %+v", o.done)
	}
}

func TestAReplyCancelledBeforeItBeginsIsStopped(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 1024})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o, err := collect(r.Reply(ctx, greedy(10, question)))
	if err != nil || o.done.Finish != engine.FinishStopped || o.text != "" {
		t.Errorf("got %+v, %v", o.done, err)
	}
}
