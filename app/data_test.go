package app

import (
	"path/filepath"
	"testing"

	"notso/app/chat"
	"notso/engine/scripted"
)

func TestAReplyThatABackupCaughtHalfWrittenCanBeContinued(t *testing.T) {
	b := newBench(t, scripted.Options{Fault: untilStopped()})
	_, answer, err := b.Send(t.Context(), 0, "Hello")
	if err != nil {
		t.Fatal(err)
	}
	b.until("something is written", func() bool { return len(b.replies()) > 0 })
	copied := filepath.Join(t.TempDir(), "chats.backup")
	if err := b.store.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	b.Stop(answer.Chat)
	if _, err := b.Await(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	b.until("nothing runs", func() bool { return b.nothingRuns() == nil })
	if _, err := b.restore(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	turn, err := b.store.Turn(t.Context(), answer.ID)
	if err != nil || turn.State != chat.Interrupted || turn.Text == "" || !turn.CanContinue() {
		t.Errorf("after restoring the reply is %+v, %v", turn, err)
	}
	b.say(answer.Chat, "Are you there?")
}
