package app

import (
	"context"
	"errors"

	"notso/app/shelf"
	"notso/app/words"
	"notso/engine"
)

// judgementView fills verdict.html: how a model that is not here would run.
type judgementView struct {
	Text string
	Why  string // the numbers behind it
}

// getJudgement says how a model of the hub would run here, by the beginning of
// its file. It asks only when a person asks.
func (a *App) getJudgement(ctx context.Context, r request) (answer, error) {
	if a.opts.Judge == nil || a.opts.EnoughHeader == nil {
		return answer{}, words.Fail("models.closed")
	}
	offer, err := a.opts.Shelf.Offer(ctx, r.FormValue("name"))
	if err != nil {
		return answer{}, err
	}
	var fit engine.Fit
	err = a.opts.Shelf.Judge(ctx, offer, a.opts.EnoughHeader, func(parts []shelf.Part) (err error) {
		fit, err = a.opts.Judge(ctx, parts)
		return err
	})
	if errors.Is(err, shelf.ErrHeader) {
		err = words.Fail("models.judge_long", offer.Name)
	}
	if err != nil {
		return answer{}, err
	}
	text, why := a.fitWords(fit)
	if n := len(offer.Requests); n > 1 {
		why = a.say("models.judge_parts", a.language().Number(n), a.size(offer.Bytes())) + " " + why
	}
	return show(fragment{Name: "verdict.html", View: judgementView{Text: text, Why: why}}), nil
}
