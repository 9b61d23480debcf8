package remote

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"notso/engine"
	"notso/engine/overflow"
)

const (
	// replyRoom is how many tokens a prompt must leave for the reply, an eighth
	// of a short context.
	replyRoom = 64

	// aroundMessage is a guess of the tokens that a template puts around each
	// message.
	aroundMessage = 4
)

// prepared is a request as far as the context holds it.
type prepared struct {
	messages []engine.Message
	tokens   int // of the prompt, estimated where the server does not count
	dropped  []int
}

// Measure implements engine.Engine.
func (e *Engine) Measure(ctx context.Context, req engine.Request) (engine.Measure, error) {
	m, err := e.use()
	if err != nil {
		return engine.Measure{}, err
	}
	if err := ctx.Err(); err != nil {
		return engine.Measure{}, err
	}
	p, err := m.prepare(ctx, req)
	var long *engine.PromptTooLongError
	if errors.As(err, &long) {
		return engine.Measure{PromptTokens: long.Tokens, ContextLength: m.length}, nil
	}
	return engine.Measure{PromptTokens: p.tokens, ContextLength: m.length, Dropped: p.dropped}, err
}

// prepare leaves out what the context no longer holds, see package overflow.
// The sizes of messages are estimates, so that they never change and the same
// turns are dropped each time; the sum is counted where it can be.
// Errors: *engine.PromptTooLongError, *engine.RemoteError, ctx.Err().
func (m *model) prepare(ctx context.Context, req engine.Request) (prepared, error) {
	hard := m.length - min(replyRoom, m.length/8)
	soft := min(hard, m.length-overflow.Room(m.length))
	chat := estimates(req)
	n, err := m.count(ctx, req, chat.Size(nil))
	if err != nil || n <= soft {
		return prepared{messages: req.Messages, tokens: n}, err
	}
	least := chat.Drop(0)
	for limit := soft; ; limit = limit * 3 / 4 {
		dropped := chat.Drop(limit)
		kept := req
		kept.Messages = overflow.Without(req.Messages, dropped)
		n, err := m.count(ctx, kept, chat.Size(dropped))
		switch {
		case err != nil || n <= hard:
			return prepared{kept.Messages, n, dropped}, err
		case len(dropped) == len(least):
			return prepared{}, &engine.PromptTooLongError{Tokens: n, Limit: hard}
		}
	}
}

// estimates sizes a chat without asking anybody.
func estimates(req engine.Request) overflow.Chat {
	chat := overflow.Chat{Messages: req.Messages, Fixed: aroundMessage}
	for _, message := range req.Messages {
		size := aroundMessage + estimate(message.Content)
		for _, call := range message.ToolCalls {
			size += aroundMessage + estimate(call.Name) + estimate(string(call.Arguments))
		}
		chat.Sizes = append(chat.Sizes, size)
	}
	for _, tool := range req.Tools {
		chat.Fixed += estimate(string(tool))
	}
	if req.Resume != nil {
		chat.Resumed = estimate(req.Resume.Reasoning) + estimate(req.Resume.Text)
	}
	return chat
}

// estimate is a text's size in tokens, rather too large: 3.5 bytes each, where
// English has about four.
func estimate(text string) int { return (len(text)*2 + 6) / 7 }

// count is how many tokens the prompt of req has, as the server counts; guess
// where it cannot, and for a draft, which is not sent before it is a message.
func (m *model) count(ctx context.Context, req engine.Request, guess int) (int, error) {
	if req.Draft {
		return guess, nil
	}
	n, err := guess, error(nil)
	switch m.dialect.counting {
	case countMessages:
		n, err = m.countMessages(ctx, req)
	case countText:
		n, err = m.countText(ctx, req)
	}
	var refused *engine.RemoteError
	if errors.As(err, &refused) && refused.Kind == engine.RemoteNoModel {
		return guess, nil // behind a gateway that passes on the chats alone
	}
	return n, err
}

// promptRequest asks for a prompt or its size.
type promptRequest struct {
	Model             string             `json:"model"`
	Messages          []chatMessage      `json:"messages"`
	Tools             []json.RawMessage  `json:"tools,omitempty"`
	TemplateArguments *templateArguments `json:"chat_template_kwargs,omitempty"`

	Continue            bool  `json:"continue_final_message,omitempty"`
	AddGenerationPrompt *bool `json:"add_generation_prompt,omitempty"`
}

func (m *model) promptRequest(req engine.Request) promptRequest {
	x := m.dialect.extras(req)
	return promptRequest{m.id, m.messages(req), tools(req.Tools), x.TemplateArguments, x.Continue, x.AddGenerationPrompt}
}

func (m *model) countMessages(ctx context.Context, req engine.Request) (int, error) {
	var answer struct {
		Count *int `json:"count"`
	}
	if err := m.ask(ctx, http.MethodPost, "/../tokenize", m.promptRequest(req), &answer); err != nil {
		return 0, err
	}
	return m.counted(answer.Count)
}

func (m *model) countText(ctx context.Context, req engine.Request) (int, error) {
	var rendered struct {
		Prompt string `json:"prompt"`
	}
	if err := m.ask(ctx, http.MethodPost, "/../apply-template", m.promptRequest(req), &rendered); err != nil {
		return 0, err
	}
	var answer struct {
		Tokens []json.RawMessage `json:"tokens"`
	}
	text := struct {
		Content      string `json:"content"`
		AddSpecial   bool   `json:"add_special"`
		ParseSpecial bool   `json:"parse_special"`
	}{rendered.Prompt, true, true}
	if err := m.ask(ctx, http.MethodPost, "/../tokenize", text, &answer); err != nil {
		return 0, err
	}
	if answer.Tokens == nil {
		return m.counted(nil)
	}
	n := len(answer.Tokens)
	return m.counted(&n)
}

func (m *model) counted(n *int) (int, error) {
	if n == nil {
		return 0, m.failure(engine.RemoteGarbled, http.StatusOK, "it does not count tokens as servers of its kind do")
	}
	return *n, nil
}
