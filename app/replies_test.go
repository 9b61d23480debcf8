package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
	"notso/engine"
	"notso/engine/scripted"
)

func TestReplyIsWrittenAndKept(t *testing.T) {
	b := newBench(t, scripted.Options{Script: scripted.Reasoning()})
	answer := b.say(0, "What is six times seven?")
	if answer.State != chat.Done || answer.Text != scripted.Reasoning().AnswerText() || answer.Reasoning != scripted.Reasoning().ReasoningText() {
		t.Errorf("the reply is %+v", answer)
	}
	if answer.Stats.Finish != "end" || answer.Stats.ReplyTokens == 0 || answer.Stats.Seed == 0 {
		t.Errorf("its statistics are %+v", answer.Stats)
	}
	c, err := b.store.Chat(t.Context(), answer.Chat)
	if err != nil || c.Title != "What is six times seven?" {
		t.Errorf("the chat is %+v, %v", c, err)
	}
	events := b.replies()
	for i, e := range events {
		if e.Final != (i == len(events)-1) || e.Seq != i+1 {
			t.Errorf("event %d of %d is %+v; want them numbered, the last one final", i, len(events), e)
		}
	}
}

func TestPiecesAreStoredBeforeTheyAreShown(t *testing.T) {
	b := newBench(t, scripted.Options{Delay: 2 * time.Millisecond})
	shown := 0
	b.onEach = func(e event) {
		r, ok := e.data.(replyEvent)
		if !ok || r.Final {
			return
		}
		stored, err := b.store.LastSeq(context.Background(), r.Turn)
		if err != nil || stored < r.Seq {
			t.Errorf("event %d is shown while %d pieces are stored (%v)", r.Seq, stored, err)
		}
		shown++
	}
	b.say(0, "Hello")
	if shown == 0 {
		t.Error("nothing was shown before the end")
	}
}

func TestStoppedReplyKeepsItsTextAndContinues(t *testing.T) {
	b := newBench(t, scripted.Options{Fault: func(ctx context.Context, token int) error {
		if token == 8 {
			<-ctx.Done()
		}
		return nil
	}})
	_, answer, err := b.Send(t.Context(), 0, "Hello")
	if err != nil {
		t.Fatal(err)
	}
	b.until("pieces are shown", func() bool { return len(b.replies()) > 0 })
	if _, _, err := b.Send(t.Context(), answer.Chat, "More"); !errors.Is(err, chat.ErrBusy) {
		t.Errorf("a message during the reply gave %v, want ErrBusy", err)
	}
	b.Stop(answer.Chat)
	answer, err = b.Await(t.Context(), answer)
	whole := scripted.Plain().AnswerText()
	if err != nil || answer.State != chat.Stopped || answer.Text == "" || !strings.HasPrefix(whole, answer.Text) || !answer.CanContinue() {
		t.Fatalf("the stopped reply is %+v, %v", answer, err)
	}
	// Token 8 of what is left is another one, so the rest gets through in turns.
	for answer.State != chat.Done {
		before := len(b.replies())
		if answer, err = b.Continue(t.Context(), answer.ID); err != nil {
			t.Fatal(err)
		}
		b.until("more is shown", func() bool { return len(b.replies()) > before })
		b.Stop(answer.Chat)
		if answer, err = b.Await(t.Context(), answer); err != nil {
			t.Fatal(err)
		}
	}
	if answer.Text != whole {
		t.Errorf("continued to %q, want %q", answer.Text, whole)
	}
}

func TestReplySurvivesTheDeathOfTheWorker(t *testing.T) {
	b := newBench(t, scripted.Options{Fault: faultAt(6, fmt.Errorf("%w: killed", engine.ErrWorkerDied))})
	answer := b.say(0, "Hello")
	if answer.State != chat.Interrupted || answer.Text != "Hello! I am a scripted" || !strings.Contains(answer.Error, "killed") || !answer.CanContinue() {
		t.Errorf("the reply is %+v", answer)
	}
	if again := b.say(answer.Chat, "Are you there?"); again.Text == "" {
		t.Errorf("the next message got %+v", again)
	}
}

func TestFailedReplySaysWhy(t *testing.T) {
	b := newBench(t, scripted.Options{ContextLength: 4})
	_, err := b.Talk(t.Context(), 0, "far too many words for this one", TalkOptions{}, nil)
	if err == nil || !strings.Contains(err.Error(), "8 tokens, and it holds 4") {
		t.Errorf("the error is %v", err)
	}
	if _, err := b.Talk(t.Context(), 0, " \n", TalkOptions{}, nil); !errors.Is(err, chat.ErrEmptyTurn) {
		t.Errorf("an empty message gave %v", err)
	}
}

func TestAReplyWithoutAnAnswerSaysSo(t *testing.T) {
	b := newBench(t, scripted.Options{Script: scripted.Script{Reasoning: []string{"Hm", "."}, Answer: []string{"\n"}}})
	turn, err := b.Talk(t.Context(), 0, "Hello", TalkOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if view := b.turn(turn, true); view.Notice != b.App.say("turn.nothing") || !view.CanRetry {
		t.Errorf("its view is %+v", view)
	}
}
