package app

import (
	"context"
	"iter"
	"strings"

	"notso/app/chat"
	"notso/engine"
)

// modelSource lets the model write turn, going on after resume if that is set.
// It waits until the model is loaded.
func (a *App) modelSource(turn chat.Turn, opts TalkOptions, resume *engine.Partial) source {
	return func(ctx context.Context) iter.Seq2[engine.Event, error] {
		return func(yield func(engine.Event, error) bool) {
			eng, model, err := a.model.wait(ctx, opts.Model)
			if err != nil {
				yield(engine.Event{}, err)
				return
			}
			if opts.Model != "" {
				a.toast(toastView{Text: a.say("models.loaded_now", modelName(model)), Kind: "info"})
			}
			req, err := a.request(ctx, turn, opts)
			if err != nil {
				yield(engine.Event{}, err)
				return
			}
			req.Resume = resume
			a.note(turn, req, model)
			for event, err := range eng.Reply(ctx, req) {
				if !yield(event, err) {
					return
				}
			}
		}
	}
}

// request asks for the reply that turn will hold.
func (a *App) request(ctx context.Context, turn chat.Turn, opts TalkOptions) (engine.Request, error) {
	c, err := a.opts.Store.Chat(ctx, turn.Chat)
	if err != nil {
		return engine.Request{}, err
	}
	p, err := a.past(ctx, c, turn.Parent)
	if err != nil {
		return engine.Request{}, err
	}
	if r := a.writer(turn); r != nil {
		r.mu.Lock()
		r.past = p
		r.mu.Unlock()
	}
	req := a.ask(c, p.turns, opts)
	req.Candidates = opts.Candidates
	if opts.Choices || c.Settings.Choices {
		req.Alternatives = engine.MaxAlternatives
	}
	return req, nil
}

// ask builds the request for a reply to branch.
func (a *App) ask(c chat.Chat, branch []chat.Turn, opts TalkOptions) engine.Request {
	settings := a.asked()
	thinking := first(opts.Thinking, engine.Thinking(c.Settings.Thinking), settings.Thinking)
	advice := a.advice(thinking)
	req := engine.Request{
		Thinking: first(thinking, advice.thinking),
		Sampling: samplingFor(c.Settings, settings, advice.sampling),
		Limits:   engine.Limits{MaxTokens: first(opts.MaxTokens, c.Settings.MaxTokens, settings.MaxTokens), Reasoning: budgetFor(c.Settings, settings)},
		Seed:     opts.Seed,
		Date:     c.Created,

		Speculation: settings.Speculation,
	}
	if opts.Temperature != nil {
		req.Sampling.Temperature = *opts.Temperature
	}
	if system := first(c.Settings.System, settings.System); system != "" {
		req.Messages = append(req.Messages, engine.Message{Role: engine.RoleSystem, Content: system})
	}
	list, _ := messages(branch, c.Context)
	req.Messages = append(req.Messages, list...)
	return req
}

// messages are the turns of branch after the turn start, as a chat template
// takes them: none empty, and speakers alternating, since many templates refuse
// anything else. A reply that failed without a word leaves two user turns
// behind each other, which become one. ids are those of the turns that the
// messages begin with.
func messages(branch []chat.Turn, start int64) (list []engine.Message, ids []int64) {
	for _, t := range branch {
		switch {
		case t.ID == start:
			list, ids = list[:0], ids[:0]
			continue
		case strings.TrimSpace(t.Text) == "":
			continue
		}
		role := engine.Role(t.Role)
		if n := len(list); n > 0 && list[n-1].Role == role {
			list[n-1].Content += "\n\n" + t.Text
			list[n-1].Pinned = list[n-1].Pinned || t.Pinned
			continue
		}
		list, ids = append(list, engine.Message{Role: role, Content: t.Text, Pinned: t.Pinned}), append(ids, t.ID)
	}
	return list, ids
}

// first returns the first value that is not zero.
func first[T comparable](values ...T) T {
	var zero T
	for _, v := range values {
		if v != zero {
			return v
		}
	}
	return zero
}
