package store

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"notso/app/chat"
)

func TestReplyGrowsPieceByPieceAndIsFoldedAtTheEnd(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	user := must(s.AddTurn(ctx, c.ID, "Hello"))(t)
	reply := must(s.StartReply(ctx, c.ID, user.ID, "quote"))(t)
	if got := must(s.Chat(ctx, c.ID))(t).Head; got != reply.ID {
		t.Errorf("the head is %d, want the reply %d", got, reply.ID)
	}
	batches := []struct {
		pieces          []chat.Piece
		text, reasoning string // after it
	}{
		{[]chat.Piece{{Reasoning: true, Text: "Let me "}, {Reasoning: true, Text: "see."}}, "", "Let me see."},
		{nil, "", "Let me see."},
		{[]chat.Piece{{Reasoning: true, Text: " Yes."}, {Text: "Good"}}, "Good", "Let me see. Yes."},
		{[]chat.Piece{{Text: " day"}, {Text: ", you\n"}}, "Good day, you\n", "Let me see. Yes."},
	}
	seq := 1
	for _, b := range batches {
		if err := s.AppendPieces(ctx, reply.ID, seq, b.pieces); err != nil {
			t.Fatal(err)
		}
		seq += len(b.pieces)
		for name, got := range map[string]chat.Turn{
			"Turn":   must(s.Turn(ctx, reply.ID))(t),
			"Turns":  must(s.Turns(ctx, c.ID))(t)[1],
			"Branch": must(s.Branch(ctx, c.ID))(t)[1],
		} {
			if got.Text != b.text || got.Reasoning != b.reasoning || got.State != chat.Running {
				t.Errorf("%s has %q, %q, %s; want %q, %q, running", name, got.Text, got.Reasoning, got.State, b.text, b.reasoning)
			}
		}
		if got := must(s.LastSeq(ctx, reply.ID))(t); got != seq-1 {
			t.Errorf("the last piece is %d, want %d", got, seq-1)
		}
	}

	stats := chat.Stats{Finish: "end", ReplyTokens: 6, Seed: 42, Sampling: json.RawMessage(`{"top_p":0.95}`)}
	done := must(s.FinishReply(ctx, reply.ID, chat.Done, "", stats))(t)
	want := reply
	want.Text, want.Reasoning, want.State, want.Stats = "Good day, you\n", "Let me see. Yes.", chat.Done, stats
	if !reflect.DeepEqual(done, want) {
		t.Errorf("finishing gives %+v, want %+v", done, want)
	}
	if got := must(s.Turn(ctx, reply.ID))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("the turn is %+v, want %+v", got, want)
	}
	if got := must(s.LastSeq(ctx, reply.ID))(t); got != 0 {
		t.Errorf("piece %d is left after folding", got)
	}
}

func TestOnlyARunningReplyTakesPieces(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	user, reply := say(t, s, c.ID, "Hello", "Good day")
	for _, id := range []int64{user.ID, reply.ID, 999} {
		if err := s.AppendPieces(ctx, id, 1, []chat.Piece{{Text: "x"}}); !errors.Is(err, ErrNotRunning) {
			t.Errorf("appending to turn %d gives %v, want ErrNotRunning", id, err)
		}
		if _, err := s.FinishReply(ctx, id, chat.Done, "", chat.Stats{}); !errors.Is(err, ErrNotRunning) {
			t.Errorf("finishing turn %d gives %v, want ErrNotRunning", id, err)
		}
	}
}

func TestBatchOfPiecesIsStoredWholeOrNotAtAll(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	reply := must(s.StartReply(ctx, c.ID, 0, ""))(t)
	if err := s.AppendPieces(ctx, reply.ID, 2, []chat.Piece{{Text: "b"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.AppendPieces(ctx, reply.ID, 1, []chat.Piece{{Text: "a"}, {Text: "again"}}); err == nil {
		t.Fatal("a piece with a number that is taken was stored")
	}
	if got := must(s.Turn(ctx, reply.ID))(t); got.Text != "b" {
		t.Errorf("the text is %q, want that of the first batch alone", got.Text)
	}
}

func TestChatWithARunningReplyIsBusy(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	user, first := say(t, s, c.ID, "Hello", "Good day")
	must(s.StartReply(ctx, c.ID, user.ID, ""))(t)
	for what, err := range map[string]error{
		"a message":         second(s.AddTurn(ctx, c.ID, "more")),
		"another reply":     second(s.StartReply(ctx, c.ID, user.ID, "")),
		"continuing a turn": second(s.ContinueReply(ctx, first.ID)),
		"clearing the chat": second(s.ClearTurns(ctx, c.ID)),
	} {
		if !errors.Is(err, chat.ErrBusy) {
			t.Errorf("%s gives %v, want chat.ErrBusy", what, err)
		}
	}
	if _, err := s.AddTurn(ctx, newChat(t, s).ID, "elsewhere"); err != nil {
		t.Errorf("another chat gives %v", err)
	}
}

func TestContinuedReplyKeepsItsText(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	reply := must(s.StartReply(ctx, c.ID, 0, ""))(t)
	if err := s.AppendPieces(ctx, reply.ID, 1, []chat.Piece{{Reasoning: true, Text: "hm"}, {Text: "one "}}); err != nil {
		t.Fatal(err)
	}
	must(s.FinishReply(ctx, reply.ID, chat.Failed, "It broke.", chat.Stats{}))(t)

	again := must(s.ContinueReply(ctx, reply.ID))(t)
	if again.State != chat.Running || again.Text != "one " || again.Error != "" {
		t.Fatalf("the continued reply is %+v, want it running with its text", again)
	}
	if err := s.AppendPieces(ctx, reply.ID, 1, []chat.Piece{{Text: "two"}}); err != nil {
		t.Fatal(err)
	}
	done := must(s.FinishReply(ctx, reply.ID, chat.Done, "", chat.Stats{}))(t)
	if done.Text != "one two" || done.Reasoning != "hm" {
		t.Errorf("the reply is %q, %q, want \"one two\", \"hm\"", done.Text, done.Reasoning)
	}
	user := must(s.AddTurn(ctx, c.ID, "Hello"))(t)
	for _, id := range []int64{user.ID, 999} {
		if _, err := s.ContinueReply(ctx, id); !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("continuing turn %d gives %v, want chat.ErrNotFound", id, err)
		}
	}
}

func TestReplyOfADeletedChatCanEnd(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	reply := must(s.StartReply(ctx, c.ID, 0, ""))(t)
	if err := s.DeleteChats(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.AppendPieces(ctx, reply.ID, 1, []chat.Piece{{Text: "last words"}}); err != nil {
		t.Fatal(err)
	}
	if got := must(s.FinishReply(ctx, reply.ID, chat.Stopped, "", chat.Stats{}))(t); got.Text != "last words" {
		t.Errorf("the text is %q", got.Text)
	}
}

func TestRunningRepliesBecomeInterruptedOnRecovery(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	var replies []int64
	for range 3 {
		c := newChat(t, s)
		user, _ := say(t, s, c.ID, "Hello", "Good day")
		r := must(s.StartReply(ctx, c.ID, user.ID, ""))(t)
		if err := s.AppendPieces(ctx, r.ID, 1, []chat.Piece{{Text: "half "}, {Text: "a"}}); err != nil {
			t.Fatal(err)
		}
		replies = append(replies, r.ID)
	}
	for _, want := range []int{3, 0} {
		if n := must(s.Recover(ctx, "The app ended."))(t); n != want {
			t.Errorf("%d replies were recovered, want %d", n, want)
		}
	}
	for _, id := range replies {
		got := must(s.Turn(ctx, id))(t)
		if got.State != chat.Interrupted || got.Text != "half a" || got.Error != "The app ended." || !got.CanContinue() {
			t.Errorf("the reply is %+v, want it interrupted with its text", got)
		}
	}
}
