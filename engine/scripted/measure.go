package scripted

import (
	"context"
	"unicode"

	"notso/engine"
	"notso/engine/overflow"
)

// Warm implements engine.Engine. There is nothing to evaluate.
func (e *Engine) Warm(ctx context.Context, req engine.Request, _ func(float64)) error {
	_, err := e.Measure(ctx, req)
	return err
}

// Measure implements engine.Engine. Tokens are words, and one for each message.
func (e *Engine) Measure(ctx context.Context, req engine.Request) (engine.Measure, error) {
	if err := ctx.Err(); err != nil {
		return engine.Measure{}, err
	}
	return e.measure(req)
}

func (e *Engine) measure(req engine.Request) (engine.Measure, error) {
	e.mu.Lock()
	m := engine.Measure{ContextLength: e.contextLength}
	e.mu.Unlock()
	switch {
	case e.isClosed():
		return m, engine.ErrClosed
	case m.ContextLength == 0:
		return m, engine.ErrNoModel
	}
	chat := overflow.Chat{Messages: req.Messages}
	for _, message := range req.Messages {
		chat.Sizes = append(chat.Sizes, 1+words(message.Content))
	}
	for _, tool := range req.Tools {
		chat.Fixed += words(string(tool))
	}
	if req.Resume != nil {
		chat.Resumed = words(req.Resume.Reasoning) + words(req.Resume.Text)
	}
	m.Dropped = chat.Drop(m.ContextLength - overflow.Room(m.ContextLength))
	m.PromptTokens = chat.Size(m.Dropped)
	return m, nil
}

// words counts what strings.Fields finds, without making it.
func words(s string) int {
	n, inside := 0, false
	for _, c := range s {
		space := unicode.IsSpace(c)
		if !space && !inside {
			n++
		}
		inside = !space
	}
	return n
}
