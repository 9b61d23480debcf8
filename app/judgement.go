package app

import (
	"context"
	"errors"
	"io"

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
	if a.opts.JudgeHeader == nil {
		return answer{}, words.Fail("models.closed")
	}
	offer, err := a.opts.Shelf.Offer(ctx, r.FormValue("name"))
	if err != nil {
		return answer{}, err
	}
	if n := len(offer.Requests); n > 1 {
		return show(fragment{Name: "verdict.html", View: judgementView{Text: a.say("models.judge_split", a.language().Number(n))}}), nil
	}
	var fit engine.Fit
	err = a.opts.Shelf.Judge(ctx, offer.Requests[0], func(name string, beginning io.ReaderAt, size int64) (err error) {
		fit, err = a.opts.JudgeHeader(ctx, name, beginning, size)
		return err
	})
	if errors.Is(err, shelf.ErrHeader) {
		err = words.Fail("models.judge_long", offer.Name)
	}
	if err != nil {
		return answer{}, err
	}
	text, why := a.fitWords(fit)
	return show(fragment{Name: "verdict.html", View: judgementView{Text: text, Why: why}}), nil
}
