package app

import (
	"fmt"
	"testing"

	"notso/app/chat"
	"notso/engine/scripted"
)

func TestAChatThatOutgrewTheModelShowsWhere(t *testing.T) {
	branch := []chat.Turn{
		{ID: 1, Role: chat.User, Text: "a"}, {ID: 2, Role: chat.Assistant, Text: "b"},
		{ID: 3, Role: chat.User, Text: "c"}, {ID: 4, Role: chat.Assistant, Text: "d", Stats: chat.Stats{PromptTokens: 9, FirstSeen: 3}},
	}
	if got := firstSeen(branch); got != 3 {
		t.Errorf("the line stands above turn %d, want 3", got)
	}
	if got := firstSeen(branch[:2]); got != 0 {
		t.Errorf("an earlier branch has a line above turn %d, want none", got)
	}
}

func TestAChatThatOutgrowsTheModelGoesOnAndDrawsALine(t *testing.T) {
	b := newBench(t, scripted.Options{ContextLength: 96})
	var chatID int64
	for i := range 8 {
		answer := b.say(chatID, fmt.Sprintf("Message %d: tell me something that takes a dozen words or so.", i))
		chatID = answer.Chat
		if answer.State != chat.Done {
			t.Fatalf("reply %d is %+v", i, answer)
		}
	}
	view, err := b.conversation(t.Context(), chatID)
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for i, turn := range view.Turns {
		if turn.Divider == b.App.say("conversation.outgrown") {
			lines++
			if i == 0 || !turn.User {
				t.Errorf("the line stands above turn %d, want a message of the user's further down", i)
			}
		}
	}
	if lines != 1 {
		t.Errorf("there are %d lines where the model's view begins, want 1", lines)
	}
}
