package app

import (
	"notso/app/shelf"
	"notso/engine"
)

// modelTook remembers what the loaded model takes, where the engine can tell.
func (a *App) modelTook() {
	eng, info, ready := a.model.answering()
	counted, can := eng.(interface{ Memory() int64 }) // of a process that holds nothing else
	if !ready || !can || a.opts.Shelf == nil || info.Path == "" || info.Need == (engine.Need{}) {
		return
	}
	took := shelf.Memory{Bytes: counted.Memory(), EstimatedBytes: info.Need.Peak(), TwiceBytes: info.Need.Repacked, Context: info.ContextLength}
	if took.Bytes > 0 {
		a.opts.Shelf.Took(info.Path, took)
	}
}

// memoryHere says what a model took when it was last loaded; "" for one that was
// not, or whose memory nobody could tell.
func (a *App) memoryHere(m shelf.Memory) string {
	if m.Bytes == 0 {
		return ""
	}
	return a.say("models.memory", a.size(m.Bytes))
}

// memoryMeasured says how that compares with the estimate.
func (a *App) memoryMeasured(m shelf.Memory) string {
	if m.Bytes == 0 {
		return ""
	}
	text := a.say("anatomy.took", a.size(m.Bytes), a.language().Number(m.Context), a.size(m.EstimatedBytes))
	if m.TwiceBytes > 0 {
		text += " " + a.say("anatomy.took_twice", a.size(m.TwiceBytes))
	}
	return text
}
