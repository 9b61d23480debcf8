package app

import (
	"math"
	"time"

	"notso/app/chat"
)

// gaugeEvery is the least time between two moves of the gauge by less than a
// hundredth of the context: nobody reads numbers that run faster.
const gaugeEvery = 500 * time.Millisecond

// gauge holds what the branch of c that ends with tail takes of the context. It
// also moves while a reply is written, see moveGauge.
func (a *App) gauge(c chat.Chat, tail []chat.Turn) gaugeView {
	s := a.spent(c, tail)
	g := a.gaugeOf(c.ID, s.PromptTokens+s.ReplyTokens)
	g.Uncounted = g.Limit > 0 && a.uncounted(c, tail)
	return g
}

// spent is what the last reply measured of prompt and reply: the one that is
// being written, as far as it is known, or the last of the branch. What /reset
// put aside does not count. Where no reply measured, it is what count found.
func (a *App) spent(c chat.Chat, tail []chat.Turn) (s chat.Stats) {
	if r := a.running(c.ID); r != nil {
		if s = r.spent(); s.PromptTokens > 0 {
			return s
		}
	}
	for i := len(tail) - 1; i >= 0 && s.PromptTokens+s.ReplyTokens == 0 && tail[i].ID > c.Context; i-- {
		s = tail[i].Stats
	}
	if s.PromptTokens+s.ReplyTokens == 0 {
		s.PromptTokens = a.known(c, tail).tokens
	}
	return s
}

func (a *App) gaugeOf(chatID int64, used int) gaugeView {
	_, info, _, _ := a.model.snapshot()
	g := gaugeView{Chat: chatID, Used: used, Limit: info.ContextLength, Level: "green"}
	if g.Limit == 0 {
		g.Text = a.say("status.gauge_empty")
		return g
	}
	g.Percent = min(100, int(math.Ceil(100*float64(used)/float64(g.Limit))))
	switch {
	case g.Percent >= 90:
		g.Level = "red"
	case g.Percent >= 70:
		g.Level = "yellow"
	}
	g.Text = a.say("status.gauge", a.language().Number(used), a.language().Number(g.Limit))
	return g
}

// moveGauge shows what a reply has taken so far, where that can be seen.
func (r *reply) moveGauge() {
	s := r.spent()
	if s.PromptTokens == 0 || r.chat != r.app.shown() {
		return
	}
	g := r.app.gaugeOf(r.chat, s.PromptTokens+s.ReplyTokens)
	if g.Percent == r.gauged && time.Since(r.gaugedAt) < gaugeEvery {
		return
	}
	r.gauged, r.gaugedAt = g.Percent, time.Now()
	r.app.opts.Emit("gauge", g)
}

// spent counts the tokens so far, of the first of the candidates. The prompt has
// none until they are known.
func (r *reply) spent() chat.Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return chat.Stats{PromptTokens: r.prompt, ReplyTokens: r.tokens, ReasoningTokens: r.thoughtTokens}
}

// measure counts the prompt of a reply that has begun, once, beside it: the engine
// tells only of prompts that take several batches to read.
func (r *reply) measure() {
	r.mu.Lock()
	asked, known := r.asked, r.prompt > 0
	r.mu.Unlock()
	eng, ready := r.app.model.ready()
	if known || !ready || len(asked.Messages) == 0 { // no model writes
		return
	}
	r.app.work.Go(func() {
		if m, err := eng.Measure(r.app.ctx, asked); err == nil {
			r.mu.Lock()
			r.prompt = m.PromptTokens
			r.mu.Unlock()
		}
	})
}
