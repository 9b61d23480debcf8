package app

import (
	"strings"
	"testing"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/library"
	"notso/engine/scripted"
)

func TestEveryCommandOfTheRegistryDoesSomething(t *testing.T) {
	b := newBench(t, scripted.Options{})
	handlers := b.commands()
	for _, c := range command.All() {
		if handlers[c.Name] == nil {
			t.Errorf("/%s has no handler", c.Name)
		}
		delete(handlers, c.Name)
	}
	for name := range handlers {
		t.Errorf("the handler of /%s is in no list", name)
	}
}

func TestClearIsUndone(t *testing.T) {
	b := newBench(t, scripted.Options{})
	answer := b.say(0, "Hello")
	out := b.run(answer.Chat, "/clear")
	if out.Undo == "" || !out.Changed {
		t.Errorf("/clear gave %+v", out)
	}
	if view, err := b.conversation(t.Context(), answer.Chat); err != nil || len(view.Turns) != 0 {
		t.Errorf("after /clear there are %d turns, %v", len(view.Turns), err)
	}
	if again := b.run(answer.Chat, "/clear"); again.Undo != "" || again.Text != "There is nothing to clear." {
		t.Errorf("a second /clear gave %+v", again)
	}
	if got := b.request("POST", out.Undo, ""); got.Code != 200 {
		t.Fatalf("the undo is answered with %d: %s", got.Code, got.Body)
	}
	if view, err := b.conversation(t.Context(), answer.Chat); err != nil || len(view.Turns) != 2 {
		t.Errorf("after the undo there are %d turns, %v", len(view.Turns), err)
	}
}

func TestResetHidesTheTurnsFromTheModelAlone(t *testing.T) {
	b := newBench(t, scripted.Options{})
	first := b.say(0, "Remember the word apple")
	b.run(first.Chat, "/reset")
	view, err := b.conversation(t.Context(), first.Chat)
	if err != nil || len(view.Turns) != 2 || view.EndDivider == "" {
		t.Errorf("after /reset the window shows %+v, %v", view, err)
	}
	second := b.say(first.Chat, "Which word?")
	if second.Stats.PromptTokens != 3 {
		t.Errorf("the model read %d words, want the 2 of the last message and its mark", second.Stats.PromptTokens)
	}
	if view, _ = b.conversation(t.Context(), first.Chat); view.Turns[2].Divider == "" || view.EndDivider != "" {
		t.Errorf("the divider should stand above the third turn: %+v", view)
	}
}

func TestQuoteNeedsNoModel(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.model.set(func() { b.model.state, b.model.failure = "failed", library.ErrNone })
	out := b.run(0, "/quote John 1:1-3")
	answer, err := b.Await(t.Context(), out.Turns[1])
	if err != nil || answer.State != chat.Done || !strings.Contains(answer.Text, "In the beginning was the Word") {
		t.Errorf("/quote gave %+v, %v", answer, err)
	}
	if len(b.replies()) < 4 {
		t.Errorf("%d events, want one a verse and a final one", len(b.replies()))
	}
}

func TestTemperatureAndThinkingAreTheChats(t *testing.T) {
	b := newBench(t, scripted.Options{Script: scripted.Reasoning()})
	b.run(0, "/thinking off")
	b.run(0, "/temp 0.2")
	answer := b.say(0, "Hello")
	if answer.Reasoning != "" || !strings.Contains(string(answer.Stats.Sampling), `"temperature":0.2`) {
		t.Errorf("the new chat's first reply is %+v", answer)
	}
	if out := b.run(answer.Chat, "/temp"); out.Text != "The temperature is 0.2." {
		t.Errorf("/temp says %q", out.Text)
	}
	if other := b.say(0, "Hello"); other.Reasoning == "" {
		t.Error("another chat should think as before")
	}
}
