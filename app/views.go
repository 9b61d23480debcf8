package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"notso/app/chat"
	"notso/app/command"
	"notso/engine"
)

// sidebarChats bounds the sidebar until it loads as it is scrolled.
const sidebarChats = 500

func (a *App) page(ctx context.Context) (pageView, error) {
	sidebar, err := a.sidebar(ctx)
	if err != nil {
		return pageView{}, err
	}
	conversation, err := a.conversation(ctx, a.shown())
	settings := a.opts.Config.Get()
	view := pageView{
		Theme: string(settings.Theme), SidebarOpen: settings.Sidebar, Sidebar: sidebar, Conversation: conversation,
		Palette: palette(), Status: a.status(), Banner: strings.TrimSpace(strings.Join(append(slices.Clone(a.opts.Warnings), a.model.banner()), " ")),
	}
	return view, err
}

func (a *App) sidebar(ctx context.Context) (sidebarView, error) {
	chats, err := a.opts.Store.Chats(ctx, sidebarChats)
	if err != nil {
		return sidebarView{}, err
	}
	now := a.opts.Now()
	current := a.shown()
	var view sidebarView
	for _, c := range chats {
		view.Chats = append(view.Chats, chatItem{
			ID: c.ID, Title: c.Title, When: a.day(c.Updated, now), Current: c.ID == current, Running: a.running(c.ID) != nil,
		})
	}
	return view, nil
}

// branch loads what a chat shows. Chat 0 is empty.
func (a *App) branch(ctx context.Context, chatID int64) (chat.Chat, []chat.Turn, error) {
	if chatID == 0 {
		return chat.Chat{Settings: a.newSettings()}, nil, nil
	}
	c, err := a.opts.Store.Chat(ctx, chatID)
	if err != nil || c.Head == 0 {
		return c, nil, err
	}
	branch, err := a.opts.Store.Branch(ctx, chatID)
	return c, branch, err
}

func (a *App) conversation(ctx context.Context, chatID int64) (conversationView, error) {
	c, branch, err := a.branch(ctx, chatID)
	if err != nil {
		return conversationView{}, err
	}
	draft, err := a.opts.Store.Draft(ctx, chatID)
	if err != nil {
		return conversationView{}, err
	}
	view := conversationView{
		ChatID: c.ID, Title: c.Title, Model: a.model.name(), Gauge: a.gauge(c, branch), Thinking: a.thinking(c),
		Draft: draft, Running: a.running(chatID) != nil,
	}
	if chatID == 0 {
		view.Title = "New chat"
	}
	if len(branch) == 0 {
		view.Greeting = greeting(a.opts.Now())
	}
	for i, t := range branch {
		turn := a.turn(t, i == len(branch)-1)
		switch {
		case i > 0 && branch[i-1].ID == c.Context:
			turn.Divider = sentenceReset
		case i > 0 && t.ID == firstSeen(branch):
			turn.Divider = sentenceOutgrown
		}
		view.Turns = append(view.Turns, turn)
	}
	if n := len(branch); n > 0 && branch[n-1].ID == c.Context {
		view.EndDivider = sentenceReset
	}
	return view, nil
}

// firstSeen is the turn from which on the model saw the branch last, 0 when it
// saw all of it.
func firstSeen(branch []chat.Turn) int64 {
	for _, t := range slices.Backward(branch) {
		if t.Role == chat.Assistant && t.Stats.PromptTokens > 0 {
			return t.Stats.FirstSeen
		}
	}
	return 0
}

const sentenceOutgrown = "The chat has outgrown what the model can hold: it no longer sees what is above."

const sentenceReset = "The model starts afresh here and no longer sees what is above."

// turn shows t. While its reply runs, the running reply knows more than the
// database row.
func (a *App) turn(t chat.Turn, last bool) turnView {
	view := turnView{
		ID: t.ID, User: t.Role == chat.User, State: string(t.State), Notice: notice(t),
		CanContinue: last && t.CanContinue(), CanRetry: last && t.Role == chat.Assistant && t.Origin == "" && t.State != chat.Running,
		Stats: statsLine(t.Stats), When: t.Created.Local().Format("15:04"),
	}
	if r := a.running(t.Chat); r != nil && r.turn == t.ID {
		r.mu.Lock()
		defer r.mu.Unlock()
		view.Text, view.Reasoning, view.Seq = r.text.Blocks(), r.reasoning.Blocks(), r.seq
		view.Summary = "Thinking…"
		if r.phase == "writing" {
			view.Summary = thoughtFor(r.thinking)
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
		view.Summary = thoughtFor(time.Duration(t.Stats.ReasoningMS * float64(time.Millisecond)))
	}
	return view
}

// textID and reasoningID keep the footnotes of a turn's two parts apart.
func textID(turn int64) int64      { return 2 * turn }
func reasoningID(turn int64) int64 { return 2*turn + 1 }

func notice(t chat.Turn) string {
	switch {
	case t.Error != "":
		return t.Error
	case t.State == chat.Stopped:
		return "You stopped this reply."
	case t.Stats.Finish == string(engine.FinishLength):
		return "The reply reached its length limit."
	case t.Stats.Finish == string(engine.FinishContext):
		return "The reply filled the model's context."
	}
	return ""
}

func statsLine(s chat.Stats) string {
	if s.ReplyTokens == 0 {
		return ""
	}
	parts := []string{fmt.Sprintf("%s tokens", number(s.ReplyTokens))}
	if s.TokensPerSecond > 0 {
		parts = append(parts, rate(s.TokensPerSecond)+" tok/s")
	}
	if s.FirstTokenMS > 0 {
		parts = append(parts, fmt.Sprintf("first after %.1f s", s.FirstTokenMS/1000))
	}
	return strings.Join(parts, " · ")
}

func (a *App) thinking(c chat.Chat) thinkingView {
	state, info, _, _ := a.model.snapshot()
	on := first(engine.Thinking(c.Settings.Thinking), a.opts.Config.Get().Thinking, engine.ThinkingOn) == engine.ThinkingOn
	switch {
	case state != "ready":
		return thinkingView{Chat: c.ID, Available: true, On: on, Why: "Let the model reason before it answers"}
	case !info.Thinks:
		return thinkingView{Chat: c.ID, Why: a.model.name() + " cannot reason before it answers"}
	}
	return thinkingView{Chat: c.ID, Available: true, On: on, Why: "Let the model reason before it answers: better answers, later"}
}

func palette() []paletteGroup {
	var groups []paletteGroup
	for _, c := range command.All() {
		if !c.In(command.Window) {
			continue
		}
		if n := len(groups); n == 0 || groups[n-1].Name != string(c.Category) {
			groups = append(groups, paletteGroup{Name: string(c.Category)})
		}
		g := &groups[len(groups)-1]
		g.Commands = append(g.Commands, paletteCommand{Name: c.Name, Usage: c.Usage(), Summary: c.Summary, Icon: c.Icon, TakesArg: c.Arguments != ""})
	}
	return groups
}

func greeting(now time.Time) string {
	switch h := now.Hour(); {
	case h < 5:
		return "Still up?"
	case h < 12:
		return "Good morning"
	case h < 18:
		return "Good afternoon"
	}
	return "Good evening"
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
