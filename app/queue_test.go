package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"notso/app/chat"
	"notso/engine/scripted"
)

func TestAQueuedMessageIsSentWithItsFiles(t *testing.T) {
	b := newBench(t, scripted.Options{Fault: untilStopped()})
	_, running, err := b.Send(t.Context(), 0, "Hello")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Attach(t.Context(), running.Chat, newFile(t, "notes.txt", "The harbour opens at six.")); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/chats/%d/turns", running.Chat)
	got := b.request("POST", path, "text=When?").Body.String()
	waiting, composer, _ := strings.Cut(got, `id="attachments"`)
	if !strings.Contains(waiting, "notes.txt") || composer == "" || strings.Contains(composer, "notes.txt") {
		t.Errorf("the file should wait with its message and leave the composer:\n%s", got)
	}
	b.Stop(running.Chat)
	if _, err := b.Await(t.Context(), running); err != nil {
		t.Fatal(err)
	}
	b.until("the reply has ended", func() bool { return b.running(running.Chat) == nil })
	// What is attached meanwhile goes with the message that is typed next.
	if _, err := b.Attach(t.Context(), running.Chat, newFile(t, "other.txt", "Not this.")); err != nil {
		t.Fatal(err)
	}
	sent, err := b.SendQueued(t.Context(), running.Chat)
	if err != nil {
		t.Fatal(err)
	}
	files, err := b.store.TurnAttachments(t.Context(), []int64{sent.ID})
	if err != nil || len(files[sent.ID]) != 1 || files[sent.ID][0].Name != "notes.txt" {
		t.Errorf("it was sent with %+v, %v", files, err)
	}
}

func TestAMessageWaitsForWhateverHasBegun(t *testing.T) {
	b := newBench(t, scripted.Options{})
	answer := b.say(0, "Hello")
	b.until("the reply has ended", func() bool { return b.claim(answer.Chat) }) // as another message does, just before its reply runs
	if err := b.Queue(t.Context(), answer.Chat, "More"); err != nil {
		t.Errorf("the message waits, but its sender is told %v", err)
	}
	b.unclaim(answer.Chat)
	if queue, err := b.store.Queue(t.Context(), answer.Chat); err != nil || len(queue) != 1 {
		t.Errorf("%d messages wait, %v", len(queue), err)
	}
}

func TestAClaimOutlivesAReplyThatWasQuickerThanItsSender(t *testing.T) {
	b := newBench(t, scripted.Options{})
	said := b.say(0, "Hello")
	b.until("the reply has ended", func() bool { return b.claim(said.Chat) })
	answer, err := b.answer(t.Context(), said.Chat, said.Parent, TalkOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Await(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	if !b.claim(said.Chat) {
		t.Fatal("the chat is taken after its reply")
	}
	b.unclaim(said.Chat) // the first sender's
	if b.claim(said.Chat) {
		t.Error("two have claimed the chat")
	}
	b.unclaim(said.Chat) // the second one's
	if !b.claim(said.Chat) {
		t.Fatal("the chat stays taken")
	}
	b.unclaim(said.Chat)
}

func TestAFileThatCannotBeReadLeavesNoChatBehind(t *testing.T) {
	b := newBench(t, scripted.Options{})
	good, bad := newFile(t, "notes.txt", "some notes"), newFile(t, "cat.png", "\x89PNG\r\n")
	if _, err := b.Talk(t.Context(), 0, "Look", TalkOptions{Files: []string{good, bad}}, nil); err == nil {
		t.Error("an image was attached")
	}
	if _, err := b.Talk(t.Context(), 0, "Look", TalkOptions{Files: slices.Repeat([]string{good}, maxFiles+1)}, nil); err == nil {
		t.Errorf("%d files were attached", maxFiles+1)
	}
	counts, err := b.store.Counts(t.Context())
	if err != nil || counts.Chats != 0 {
		t.Errorf("there are %d chats, %v", counts.Chats, err)
	}
	if left, err := b.store.DraftAttachments(t.Context(), 0); err != nil || len(left) != 0 {
		t.Errorf("the draft has %+v, %v", left, err)
	}
}

func TestLineBreaksAreAlikeHoweverTheyCome(t *testing.T) {
	b := newBench(t, scripted.Options{})
	answer := b.say(0, "one\r\ntwo\n")
	turn, err := b.store.Turn(t.Context(), answer.Parent)
	if err != nil || turn.Text != "one\ntwo" || turn.Role != chat.User {
		t.Errorf("the message is %q, %v", turn.Text, err)
	}
}
