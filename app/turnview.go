package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"notso/app/chat"
	"notso/engine"
)

// turnMenuView fills turn-menu.html: all that can be done with one turn.
type turnMenuView struct {
	turnView
	Chat   int64
	Leaf   bool     // nothing follows the turn
	Models []string // other models that can write the reply again
}

// turnEditView fills turn-edit.html, a turn whose text is being changed.
type turnEditView struct {
	turnView
	Source string // the text as it was written
}

// rawView fills raw.html: a turn to the letter.
type rawView struct {
	ID        int64
	Title     string
	Reasoning string
	Text      string
}

// factsView fills facts.html: a list of what is known of something.
type factsView struct {
	Title string
	Rows  []factRow
	Note  string
}

type factRow struct{ Name, Value string }

// single shows one turn as its chat does.
func (a *App) single(ctx context.Context, t chat.Turn) (turnView, error) {
	c, tail, err := a.tail(ctx, t.Chat)
	if err != nil {
		return turnView{}, err
	}
	if t.Candidate > 0 {
		list, err := a.candidates(ctx, t)
		for _, v := range list {
			if v.ID == t.ID {
				return v, err
			}
		}
	}
	view, err := a.stretch(ctx, c, tail, []chat.Turn{t})
	if err != nil {
		return turnView{}, err
	}
	for _, v := range append(view.Turns, view.Candidates...) {
		if v.ID == t.ID {
			return v, nil
		}
	}
	return turnView{}, chat.ErrNotFound
}

// placeTurns says, of each turn that has other versions, where it stands among
// them.
func (a *App) placeTurns(ctx context.Context, views []turnView) error {
	ids := make([]int64, len(views))
	for i, v := range views {
		ids[i] = v.ID
	}
	forks, err := a.opts.Store.Forks(ctx, ids)
	for i := range views {
		views[i].Fork = forks[views[i].ID]
	}
	if err != nil {
		return err
	}
	return a.placeFiles(ctx, views)
}

func (a *App) turnMenu(ctx context.Context, turnID int64) (turnMenuView, error) {
	t, err := a.opts.Store.Turn(ctx, turnID)
	if err != nil {
		return turnMenuView{}, err
	}
	c, err := a.opts.Store.Chat(ctx, t.Chat)
	if err != nil {
		return turnMenuView{}, err
	}
	view := turnMenuView{turnView: a.turn(t, c.Head == t.ID), Leaf: c.Head == t.ID, Chat: c.ID}
	view.CanRetry = canRetry(t)
	models, err := a.opts.Library.List()
	if err != nil {
		return view, nil // the menu is as good without them
	}
	for _, m := range models {
		if m.Name != a.model.name() && !slices.Contains(view.Models, m.Name) {
			view.Models = append(view.Models, m.Name)
		}
	}
	return view, nil
}

// turnFacts lists what is known of how a turn came to be.
func (a *App) turnFacts(t chat.Turn) factsView {
	s, in := t.Stats, a.language()
	view := factsView{Title: a.say("facts.title")}
	add := func(name, value string) {
		if value != "" {
			view.Rows = append(view.Rows, factRow{name, value})
		}
	}
	count := func(n int) string {
		if n == 0 {
			return ""
		}
		return in.Count("turn.tokens", n)
	}
	at := t.Created.Local()
	add(a.say("facts.written"), in.Date(at, a.opts.Now().Local())+", "+at.Format("15:04:05"))
	switch {
	case t.Origin == chat.OriginEdit:
		view.Note = a.say("facts.edited")
	case t.Role == chat.User || t.Origin != "":
		view.Note = a.say("facts.none")
	case s.PromptHash == "":
		view.Note = a.say("facts.cut")
	}
	add(a.say("facts.end"), a.ending(t))
	add(a.say("facts.reply"), count(s.ReplyTokens))
	add(a.say("facts.reasoning"), count(s.ReasoningTokens))
	if s.Guessed > 0 {
		add(a.say("facts.guessed"), a.say("facts.guessed_right", in.Number(s.GuessedRight), in.Number(s.Guessed)))
	}
	add(a.say("facts.prompt"), count(s.PromptTokens))
	if s.PromptTokens > 0 {
		add(a.say("facts.cached"), in.Count("turn.tokens", s.CachedTokens))
	}
	if s.TokensPerSecond > 0 {
		add(a.say("facts.speed"), a.say("facts.speed_value", a.rate(s.TokensPerSecond)))
	}
	if s.FirstTokenMS > 0 {
		add(a.say("facts.first"), a.say("facts.first_after", a.span(s.FirstTokenMS, 2)))
	}
	if s.ReasoningMS > 0 {
		add(a.say("facts.reasoning_time"), a.span(s.ReasoningMS, 1))
	}
	add(a.say("facts.model"), s.Model)
	add(a.say("facts.engine"), in.Of(s.EngineBuild))
	if s.Seed != 0 {
		add(a.say("facts.seed"), fmt.Sprint(s.Seed))
	}
	add(a.say("facts.sampling"), a.sampling(s.Sampling))
	if s.Thinking != "" {
		add(a.say("facts.thinking"), a.say("setting.thinking_"+s.Thinking))
	}
	return view
}

// ending says why a reply ended, "" for what is no reply.
func (a *App) ending(t chat.Turn) string {
	if t.Role == chat.User || t.Origin != "" {
		return ""
	}
	switch {
	case t.State == chat.Running:
		return a.say("facts.running")
	case t.State == chat.Stopped:
		return a.say("facts.stopped")
	case t.State == chat.Interrupted:
		return a.say("facts.interrupted")
	case t.State == chat.Failed:
		return a.say("facts.failed")
	case t.Stats.Finish == string(engine.FinishLength):
		return a.say("facts.length")
	case t.Stats.Finish == string(engine.FinishContext):
		return a.say("facts.context")
	case t.Stats.Finish == string(engine.FinishStop):
		return a.say("facts.stop")
	}
	return a.say("facts.done")
}

// sampling names the settings that are on, as the page of settings does.
func (a *App) sampling(raw json.RawMessage) string {
	var s engine.Sampling
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	parts := []string{a.say("setting.temperature") + " " + a.short(s.Temperature)}
	for _, v := range []struct {
		name       string
		value, off float64
	}{
		{"top_k", float64(s.TopK), 0}, {"top_p", s.TopP, 0}, {"min_p", s.MinP, 0}, {"repeat_penalty", s.RepeatPenalty, 1},
		{"presence_penalty", s.PresencePenalty, 0}, {"frequency_penalty", s.FrequencyPenalty, 0},
	} {
		if v.value != v.off && v.value != 0 {
			parts = append(parts, a.say("setting."+v.name)+" "+a.short(v.value))
		}
	}
	return strings.Join(parts, ", ")
}
