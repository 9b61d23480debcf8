package app

import (
	"context"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/words"
)

// branchCommand shows the map of the chat's branches.
func (a *App) branchCommand(_ context.Context, _ command.Call, out *Outcome) error {
	if out.Chat == 0 {
		return words.Fail("deeds.no_chat")
	}
	out.Page = "map"
	return nil
}

// candidatesCommand tells or sets how many replies a message gets.
func (a *App) candidatesCommand(ctx context.Context, call command.Call, out *Outcome) (err error) {
	n := call.Args.Candidates
	if n == 0 {
		c, _, err := a.tail(ctx, out.Chat)
		out.Text = a.language().Count("candidates.now", max(1, c.Settings.Candidates))
		return err
	}
	out.Text = a.language().Count("candidates.now", n)
	out.Undo, err = a.changeUndoably(ctx, out.Chat, func(s *chat.Settings) { s.Candidates = n })
	return err
}

// alternativesCommand sets whether new replies keep what each word could have
// been; without a word it turns that round.
func (a *App) alternativesCommand(ctx context.Context, call command.Call, out *Outcome) error {
	c, _, err := a.tail(ctx, out.Chat)
	if err != nil {
		return err
	}
	on := !c.Settings.Choices
	if word := call.Args.Alternatives; word != "" {
		on = word == "on"
	}
	out.Text = a.say("choices.off")
	if on {
		out.Text = a.say("choices.on")
	}
	out.Undo, err = a.changeUndoably(ctx, out.Chat, func(s *chat.Settings) { s.Choices = on })
	return err
}
