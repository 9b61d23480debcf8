package bench

import (
	"context"
	"fmt"
	"time"

	"notso/app/config"
	"notso/engine"
	"notso/engine/llama"
	"notso/engine/prompt"
	"notso/engine/synthetic"
)

// afterThinking is how long the user waits for the turn after a reply that
// thought for 500 tokens, in times of one written token, beyond the time that
// reading the new message takes. Chat templates drop past reasoning, so what the
// model has in its cache does not fit the next prompt; a program that mends that
// only at Enter lets the user wait for the whole answer to be read again.
//
// The reasoning is put into the model's mouth, so that it has the same length
// with every model; the end of the answer is the model's own. The next message
// follows ten seconds later. A model whose template cannot think gets one that
// can. What reading the message takes is measured with the bare loop.
func afterThinking(ctx context.Context, r *run) (float64, string, error) {
	s, err := r.fresh(ctx)
	if err != nil {
		return 0, "", err
	}
	defer func() { s.end() }()
	template := r.file.Summary().Template
	if !s.tap.thinks() {
		s.end()
		template = synthetic.Template()
		if s, err = r.freshWith(ctx, &tap{template: template}); err != nil {
			return 0, "", err
		}
	}
	if err := s.Config.Update(func(c *config.Config) { c.Thinking = engine.ThinkingOn }); err != nil {
		return 0, "", err
	}
	n, err := s.words(ctx, pick(r, 440, 100))
	if err != nil {
		return 0, "", err
	}
	s.tap.begin(engine.Partial{Reasoning: "\n" + prose(4, n) + "\n", Text: "\n" + prose(5, max(1, n/10))})
	first, err := s.say(ctx, 0, "What should I take with me?", 16)
	if err != nil {
		return 0, "", err
	}
	if !pause(ctx, pick(r, 10*time.Second, 3*time.Second)) {
		return 0, "", ctx.Err()
	}
	next, err := s.say(ctx, first.turn.Chat, prose(6, 15), 16)
	if err != nil {
		return 0, "", err
	}
	fresh, least, err := r.unavoidable(ctx, template, s.tap.asked())
	if err != nil {
		return 0, "", err
	}
	beyond := max(0, next.first-least)
	return float64(beyond) / float64(next.step()), fmt.Sprintf("%.0f ms, of which reading %d new tokens takes %.0f; %.0f ms a token; %d of %d tokens were ready",
		ms(next.first), fresh, ms(least), ms(next.step()), next.turn.Stats.CachedTokens, next.turn.Stats.PromptTokens), nil
}

// unavoidable counts the tokens of a prompt that stand from its last message on,
// which no one could know before Enter, and how long the bare loop takes to
// evaluate so many.
func (r *run) unavoidable(ctx context.Context, source string, req engine.Request) (tokens int, took time.Duration, err error) {
	loop, err := r.bare(ctx)
	if err != nil {
		return 0, 0, err
	}
	template := prompt.ChatML()
	if source != "" {
		if template, err = prompt.Parse(source); err != nil {
			return 0, 0, err
		}
	}
	vocab := loop.model.Vocab()
	var prompts [2][]llama.Token
	for i, text := range []string{req.Messages[len(req.Messages)-1].Content, "?"} {
		messages := append([]engine.Message(nil), req.Messages...)
		messages[len(messages)-1].Content = text
		p, err := template.Render(ctx, prompt.Input{
			Messages: messages, Thinking: req.Thinking, BOS: vocab.BOS(), EOS: vocab.EOS(), Now: req.Date, GenerationPrompt: true,
		})
		if err != nil {
			return 0, 0, err
		}
		prompts[i] = vocab.TokenizePrompt(p.Text)
	}
	shared := 0
	for shared < min(len(prompts[0]), len(prompts[1])) && prompts[0][shared] == prompts[1][shared] {
		shared++
	}
	tokens = len(prompts[0]) - shared
	var times []float64
	for range 3 {
		took, err := loop.prefill(ctx, tokens)
		if err != nil {
			return 0, 0, err
		}
		times = append(times, took.Seconds())
	}
	return tokens, time.Duration(median(times) * float64(time.Second)), nil
}
