package app

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"notso/app/chat"
	"notso/engine/scripted"
)

// full lets nothing be written of replies, from the first piece that is shown on,
// as on a full disk; room ends that.
const (
	fullSQL = `
CREATE TRIGGER no_piece BEFORE INSERT ON pieces BEGIN SELECT RAISE(FAIL, 'no room'); END;
CREATE TRIGGER no_end BEFORE UPDATE OF state ON turns BEGIN SELECT RAISE(FAIL, 'no room'); END`
	roomSQL = `DROP TRIGGER no_piece; DROP TRIGGER no_end`
)

func TestAReplyWhoseEndFoundNoRoomIsEndedLater(t *testing.T) {
	b := newBench(t, scripted.Options{})
	disk, err := sql.Open("sqlite3", filepath.Join(b.dir, "chats.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	shown := ""
	b.onEach = func(e event) {
		if r, ok := e.data.(replyEvent); !ok || r.Final || shown != "" {
			return
		}
		shown = "something"
		if _, err := disk.Exec(fullSQL); err != nil {
			t.Error(err)
		}
	}
	answer, err := b.Talk(t.Context(), 0, "Hello", TalkOptions{}, nil)
	if err == nil || !strings.Contains(err.Error(), "no room") || answer.State != chat.Failed {
		t.Errorf("the reply ended as %+v, %v; want to be told why it could not be stored", answer, err)
	}
	if _, err := disk.Exec(roomSQL); err != nil {
		t.Fatal(err)
	}
	b.until("the reply ends", func() bool {
		answer, err = b.store.Turn(t.Context(), answer.ID)
		return err != nil || answer.State != chat.Running
	})
	if err != nil || answer.State != chat.Failed || answer.Error == "" || answer.Text == "" || !strings.HasPrefix(scripted.Plain().AnswerText(), answer.Text) {
		t.Errorf("with room again it is %+v, %v", answer, err)
	}
	b.mu.Lock()
	b.onEach = nil // the reply that was ended may still be telling of it
	b.mu.Unlock()
	if next := b.say(answer.Chat, "And now?"); next.State != chat.Done {
		t.Errorf("the next reply is %+v", next)
	}
}
