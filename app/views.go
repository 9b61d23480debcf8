package app

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"notso/app/chat"
	"notso/engine"
)

func (a *App) page(ctx context.Context) (pageView, error) {
	a.mu.Lock()
	a.listed = listed{}
	a.mu.Unlock()
	sidebar, err := a.sidebar(ctx, true)
	if err != nil {
		return pageView{}, err
	}
	conversation, err := a.conversation(ctx, a.shown())
	settings := a.opts.Config.Get()
	view := pageView{
		Look: look(settings), SidebarOpen: settings.Sidebar, SidebarWidth: settings.SidebarWidth, Sidebar: sidebar, Conversation: conversation,
		Palette: a.palette(), Shortcuts: a.shortcuts(), Status: a.remotely(a.status()), Banner: strings.TrimSpace(strings.Join(append(a.warnings(), a.remoteBanner(), a.modelBanner(conversation)), " ")),
	}
	return view, err
}

// conversation shows the end of a chat.
func (a *App) conversation(ctx context.Context, chatID int64) (conversationView, error) {
	return a.conversationAt(ctx, chatID, 0)
}

// conversationAt shows a chat around a turn; 0 is its end.
func (a *App) conversationAt(ctx context.Context, chatID, at int64) (conversationView, error) {
	c, tail, err := a.tail(ctx, chatID)
	if err != nil {
		return conversationView{}, err
	}
	turns := tail
	if at != 0 {
		if turns, err = a.around(ctx, &c, at); err != nil {
			return conversationView{}, err
		}
	}
	draft, err := a.opts.Store.Draft(ctx, chatID)
	if err != nil {
		return conversationView{}, err
	}
	files, err := a.attachments(ctx, chatID)
	if err != nil {
		return conversationView{}, err
	}
	stretch, err := a.stretch(ctx, c, tail, turns)
	if err != nil {
		return conversationView{}, err
	}
	view := conversationView{
		stretchView: stretch, At: at,
		ChatID: c.ID, Title: c.Title, Model: a.model.name(), Gauge: a.gauge(c, tail), Thinking: a.thinking(c), Talk: talk(c),
		Draft: draft, Attachments: files, Running: a.running(chatID) != nil,
	}
	if view.Queue, err = a.queue(ctx, chatID); err != nil {
		return conversationView{}, err
	}
	if chatID == 0 {
		view.Title = a.say("chats.new")
	}
	if len(turns) == 0 {
		view.Greeting = a.greeting(a.opts.Now())
		view.Welcome = a.welcome()
	}
	view.Other, view.OtherUse = a.otherModel(tail)
	return view, nil
}

// firstSeen is the turn from which on the model saw the branch last, 0 when it
// saw all of it. The branch's tail tells.
func firstSeen(tail []chat.Turn) int64 {
	for _, t := range slices.Backward(tail) {
		if t.Role == chat.Assistant && t.Stats.PromptTokens > 0 {
			return t.Stats.FirstSeen
		}
	}
	return 0
}

// turn shows t. While its reply runs, the running reply knows more than the
// database row.
func (a *App) turn(t chat.Turn, last bool) turnView {
	view := turnView{
		ID: t.ID, Parent: t.Parent, User: t.Role == chat.User, State: string(t.State), Notice: a.notice(t),
		Pinned: t.Pinned, HasTokens: t.Stats.Choices, Edited: t.Origin == chat.OriginEdit,
		CanContinue: last && t.CanContinue(), CanRetry: canRetry(t) && (last || t.Role == chat.Assistant), CanEdit: canEdit(t),
		Stats: a.statsLine(t.Stats), When: t.Created.Local().Format("15:04"), Fold: a.opts.Config.Get().Reasoning,
	}
	if r := a.writer(t); r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		view.Text, view.Reasoning, view.Seq = r.text.Blocks(), r.reasoning.Blocks(), r.seq
		view.Summary = a.thinkingSummary(r.thoughts)
		if r.phase == "writing" {
			view.Summary = a.thoughtSummary(r.thinking, r.thoughtTokens)
		}
		return view
	}
	if view.User {
		view.Text = a.words.Plain(t.Text)
		return view
	}
	if last {
		view.FollowUps = t.Stats.FollowUps
	}
	view.Text = a.words.Render(textID(t.ID), t.Text)
	if strings.TrimSpace(t.Reasoning) != "" {
		view.Reasoning = a.words.Render(reasoningID(t.ID), t.Reasoning)
		view.Summary = a.thoughtSummary(time.Duration(t.Stats.ReasoningMS*float64(time.Millisecond)), t.Stats.ReasoningTokens)
	}
	return view
}

// textID and reasoningID keep the footnotes of a turn's two parts apart.
func textID(turn int64) int64      { return 2 * turn }
func reasoningID(turn int64) int64 { return 2*turn + 1 }

// notice is what has to be said of a turn besides its text, "" for most.
func (a *App) notice(t chat.Turn) string {
	switch {
	case t.Error != "":
		return a.language().Anew(t.Error)
	case t.State == chat.Stopped:
		return a.say("turn.stopped")
	case t.Stats.Finish == string(engine.FinishLength):
		return a.say("turn.length")
	case t.Stats.Finish == string(engine.FinishContext):
		return a.say("turn.context")
	case t.Stats.Finish == string(engine.FinishEnd) && strings.TrimSpace(t.Text) == "":
		return a.say("turn.nothing")
	}
	return ""
}

func (a *App) statsLine(s chat.Stats) string {
	if s.ReplyTokens == 0 {
		return ""
	}
	parts := []string{a.language().Count("turn.tokens", s.ReplyTokens)}
	if s.TokensPerSecond > 0 {
		parts = append(parts, a.say("turn.speed", a.rate(s.TokensPerSecond)))
	}
	if s.FirstTokenMS > 0 {
		parts = append(parts, a.say("turn.first", a.span(s.FirstTokenMS, 1)))
	}
	return strings.Join(parts, " · ")
}

// span shows milliseconds as seconds with so many digits behind the point, and as
// what they are where those say little.
func (a *App) span(ms float64, digits int) string {
	if ms < 99.5 {
		return a.say("facts.milliseconds", a.language().Number(max(1, int(math.Round(ms)))))
	}
	return a.say("facts.seconds", a.language().Decimal(ms/1000, digits))
}

func (a *App) thinking(c chat.Chat) thinkingView {
	state, info, _, _ := a.model.snapshot()
	on := first(a.ask(c, nil, TalkOptions{}).Thinking, engine.ThinkingOn) == engine.ThinkingOn
	switch {
	case state != "ready":
		return thinkingView{Chat: c.ID, Available: true, On: on, Why: a.say("thinking.why")}
	case !info.Thinks:
		return thinkingView{Chat: c.ID, Why: a.say("thinking.cannot", a.model.name())}
	}
	return thinkingView{Chat: c.ID, Available: true, On: on, Why: a.say("thinking.trade")}
}

func (a *App) greeting(now time.Time) string {
	switch h := now.Hour(); {
	case h < 5:
		return a.say("conversation.night")
	case h < 12:
		return a.say("conversation.morning")
	case h < 18:
		return a.say("conversation.afternoon")
	}
	return a.say("conversation.evening")
}

// day names the day of t as people do, seen from now.
func (a *App) day(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch {
	case !t.Before(midnight):
		return a.say("time.today")
	case !t.Before(midnight.AddDate(0, 0, -1)):
		return a.say("time.yesterday")
	}
	return a.language().Date(t, now)
}

func encode(v any) json.RawMessage {
	raw, _ := json.Marshal(v) // plain structs of numbers and strings cannot fail
	return raw
}
