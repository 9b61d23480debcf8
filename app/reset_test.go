package app

import (
	"testing"

	"notso/engine"
	"notso/engine/scripted"
)

func TestAReplyWrittenAnewAfterResetIsReadWithItsQuestion(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.say(0, "Before")
	old := b.say(1, "Remember the word apple")
	b.run(old.Chat, "/reset")
	b.run(old.Chat, "/regenerate")
	b.until("it is written", func() bool { return b.running(old.Chat) == nil })
	b.say(old.Chat, "Which word?")

	req, err := b.draftRequest(t.Context(), old.Chat, "And now?")
	if err != nil {
		t.Fatal(err)
	}
	if len(req.Messages) != 5 || req.Messages[0].Role != engine.RoleUser || req.Messages[0].Content != "Remember the word apple" {
		t.Errorf("the model reads %+v, want it to begin with the question", req.Messages)
	}
	view, err := b.conversation(t.Context(), old.Chat)
	if err != nil || len(view.Turns) != 6 {
		t.Fatalf("%d turns, %v", len(view.Turns), err)
	}
	for i, turn := range view.Turns {
		if turn.Unseen != (i < 2) || (turn.Divider != "") != (i == 2) {
			t.Errorf("turn %d is unseen %v, below %q; the model sees the third and what follows", i+1, turn.Unseen, turn.Divider)
		}
	}
}

func TestResetHoldsOnAnOlderBranchToo(t *testing.T) {
	b := newBench(t, scripted.Options{})
	older := b.say(0, "Remember the word apple")
	b.run(older.Chat, "/regenerate")
	b.until("it is written", func() bool { return b.running(older.Chat) == nil })
	b.run(older.Chat, "/reset")
	if _, err := b.ShowBranch(t.Context(), older.ID); err != nil {
		t.Fatal(err)
	}
	view, err := b.conversation(t.Context(), older.Chat)
	if err != nil || view.EndDivider == "" {
		t.Errorf("the older branch does not say that the model starts afresh: %+v, %v", view.stretchView, err)
	}
	req, err := b.draftRequest(t.Context(), older.Chat, "Which word?")
	if err != nil || len(req.Messages) != 1 {
		t.Errorf("the model reads %+v, %v; want the draft alone", req.Messages, err)
	}
	b.say(older.Chat, "Which word?")
	view, err = b.conversation(t.Context(), older.Chat)
	if err != nil || view.Turns[2].Divider == "" || !view.Turns[1].Unseen || view.Turns[2].Unseen {
		t.Errorf("there is no line above the third turn: %+v, %v", view.Turns, err)
	}
}
