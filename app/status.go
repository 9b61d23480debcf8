package app

import (
	"time"

	"notso/app/chat"
	"notso/engine"
)

// showStatus shows the pill of a chat's reply, if the window shows that chat.
func (a *App) showStatus(chatID int64, status statusView) {
	if chatID == a.shown() {
		a.opts.Emit("status", a.remotely(status))
	}
}

// showModelStatus shows the model's state, which concerns every chat.
func (a *App) showModelStatus(status statusView) { a.opts.Emit("status", a.remotely(status)) }

// modelChanged tells the page that a load has ended.
func (a *App) modelChanged() {
	a.showModelStatus(a.status())
	a.opts.Emit("refresh", refreshEvent{What: "model"})
	state, info, builtin, _ := a.model.snapshot()
	if state == "ready" {
		a.tellPlacement(info)
	}
	if state == "ready" && info.Template == "chatml" && !builtin {
		a.toast(toastView{Text: a.say("status.chatml"), Kind: "info"})
	} else if state == "ready" && info.ContextAsked > 0 {
		a.toast(toastView{Text: a.contextAsked(info), Kind: "info"})
	}
}

// contextAsked says that the context is shorter than the settings ask for.
func (a *App) contextAsked(info engine.ModelInfo) string {
	return a.say("status.context_asked", a.language().Number(info.ContextAsked), a.language().Number(info.ContextLength))
}

// settled follows a reply's end.
func (a *App) settled(chatID int64) {
	if a.ctx.Err() != nil {
		return
	}
	a.reloadModel()
	a.opts.Emit("refresh", refreshEvent{What: "sidebar"})
	if chatID == a.shown() {
		if c, tail, err := a.tail(a.ctx, chatID); err == nil {
			a.opts.Emit("gauge", a.gauge(c, tail))
		}
	}
}

// status is the pill of the chat that the window shows.
func (a *App) status() statusView {
	a.mu.Lock()
	r := a.replies[a.current]
	a.mu.Unlock()
	if r != nil {
		tokens, since := r.pace()
		r.mu.Lock()
		phase := r.phase
		r.mu.Unlock()
		return a.writingStatus(phase, tokens, since)
	}
	state, _, builtin, failure := a.model.snapshot()
	switch {
	case state == "loading":
		return statusView{State: "loading", Text: a.say("status.loading"), Fraction: -1}
	case state == "failed":
		return statusView{State: "failed", Text: a.sentence(failure), Fraction: -1}
	case state == "ready" && builtin:
		return statusView{State: "none", Text: a.say("status.no_model"), Fraction: -1}
	case state == "ready":
		return statusView{State: "ready", Text: a.say("status.ready"), Fraction: -1}
	}
	return statusView{State: "none", Text: a.say("status.no_model"), Fraction: -1}
}

func (a *App) readingStatus(p *engine.Progress) statusView {
	text := a.say("status.reading")
	if p != nil && p.Total > 0 {
		text = a.say("status.reading_tokens", a.language().Number(p.Done), a.language().Number(p.Total))
	}
	return statusView{State: "reading", Text: text, Fraction: fraction(p)}
}

// writingStatus shows a reply at work. The rate counts from the second token,
// since the first one's time is the prompt's.
func (a *App) writingStatus(phase string, tokens int, since time.Duration) statusView {
	text := map[string]string{"reading": a.say("status.reading"), "thinking": a.say("status.thinking"), "writing": a.say("status.writing")}[phase]
	if phase != "reading" && tokens > 1 && since > 0 {
		text = a.say("status.speed", text, a.rate(float64(tokens-1)/since.Seconds()))
	}
	return statusView{State: phase, Text: text, Fraction: -1}
}

func (a *App) endStatus(state chat.State, notice string, stats chat.Stats) statusView {
	switch state {
	case chat.Failed, chat.Interrupted:
		return statusView{State: "failed", Text: notice, Fraction: -1}
	case chat.Stopped:
		return statusView{State: "stopped", Text: a.say("status.stopped"), Fraction: -1}
	}
	text := a.say("status.ready")
	if stats.TokensPerSecond > 0 {
		text = a.say("status.speed", text, a.rate(stats.TokensPerSecond))
	}
	return statusView{State: "ready", Text: text, Fraction: -1}
}

// stats keeps what explains the reply and lets it be replayed, with the model
// that wrote it, which need not be the one that is loaded now.
func (a *App) stats(r *reply) (chat.Stats, engine.ModelInfo) {
	if r.final == nil {
		return chat.Stats{}, engine.ModelInfo{}
	}
	d := r.final
	r.lead.mu.Lock()
	asked, model, reset := r.lead.asked, r.lead.model, r.lead.past.reset
	r.lead.mu.Unlock()
	return chat.Stats{
		Thinking: string(asked.Thinking), ThinkingBudget: asked.Limits.Reasoning, MaxTokens: asked.Limits.MaxTokens, Resumed: resumed(asked),
		FirstSeen: r.lead.firstKept(d.Dropped), Reset: reset, ContextLength: model.ContextLength, KVType: model.KVType,
		Finish: string(d.Finish), PromptTokens: d.Usage.PromptTokens, CachedTokens: d.Usage.CachedTokens,
		ReplyTokens: d.Usage.ReplyTokens, ReasoningTokens: d.Usage.ReasoningTokens,
		Guessed: d.Usage.Guessed, GuessedRight: d.Usage.GuessedRight,
		FirstTokenMS: d.Timings.FirstTokenMS, ReasoningMS: d.Timings.ReasoningMS, TokensPerSecond: d.Timings.DecodeTokensPerSecond,
		Seed: d.Seed, Sampling: encode(d.Sampling), PromptHash: d.PromptHash,
		Model: modelName(model), ModelHash: d.ModelHash, EngineBuild: d.EngineBuild, Batches: string(d.Batches),
	}, model
}

func fraction(p *engine.Progress) float64 {
	if p == nil || p.Total <= 0 {
		return -1
	}
	return float64(p.Done) / float64(p.Total)
}

func (a *App) thoughtFor(d time.Duration) string {
	switch s := int(d.Round(time.Second).Seconds()); {
	case s < 1:
		return a.say("status.thought")
	case s < 120:
		return a.say("status.thought_seconds", s)
	default:
		return a.say("status.thought_minutes", s/60)
	}
}

// rate shows tokens per second with the digits that mean something.
func (a *App) rate(perSecond float64) string {
	if perSecond < 10 {
		return a.language().Decimal(perSecond, 1)
	}
	return a.language().Decimal(perSecond, 0)
}
