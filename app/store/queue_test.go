package store

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"notso/app/chat"
)

func waiting(t testing.TB, s *Store, c int64) (list []string) {
	t.Helper()
	for _, q := range must(s.Queue(context.Background(), c))(t) {
		list = append(list, q.Text)
	}
	return list
}

func TestQueuedMessagesAreSentInTheirOrder(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	say(t, s, c.ID, "Hello", "Good day")
	for _, text := range []string{"one", "two", "three"} {
		if err := s.Enqueue(ctx, c.ID, text); err != nil {
			t.Fatal(err)
		}
	}
	queue := must(s.Queue(ctx, c.ID))(t)
	for _, err := range []error{
		s.MoveQueued(ctx, queue[2].ID, true),  // one three two
		s.MoveQueued(ctx, queue[0].ID, true),  // it is the first already
		s.MoveQueued(ctx, queue[0].ID, false), // three one two
		s.SetQueued(ctx, queue[0].ID, "one, changed"),
		s.RemoveQueued(ctx, queue[2].ID),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, want := waiting(t, s, c.ID), []string{"one, changed", "two"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q waits, want %q", got, want)
	}
	if err := s.RestoreQueued(ctx, queue[2].ID); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"three", "one, changed", "two"} {
		turn := must(s.SendQueued(ctx, c.ID))(t)
		if got := must(s.Turn(ctx, turn.ID))(t); got.Text != want || got.Role != chat.User {
			t.Errorf("%+v is sent, want %q", got, want)
		}
	}
	if _, err := s.SendQueued(ctx, c.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("an empty queue gives %v", err)
	}
	if got := len(branchOf(t, s, c.ID)); got != 5 {
		t.Errorf("the branch has %d turns, want 5", got)
	}
}

func TestFilesWaitWithTheirMessage(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	attach := func(name string) {
		t.Helper()
		must(s.AddAttachment(ctx, c.ID, chat.Attachment{Name: name, Kind: "text", Text: "text of " + name}))(t)
	}
	names := func(files []chat.Attachment) (list []string) {
		for _, f := range files {
			list = append(list, f.Name)
		}
		return list
	}
	attach("first.txt")
	for _, text := range []string{"first", "second"} {
		if err := s.Enqueue(ctx, c.ID, text); err != nil {
			t.Fatal(err)
		}
	}
	attach("third.txt")
	queue := must(s.Queue(ctx, c.ID))(t)
	if got := names(queue[0].Files); !reflect.DeepEqual(got, []string{"first.txt"}) || len(queue[1].Files) != 0 {
		t.Errorf("the messages wait with %q and %q", got, names(queue[1].Files))
	}
	if got := names(must(s.DraftAttachments(ctx, c.ID))(t)); !reflect.DeepEqual(got, []string{"third.txt"}) {
		t.Errorf("the draft has %q", got)
	}
	if err := s.MoveQueued(ctx, queue[0].ID, false); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveQueued(ctx, queue[0].ID); err != nil {
		t.Fatal(err)
	}
	must(s.SendQueued(ctx, c.ID))(t)
	if err := s.RestoreQueued(ctx, queue[0].ID); err != nil {
		t.Fatal(err)
	}
	must(s.SendQueued(ctx, c.ID))(t)
	must(s.AddTurn(ctx, c.ID, "third"))(t)
	for i, want := range [][]string{nil, {"first.txt"}, {"third.txt"}} {
		if turn := must(s.Turns(ctx, c.ID))(t)[i]; !reflect.DeepEqual(names(turn.Files), want) {
			t.Errorf("%q is sent with %q, want %q", turn.Text, names(turn.Files), want)
		}
	}
	requireSound(t, s)
}

func TestTheQueueRefusesWhatMakesNoSense(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	if err := s.Enqueue(ctx, c.ID, "one"); err != nil {
		t.Fatal(err)
	}
	id := must(s.Queue(ctx, c.ID))(t)[0].ID
	for _, test := range []struct {
		name string
		err  error
		want error
	}{
		{"an empty message", s.Enqueue(ctx, c.ID, " "), chat.ErrEmptyTurn},
		{"an empty change", s.SetQueued(ctx, id, ""), chat.ErrEmptyTurn},
		{"no such chat", s.Enqueue(ctx, 99, "text"), chat.ErrNotFound},
		{"no such message", s.RemoveQueued(ctx, 99), chat.ErrNotFound},
		{"restoring what waits", s.RestoreQueued(ctx, id), chat.ErrNotFound},
	} {
		if !errors.Is(test.err, test.want) {
			t.Errorf("%s gives %v, want %v", test.name, test.err, test.want)
		}
	}
	must(s.StartReply(ctx, c.ID, 0, ""))(t)
	if _, err := s.SendQueued(ctx, c.ID); !errors.Is(err, chat.ErrBusy) {
		t.Errorf("sending while a reply is written gives %v", err)
	}
	if err := s.RemoveQueued(ctx, id); err != nil {
		t.Fatal(err)
	}
	if err := s.Purge(ctx, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.RestoreQueued(ctx, id); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("a removed message outlived the purge: %v", err)
	}
}

func TestOneOfSeveralCandidatesIsKept(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	user := must(s.AddTurn(ctx, c.ID, "Hello"))(t)
	list := must(s.StartCandidates(ctx, c.ID, user.ID, 3))(t)
	for i, turn := range list {
		if turn.Candidate != i+1 || turn.State != chat.Running {
			t.Errorf("candidate %d is %+v", i+1, turn)
		}
		must(s.FinishReply(ctx, turn.ID, chat.Done, "", chat.Stats{}))(t)
	}
	if got := must(s.Candidates(ctx, list[1].ID))(t); len(got) != 3 || got[0].ID != list[0].ID {
		t.Errorf("the candidates are %+v", got)
	}
	if err := s.Keep(ctx, list[2].ID); err != nil {
		t.Fatal(err)
	}
	if got := must(s.Chat(ctx, c.ID))(t).Head; got != list[2].ID {
		t.Errorf("turn %d is shown, want the one that was kept", got)
	}
	if got := must(s.Candidates(ctx, list[1].ID))(t); len(got) != 0 {
		t.Errorf("%d candidates are left to choose from", len(got))
	}
	if forks := must(s.Forks(ctx, []int64{list[2].ID}))(t); forks[list[2].ID].Count != 3 {
		t.Errorf("the others are lost: %+v", forks)
	}
	if err := s.Keep(ctx, list[2].ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("keeping it twice gives %v", err)
	}

	list = must(s.StartCandidates(ctx, c.ID, user.ID, 2))(t)
	for _, turn := range list {
		must(s.FinishReply(ctx, turn.ID, chat.Done, "", chat.Stats{}))(t)
	}
	must(s.AddTurn(ctx, c.ID, "go on"))(t)
	if got := must(s.Candidates(ctx, list[0].ID))(t); len(got) != 0 {
		t.Error("going on after one did not keep it")
	}
}
