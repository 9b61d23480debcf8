package app

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"notso/app/chat"
	"notso/engine/scripted"
)

// A message that came just before the end is stored, and its reply interrupted,
// before Shutdown returns; whoever closes the database then pulls it from nobody.
func TestShutdownWaitsForAMessageThatIsBeingSent(t *testing.T) {
	b := newBench(t, scripted.Options{})
	answer := b.say(0, "Hello")
	b.until("the reply has ended", func() bool { return b.claim(answer.Chat) })
	var sent atomic.Bool
	go func() {
		defer b.unclaim(answer.Chat)
		b.until("the app ends", func() bool { return b.ctx.Err() != nil })
		user, err := b.store.AddTurn(context.Background(), answer.Chat, "And then?")
		if err == nil {
			_, err = b.answer(context.Background(), answer.Chat, user.ID, TalkOptions{}, nil)
		}
		if err != nil {
			t.Error(err)
		}
		sent.Store(true)
	}()
	b.Shutdown()
	if !sent.Load() {
		t.Error("Shutdown did not wait for the message")
	}
	c, err := b.store.Chat(t.Context(), answer.Chat)
	if err != nil {
		t.Fatal(err)
	}
	if last, err := b.store.Turn(t.Context(), c.Head); err != nil || last.Role != chat.Assistant || last.State == chat.Running {
		t.Errorf("the last turn is %+v, %v", last, err)
	}
	if b.background(func() { t.Error("work began after Shutdown") }) {
		t.Error("work was taken after Shutdown")
	}
	if _, _, err := b.Send(t.Context(), answer.Chat, "Too late"); !errors.Is(err, chat.ErrBusy) {
		t.Errorf("a message after Shutdown gave %v", err)
	}
}

func TestAnotherModelMayTakeOverWhileAMessageIsSent(t *testing.T) {
	b := newBench(t, scripted.Options{})
	if !b.claim(1) { // a message whose reply does not run yet
		t.Fatal("the chat is taken")
	}
	defer b.unclaim(1)
	b.awaitReplies()
}

func TestThePillIsDrawnWhileAReplyIsWritten(t *testing.T) {
	b := newBench(t, scripted.Options{Delay: time.Millisecond})
	_, answer, err := b.Send(t.Context(), 0, "Hello")
	if err != nil {
		t.Fatal(err)
	}
	b.showChat(t.Context(), answer.Chat)
	for b.running(answer.Chat) != nil {
		if s := b.status(); s.Text == "" {
			t.Errorf("the pill is %+v", s)
		}
	}
}

func TestShutdownInterruptsAndTheNextStartOffersToContinue(t *testing.T) {
	b := newBench(t, scripted.Options{Fault: untilStopped()})
	_, answer, err := b.Send(t.Context(), 0, "Hello")
	if err != nil {
		t.Fatal(err)
	}
	b.until("pieces are shown", func() bool { return len(b.replies()) > 0 })
	b.Shutdown()
	answer, err = b.store.Turn(t.Context(), answer.ID)
	if err != nil || answer.State != chat.Interrupted || !answer.CanContinue() {
		t.Errorf("the reply is %+v, %v", answer, err)
	}
	view := b.turn(answer, true)
	if !view.CanContinue || view.Notice != b.App.say("error.interrupted") {
		t.Errorf("its view is %+v", view)
	}
}
