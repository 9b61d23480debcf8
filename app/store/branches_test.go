package store

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"notso/app/chat"
)

// finished adds a finished reply after parent.
func finished(t testing.TB, s *Store, c, parent int64, text string) chat.Turn {
	t.Helper()
	ctx := context.Background()
	reply := must(s.StartReply(ctx, c, parent, ""))(t)
	if err := s.AppendPieces(ctx, reply.ID, 1, []chat.Piece{{Text: text}}); err != nil {
		t.Fatal(err)
	}
	return must(s.FinishReply(ctx, reply.ID, chat.Done, "", chat.Stats{Finish: "end"}))(t)
}

func branchOf(t testing.TB, s *Store, c int64) []string {
	t.Helper()
	return texts(must(s.Branch(context.Background(), c))(t))
}

func TestEveryTurnKnowsItsVersions(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	other := newChat(t, s)
	say(t, s, other.ID, "another chat's", "first turn is no version")
	question, one := say(t, s, c.ID, "question", "one")
	two := finished(t, s, c.ID, question.ID, "two")
	three := finished(t, s, c.ID, question.ID, "three")
	again := must(s.AddVersion(ctx, question.ID, "question, better put"))(t)

	got := must(s.Forks(ctx, []int64{question.ID, one.ID, two.ID, three.ID, again.ID, 99}))(t)
	want := map[int64]chat.Fork{
		question.ID: {Place: 1, Count: 2, Next: again.ID},
		again.ID:    {Place: 2, Count: 2, Previous: question.ID},
		one.ID:      {Place: 1, Count: 3, Next: two.ID},
		two.ID:      {Place: 2, Count: 3, Previous: one.ID, Next: three.ID},
		three.ID:    {Place: 3, Count: 3, Previous: two.ID},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the forks are %+v, want %+v", got, want)
	}
}

func TestVersionsStandBesideEachOther(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	question, answer := say(t, s, c.ID, "question", "answer")
	edited := must(s.AddVersion(ctx, answer.ID, "a better answer"))(t)
	if edited.Origin != chat.OriginEdit || edited.Parent != question.ID || edited.State != chat.Done || !edited.CanContinue() {
		t.Errorf("the edited reply is %+v", edited)
	}
	if got, want := branchOf(t, s, c.ID), []string{"question", "a better answer"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the branch is %q, want %q", got, want)
	}
	if got := must(s.Turn(ctx, answer.ID))(t); got.Text != "answer" {
		t.Errorf("the first answer now reads %q", got.Text)
	}
	if again := must(s.AddVersion(ctx, question.ID, "another question"))(t); again.Role != chat.User || again.Origin != "" || again.Parent != 0 {
		t.Errorf("the edited message is %+v", again)
	}
	for what, err := range map[string]error{
		"an empty text":       second(s.AddVersion(ctx, question.ID, " \n")),
		"a turn that is gone": second(s.AddVersion(ctx, 99, "text")),
	} {
		if !errors.Is(err, chat.ErrEmptyTurn) && !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("%s gives %v", what, err)
		}
	}
}

func TestAForkLeadsToWhereOneWas(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	question, left := say(t, s, c.ID, "question", "left")
	more, old := say(t, s, c.ID, "more", "left, old")
	finished(t, s, c.ID, more.ID, "left, new")
	right := finished(t, s, c.ID, question.ID, "right")
	for _, step := range []struct {
		to   int64
		want []string
	}{
		{left.ID, []string{"question", "left", "more", "left, new"}}, // never left, so the newest
		{old.ID, []string{"question", "left", "more", "left, old"}},
		{right.ID, []string{"question", "right"}},
		{left.ID, []string{"question", "left", "more", "left, old"}}, // as it was left
		{question.ID, []string{"question", "left", "more", "left, old"}},
	} {
		if err := s.ShowBranch(ctx, step.to); err != nil {
			t.Fatal(err)
		}
		if got := branchOf(t, s, c.ID); !reflect.DeepEqual(got, step.want) {
			t.Errorf("turn %d leads to %q, want %q", step.to, got, step.want)
		}
	}
	if err := s.ShowBranch(ctx, 99); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("a turn that is not there gives %v", err)
	}
	if got := texts(must(s.Path(ctx, old.ID))(t)); !reflect.DeepEqual(got, []string{"question", "left", "more", "left, old"}) {
		t.Errorf("the path is %q", got)
	}
}

func TestADeletedTurnTakesWhatFollowsAndComesBack(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	question, _ := say(t, s, c.ID, "question", "answer")
	more, first := say(t, s, c.ID, "more", "first")
	second := finished(t, s, c.ID, more.ID, "second")
	before := must(s.Turns(ctx, c.ID))(t)

	d := must(s.DeleteTurn(ctx, second.ID))(t)
	if d.Turns != 1 || d.Elsewhere != 0 || d.Chat != c.ID {
		t.Errorf("deleting a leaf took %+v", d)
	}
	if got := branchOf(t, s, c.ID); got[len(got)-1] != "first" {
		t.Errorf("after that %q is shown, want the version beside it", got)
	}
	d2 := must(s.DeleteTurn(ctx, more.ID))(t)
	if d2.Turns != 2 || d2.Elsewhere != 0 {
		t.Errorf("deleting a message took %+v", d2)
	}
	if got, want := branchOf(t, s, c.ID), []string{"question", "answer"}; !reflect.DeepEqual(got, want) {
		t.Errorf("after that %q is shown, want %q", got, want)
	}
	// The older one first: what it hangs from comes back with it.
	if got := must(s.Undo(ctx, d.ID))(t); got != c.ID {
		t.Errorf("the undo names chat %d", got)
	}
	if got := must(s.Turns(ctx, c.ID))(t); !reflect.DeepEqual(got, before) {
		t.Errorf("after the undo there are %q, want %q", texts(got), texts(before))
	}
	if _, err := s.Undo(ctx, d2.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("taking it back twice gives %v", err)
	}

	d = must(s.DeleteTurn(ctx, question.ID))(t)
	if d.Turns != len(before) || d.Elsewhere != 1 || len(branchOf(t, s, c.ID)) != 0 {
		t.Errorf("deleting the first turn took %+v", d)
	}
	must(s.Undo(ctx, d.ID))(t)
	if got := must(s.Turn(ctx, first.ID))(t); got.Text != "first" {
		t.Errorf("the reply is %+v", got)
	}
}

func TestDeletingWhatIsNotShownLeavesTheRestAlone(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	question, one := say(t, s, c.ID, "question", "one")
	finished(t, s, c.ID, question.ID, "two")
	d := must(s.DeleteTurn(ctx, one.ID))(t)
	say(t, s, c.ID, "more", "end")
	want := branchOf(t, s, c.ID)
	must(s.Undo(ctx, d.ID))(t)
	if got := branchOf(t, s, c.ID); !reflect.DeepEqual(got, want) {
		t.Errorf("the undo moved the reader from %q to %q", want, got)
	}
}

func TestTheModelsViewOutlivesADeletion(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	_, answer := say(t, s, c.ID, "question", "answer")
	more, end := say(t, s, c.ID, "more", "end")
	if err := s.SetContext(ctx, c.ID, end.ID); err != nil {
		t.Fatal(err)
	}
	d := must(s.DeleteTurn(ctx, more.ID))(t)
	if got := must(s.Chat(ctx, c.ID))(t); got.Context != answer.ID || got.Head != answer.ID {
		t.Errorf("the chat is %+v", got)
	}
	must(s.Undo(ctx, d.ID))(t)
	if got := must(s.Chat(ctx, c.ID))(t); got.Context != end.ID || got.Head != end.ID {
		t.Errorf("after the undo the chat is %+v", got)
	}
}

func TestABusyChatKeepsItsBranch(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	user, first := say(t, s, c.ID, "Hello", "Good day")
	d := must(s.DeleteTurn(ctx, first.ID))(t)
	must(s.StartReply(ctx, c.ID, user.ID, ""))(t)
	for what, err := range map[string]error{
		"another branch": s.ShowBranch(ctx, user.ID),
		"a version":      second(s.AddVersion(ctx, user.ID, "text")),
		"a deletion":     second(s.DeleteTurn(ctx, user.ID)),
		"an undo":        second(s.Undo(ctx, d.ID)),
		"candidates":     second(s.StartCandidates(ctx, c.ID, user.ID, 2)),
	} {
		if !errors.Is(err, chat.ErrBusy) {
			t.Errorf("%s gives %v, want chat.ErrBusy", what, err)
		}
	}
}
