package app

import (
	"context"
	"fmt"
	"testing"

	"notso/app/chat"
	"notso/engine/scripted"
)

func TestWhatIsTakenBackAfterTheFirstMessageIsThatOfItsChat(t *testing.T) {
	b := newBench(t, scripted.Options{})
	file, err := b.Attach(t.Context(), 0, newFile(t, "notes.md", "The harbour opens at six."))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.request("DELETE", fmt.Sprintf("/attachments/%d", file.ID), ""); got.Code != 200 {
		t.Fatalf("%d: %s", got.Code, got.Body)
	}
	removed := fmt.Sprintf("/undo/%d", b.undos.next)
	warmer := b.run(0, "/temp 0.2").Undo
	c := b.chat(b.say(0, "Hello").Chat)
	if c.Settings.Temperature == nil {
		t.Fatal("the chat has no temperature of its own")
	}
	b.run(0, "/temp 0.3") // of the chat after it
	b.undo(warmer)
	if got := b.chat(c.ID).Settings.Temperature; got != nil {
		t.Errorf("after the undo the chat's temperature is %v, want none of its own", *got)
	}
	if got := b.newSettings().Temperature; got == nil || *got != 0.3 {
		t.Errorf("the undo changed the next chat's temperature to %v", got)
	}
	b.undo(removed)
	for id, want := range map[int64]int{0: 0, c.ID: 1} {
		if files, err := b.store.DraftAttachments(t.Context(), id); err != nil || len(files) != want {
			t.Errorf("the draft of chat %d has the files %v, %v; want %d", id, files, err, want)
		}
	}
}

func TestAFirstMessageThatCannotBeStoredLeavesNoChat(t *testing.T) {
	b := newBench(t, scripted.Options{})
	b.run(0, "/temp 0.2")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := b.Send(gone, 0, "Hello"); err == nil {
		t.Fatal("the message is sent")
	}
	if chats, err := b.store.Chats(t.Context(), 0); err != nil || len(chats) > 0 {
		t.Errorf("there are the chats %v, %v", chats, err)
	}
	if b.newSettings() == (chat.Settings{}) {
		t.Error("what was set for the chat is forgotten")
	}
	if c := b.chat(b.say(0, "Hello").Chat); c.Settings.Temperature == nil || c.Title != "Hello" {
		t.Errorf("the message sent again makes the chat %+v", c)
	}
}
