package app

import (
	"context"

	"notso/app/chat"
)

// branchCount is what a branch takes of the prompt that no reply has measured: an
// imported one, say. It is told apart by its end and by the model that counted.
type branchCount struct {
	leaf, context int64 // the branch's last turn, and where /reset let it begin
	model         string
	tokens        int
	outgrown      bool // the oldest turns no longer fit
}

// uncounted tells whether nobody knows yet what the branch of c that ends with
// tail takes. A remote engine is not asked: the words would leave for no more
// than a number.
func (a *App) uncounted(c chat.Chat, tail []chat.Turn) bool {
	if len(tail) == 0 || tail[len(tail)-1].ID <= c.Context || a.opts.Remote != "" || a.running(c.ID) != nil {
		return false
	}
	s := a.spent(c, tail)
	return s.PromptTokens+s.ReplyTokens == 0
}

// postCount counts what the chat takes, beside the window, which asks for it when
// it shows a gauge that does not know; the event "gauge" tells.
func (a *App) postCount(ctx context.Context, r request) (answer, error) {
	c, tail, err := a.tail(ctx, r.id())
	if err != nil || !a.uncounted(c, tail) {
		return answer{}, err
	}
	a.background(func() {
		if a.count(a.ctx, c, tail); c.ID == a.shown() && !a.uncounted(c, tail) {
			a.opts.Emit("gauge", a.gauge(c, tail))
		}
	})
	return answer{}, nil
}

// count measures the branch of c that ends with tail, for spent to know. What
// cannot be measured stays unknown.
func (a *App) count(ctx context.Context, c chat.Chat, tail []chat.Turn) {
	eng, ready := a.model.ready()
	if !ready {
		return
	}
	leaf := tail[len(tail)-1].ID
	model := a.model.info().Hash
	p, err := a.past(ctx, c, leaf)
	if err != nil {
		return
	}
	m, err := eng.Measure(ctx, a.ask(c, p.turns, TalkOptions{}))
	if err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.counted = branchCount{leaf: leaf, context: c.Context, model: model, tokens: m.PromptTokens, outgrown: p.cut != 0 || len(m.Dropped) > 0}
}

// known is what count found for the branch of c that ends with tail, zero for
// another one.
func (a *App) known(c chat.Chat, tail []chat.Turn) branchCount {
	model := a.model.info().Hash
	a.mu.Lock()
	defer a.mu.Unlock()
	if k := a.counted; len(tail) > 0 && k.leaf == tail[len(tail)-1].ID && k.context == c.Context && k.model == model {
		return k
	}
	return branchCount{}
}
