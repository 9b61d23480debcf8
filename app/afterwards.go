package app

import (
	"context"
	"errors"
	"strings"

	"notso/app/chat"
	"notso/engine"
)

// What the model is asked aside of a chat, and the grammars (GBNF) that make
// the answers fit their place.
const (
	titleQuestion    = "Name the subject of our conversation in two to six words, for a list of conversations. Only the title."
	titleGrammar     = `root ::= word (" " word){1,5}` + "\n" + `word ::= [^ \n\t"*#.:!?]{1,20}`
	titleTokens      = 24
	followUpQuestion = "Write three short messages that I might send you next, one a line, each in my own words."
	followUpGrammar  = `root ::= line "\n" line "\n" line` + "\n" + `line ::= [A-ZÀ-Þ0-9] [^\n]{4,78}`
	followUpTokens   = 120
)

// ableParameters is the size from which on models give titles and suggestions
// worth reading. Smaller ones repeat the question.
const ableParameters = 1_000_000_000

// asideTemperature keeps titles and suggestions near what is likely.
const asideTemperature = 0.3

// afterwards is what happens while the reader reads: what the next prompt will
// contain is evaluated, then the chat gets its title and the reply its
// follow-ups. It leaves the chat's own cache as it is, and any newer work of
// the user ends it.
func (a *App) afterwards(chatID, turnID int64) {
	a.meanwhile(chatID, func(ctx context.Context, eng engine.Engine) {
		if req, err := a.draftRequest(ctx, chatID, ""); err == nil {
			_ = eng.Warm(a.ctx, req, nil) // what is not evaluated now, is with the next message
		}
		c, tail, err := a.tail(ctx, chatID)
		if err != nil || len(tail) == 0 || tail[len(tail)-1].ID != turnID || tail[len(tail)-1].State != chat.Done || tail[len(tail)-1].Origin != "" {
			return
		}
		if n := a.model.info().Parameters; n > 0 && n < ableParameters {
			return
		}
		settings := a.opts.Config.Get()
		if settings.Titles && !c.Named && tail[0].Parent == 0 && c.Title == title(tail[0].Text) {
			a.nameChat(ctx, eng, c)
		}
		if settings.FollowUps && tail[len(tail)-1].Candidate == 0 {
			a.suggest(ctx, eng, c)
		}
	})
}

func (a *App) nameChat(ctx context.Context, eng engine.Engine, c chat.Chat) {
	text, err := a.askAside(ctx, eng, c, titleQuestion, titleGrammar, titleTokens)
	name, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if err == nil && name != "" {
		if a.opts.Store.Rename(ctx, c.ID, name, false) == nil {
			a.opts.Emit("refresh", refreshEvent{What: "sidebar"})
			a.opts.Emit("refresh", refreshEvent{What: "heading", Chat: c.ID})
		}
	}
}

func (a *App) suggest(ctx context.Context, eng engine.Engine, c chat.Chat) {
	text, err := a.askAside(ctx, eng, c, followUpQuestion, followUpGrammar, followUpTokens)
	if err != nil {
		return
	}
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if a.opts.Store.SetFollowUps(ctx, c.Head, lines) == nil {
		a.opts.Emit("refresh", refreshEvent{What: "turn", Chat: c.ID, Turn: c.Head})
	}
}

// askAside asks the model about the chat without the chat knowing. It thinks as
// the chat does, if only for a token, since the prompt of one that does not
// think begins differently and would have to be read anew. An answer that was
// cut short is an error.
func (a *App) askAside(ctx context.Context, eng engine.Engine, c chat.Chat, question, grammar string, tokens int) (string, error) {
	p, err := a.past(ctx, c, c.Head)
	if err != nil {
		return "", err
	}
	req := a.ask(c, p.turns, TalkOptions{})
	req.Messages = append(req.Messages, engine.Message{Role: engine.RoleUser, Content: question})
	req.Grammar, req.Background = grammar, true
	req.Limits = engine.Limits{MaxTokens: tokens, Reasoning: 1}
	req.Sampling.Temperature = asideTemperature
	var text strings.Builder
	for event, err := range eng.Reply(ctx, req) {
		switch {
		case err != nil:
			return "", err
		case event.Kind == engine.EventText:
			text.WriteString(event.Text)
		case event.Kind == engine.EventDone && event.Done.Finish != engine.FinishEnd:
			return "", errors.New("cut short: " + string(event.Done.Finish))
		}
	}
	return text.String(), nil
}
