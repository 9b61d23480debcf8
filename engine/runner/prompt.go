package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"notso/engine"
	"notso/engine/llama"
	"notso/engine/prompt"
)

// start is where a reply begins: the tokens before it, whether the first of which
// events will tell belongs to the reasoning, and whether the reasoning is over.
type start struct {
	tokens    []llama.Token
	prompt    int // how many of tokens come before the reply, of which the rest is resumed
	reasoning bool
	answering bool
	reasoned  int           // tokens of the reasoning that is resumed
	begun     []llama.Token // the last of tokens, of which no event has told
	dropped   []int         // messages that the prompt leaves out
}

// whole renders and tokenises all of req, with the reply that it resumes.
// Errors: *engine.TemplateError, *engine.UnsupportedError, ctx.Err().
func (m *model) whole(ctx context.Context, req engine.Request) (start, error) {
	p, err := m.render(ctx, req)
	if err != nil {
		return start{}, err
	}
	s := start{tokens: m.vocab.TokenizePrompt(p.Text), reasoning: p.Thinking}
	if len(s.tokens) == 0 {
		return start{}, &engine.TemplateError{Reason: "it gives an empty prompt"}
	}
	s.prompt = len(s.tokens)
	partial := req.Resume
	if partial == nil {
		return s, nil
	}
	if partial.Reasoning != "" || partial.Text != "" {
		text := m.written(*partial, p.Thinking)
		tokens, rest := m.scheduler.follow(s.tokens, text, m.piece)
		tokens = append(tokens, m.vocab.TokenizeMore(rest)...)
		s.tokens = append(s.tokens, tokens...)
		s.answering = partial.Text != ""
		s.reasoning = !s.answering
		if s.reasoning {
			s.reasoned = len(tokens)
		}
	}
	for _, n := range partial.Tokens {
		token := llama.Token(n)
		if n < 0 || int(n) >= m.vocab.Size() || m.vocab.IsEnd(token) {
			return start{}, &engine.UnsupportedError{What: fmt.Sprintf("a reply that goes on after the token %d", n)}
		}
		s.begun = append(s.begun, token)
	}
	s.tokens = append(s.tokens, s.begun...)
	return s, nil
}

// expected returns the tokens that the next prompt is sure to begin with: all of
// req's, or up to where a draft, the last message, or the user's answer to a
// reply may go on in any way.
// Errors: as start.
func (m *model) expected(ctx context.Context, req engine.Request) ([]llama.Token, error) {
	last := len(req.Messages) - 1
	asks := last >= 0 && req.Messages[last].Role == engine.RoleUser
	if asks && !req.Draft {
		s, err := m.start(ctx, req)
		return s.tokens, err
	}
	var prompts [2][]llama.Token
	for i, typed := range []string{"a", "b"} {
		variant := req
		variant.Resume = nil
		variant.Messages = slices.Clone(req.Messages)
		if asks {
			variant.Messages[last].Content += typed
		} else {
			variant.Messages = append(variant.Messages, engine.Message{Role: engine.RoleUser, Content: typed})
		}
		s, err := m.start(ctx, variant)
		if err != nil {
			return nil, err
		}
		prompts[i] = s.tokens
	}
	return prompts[0][:commonPrefix(prompts[0], prompts[1])], nil
}

// render makes the prompt. Under a grammar the model cannot open its reasoning
// or its answer by itself, as that is no part of the answer: the prompt opens the
// reasoning where it shall think, else the answer.
func (m *model) render(ctx context.Context, req engine.Request) (prompt.Prompt, error) {
	p, err := m.template.Render(ctx, prompt.Input{
		Messages:         req.Messages,
		Tools:            req.Tools,
		Thinking:         req.Thinking,
		BOS:              m.vocab.BOS(),
		EOS:              m.vocab.EOS(),
		Now:              req.Date,
		GenerationPrompt: true,
	})
	closed := strings.HasSuffix(strings.TrimRight(p.Text, " \n"), m.traits.Think.Close)
	if err != nil || req.Grammar == "" || p.Thinking || closed {
		return p, err
	}
	if req.Thinking == engine.ThinkingOn && m.traits.Thinks {
		p.Text += m.traits.Think.Open
		p.Thinking = true
	} else {
		p.Text += m.traits.Answer
	}
	return p, nil
}

// written is a partial reply as the model wrote it, after a prompt that may have
// opened the reasoning already.
func (m *model) written(partial engine.Partial, opened bool) string {
	think := m.traits.Think
	text := ""
	if partial.Reasoning != "" {
		if !opened {
			text = think.Open
		}
		text += partial.Reasoning
		opened = true
	}
	if partial.Text == "" {
		return text
	}
	if opened {
		text += think.Close
	} else {
		text += m.traits.Answer
	}
	return text + partial.Text
}

// piece is a token as the reply parser sees it.
func (m *model) piece(token llama.Token) string {
	return string(m.vocab.AppendPiece(nil, token, m.tags[token]))
}
