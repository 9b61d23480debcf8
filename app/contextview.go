package app

import (
	"context"
	"fmt"

	"notso/app/chat"
	"notso/engine"
)

// contextView fills context.html: what fills the model's context.
type contextView struct {
	Text  string // "1,204 of 8,192 tokens"
	Parts []contextPart
	Notes []string
}

// contextPart is a stretch of the bar. From and Width are of 1000, the whole
// context.
type contextPart struct {
	Kind        string // system, history, reasoning, reply or free
	Name        string
	Tokens      string
	From, Width string
}

func (a *App) getContext(ctx context.Context, r request) (answer, error) {
	c, tail, err := a.tail(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	return show(fragment{Name: "context.html", View: a.contextParts(ctx, c, tail)}), nil
}

// contextParts takes apart what the gauge shows: what the last reply measured,
// with what of it is the system prompt and the template's own words, which is
// measured now.
func (a *App) contextParts(ctx context.Context, c chat.Chat, tail []chat.Turn) contextView {
	if a.uncounted(c, tail) {
		a.count(ctx, c, tail)
	}
	g := a.gauge(c, tail)
	view := contextView{Text: g.Text}
	if g.Limit == 0 {
		return view
	}
	s := a.spent(c, tail)
	system := 0
	if eng, ready := a.model.ready(); ready {
		req := a.ask(c, nil, TalkOptions{})
		req.Messages = append(req.Messages, engine.Message{Role: engine.RoleUser})
		if m, err := eng.Measure(ctx, req); err == nil {
			system = m.PromptTokens
		}
	}
	from := 0.0
	for _, p := range []struct {
		kind, name string
		tokens     int
	}{
		{"system", a.say("gauge.system"), system},
		{"history", a.say("gauge.history"), max(0, s.PromptTokens-system)},
		{"reasoning", a.say("gauge.reasoning"), s.ReasoningTokens},
		{"reply", a.say("gauge.reply"), max(0, s.ReplyTokens-s.ReasoningTokens)},
		{"free", a.say("gauge.free"), max(0, g.Limit-max(system, s.PromptTokens)-s.ReplyTokens)},
	} {
		if s.ReplyTokens == 0 && (p.kind == "reasoning" || p.kind == "reply") {
			continue // no reply was measured: it is part of the chat so far
		}
		width := 1000 * float64(p.tokens) / float64(g.Limit)
		view.Parts = append(view.Parts, contextPart{
			Kind: p.kind, Name: p.name, Tokens: a.language().Count("turn.tokens", p.tokens),
			From: fmt.Sprintf("%.1f", from), Width: fmt.Sprintf("%.1f", width),
		})
		from += width
	}
	if s.ReasoningTokens > 0 {
		view.Notes = append(view.Notes, a.say("gauge.reasoning_goes"))
	}
	switch {
	case firstSeen(tail) != 0:
		view.Notes = append(view.Notes, a.say("gauge.outgrown"))
	case s.ReplyTokens == 0 && a.known(c, tail).outgrown:
		view.Notes = append(view.Notes, a.say("gauge.outgrown_next"))
	}
	return view
}
