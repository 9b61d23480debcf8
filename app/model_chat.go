package app

import (
	"slices"

	"notso/app/chat"
	"notso/engine"
)

// awaitReplies returns when the replies that run now have ended, or the app.
func (a *App) awaitReplies() {
	a.mu.Lock()
	var running []*reply
	for _, r := range a.replies {
		if r != nil { // a claim; its reply will ask the model that is loaded then
			running = append(running, r)
		}
	}
	a.mu.Unlock()
	for _, r := range running {
		select {
		case <-r.done:
		case <-a.ctx.Done():
		}
	}
}

// modelUsed remembers that a model wrote a reply, how fast, and what it takes. One without a
// file is not remembered.
func (a *App) modelUsed(info engine.ModelInfo, stats chat.Stats) {
	const least = 8 // tokens that tell a speed
	if a.opts.Shelf != nil && info.Path != "" && stats.ReplyTokens > 0 {
		speed := stats.TokensPerSecond
		if stats.ReplyTokens < least {
			speed = 0
		}
		a.opts.Shelf.Used(info.Path, speed)
		a.modelTook()
	}
}

// otherModel says that a chat was written with another model than the one that
// answers now, and names it where it can be used.
func (a *App) otherModel(tail []chat.Turn) (sentence, key string) {
	if a.opts.Shelf == nil || a.opts.Remote != "" {
		return "", ""
	}
	now := a.model.name()
	for _, t := range slices.Backward(tail) {
		if t.Role != chat.Assistant || t.Stats.Model == "" {
			continue
		}
		if t.Stats.Model == now {
			return "", ""
		}
		items, _ := a.opts.Shelf.Items()
		for _, i := range items {
			if i.Problem == "" && (i.Name == t.Stats.Model || i.Title == t.Stats.Model) {
				return a.say("models.chat_other", t.Stats.Model), modelKey(i.Path)
			}
		}
		if now == "" { // it is being loaded
			return a.say("models.chat_other", t.Stats.Model), ""
		}
		return a.say("models.chat_gone", t.Stats.Model, now), ""
	}
	return "", ""
}
