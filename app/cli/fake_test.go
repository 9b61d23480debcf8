package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/passage"
	"notso/app/store"
	"notso/engine"
	"notso/engine/scripted"
)

// fake is a service on a real store whose model says a script. Messages that
// it knows make it misbehave.
type fake struct {
	db *store.Store
}

func (f *fake) Talk(ctx context.Context, chatID int64, text string, opts TalkOptions, each func(engine.Event)) (chat.Turn, error) {
	script := scripted.Plain()
	if opts.Thinking == engine.ThinkingOn {
		script = scripted.Reasoning()
	}
	answer := whole(script.Answer)
	switch {
	case text == "fail":
		return chat.Turn{}, errors.New("the model cannot be read; choose another with /model")
	case text == "options":
		temperature := "default"
		if opts.Temperature != nil {
			temperature = fmt.Sprint(*opts.Temperature)
		}
		answer = []string{fmt.Sprintf("thinking=%s seed=%d temp=%s max=%d", opts.Thinking, opts.Seed, temperature, opts.MaxTokens)}
	case strings.HasPrefix(text, "repeat "):
		answer = []string{strings.TrimPrefix(text, "repeat ")}
	}
	return f.speak(ctx, chatID, text, each, func(turn *chat.Turn) {
		each(engine.Event{Kind: engine.EventLoading, Progress: &engine.Progress{Done: 500, Total: 1000}})
		each(engine.Event{Kind: engine.EventProgress, Progress: &engine.Progress{Done: 8, Total: 9, Cached: 4}})
		for _, piece := range script.Reasoning {
			each(engine.Event{Kind: engine.EventReasoning, Text: piece})
		}
		for _, piece := range answer {
			turn.Text += piece
			each(engine.Event{Kind: engine.EventText, Text: piece})
		}
		turn.Stats = chat.Stats{Finish: "end", PromptTokens: 9, CachedTokens: 4, ReplyTokens: len(answer), FirstTokenMS: 1.5, TokensPerSecond: 20}
		switch text {
		case "die":
			turn.State, turn.Error = chat.Interrupted, "The engine ended unexpectedly. What was written is kept."
		case "stall", "stall-then-interrupt":
			if text == "stall-then-interrupt" {
				self, _ := os.FindProcess(os.Getpid())
				self.Signal(os.Interrupt)
			}
			<-ctx.Done()
			turn.State = chat.Stopped
		case "tool":
			each(engine.Event{Kind: engine.EventToolCall, Text: "{}", ToolCall: &engine.ToolCall{Name: "get_weather", Arguments: []byte(`{"city":"Paris"}`)}})
		}
	})
}

func (f *fake) Run(ctx context.Context, chatID int64, call command.Call, each func(engine.Event)) (Outcome, error) {
	out := Outcome{Chat: chatID}
	if call.Prompt {
		out.Text = "prompt " + call.Name + ": " + call.Args.Text
		return out, nil
	}
	switch call.Name {
	case "new":
		out.Chat = 0
	case "temp":
		out.Text = "The temperature is now 1."
	case "export":
		return out, errors.New("this chat is empty, so there is nothing to export yet")
	case "quote":
		p, err := passage.Find("", call.Args.Reference)
		if err != nil {
			return out, err
		}
		turn, err := f.speak(ctx, chatID, "/quote", each, func(turn *chat.Turn) {
			for piece := range p.Pieces() {
				turn.Text += piece
				each(engine.Event{Kind: engine.EventText, Text: piece})
			}
			turn.Stats.Finish = "end"
		})
		out.Chat, out.Turn = turn.Chat, &turn
		return out, err
	default:
		fmt.Fprintf(os.Stderr, "the fake cannot /%s\n", call.Name)
		os.Exit(9)
	}
	return out, nil
}

// speak stores a message and the turn that fill makes of the reply.
func (f *fake) speak(ctx context.Context, chatID int64, text string, each func(engine.Event), fill func(*chat.Turn)) (chat.Turn, error) {
	ctx = context.WithoutCancel(ctx)
	if chatID == 0 {
		c, err := f.db.CreateChat(ctx, text, false, chat.Settings{})
		if err != nil {
			return chat.Turn{}, err
		}
		chatID = c.ID
	}
	user, err := f.db.AddTurn(ctx, chatID, text)
	if err != nil {
		return chat.Turn{}, err
	}
	turn, err := f.db.StartReply(ctx, chatID, user.ID, "")
	if err != nil {
		return chat.Turn{}, err
	}
	turn.State = chat.Done
	fill(&turn)
	if err := f.db.AppendPieces(ctx, turn.ID, 1, []chat.Piece{{Text: turn.Text}}); err != nil {
		return turn, err
	}
	_, err = f.db.FinishReply(ctx, turn.ID, turn.State, turn.Error, turn.Stats)
	return turn, err
}

// whole joins the pieces that are halves of a rune, as every engine does.
func whole(pieces []string) []string {
	pieces = slices.Clone(pieces)
	for i := len(pieces) - 1; i > 0; i-- {
		if pieces[i-1] == "\xc3" {
			pieces[i-1] += pieces[i]
			pieces = slices.Delete(pieces, i, i+1)
		}
	}
	return pieces
}
