package store

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"notso/app/chat"
)

// dialogue makes a chat of two exchanges, the first with a file; the model no
// longer saw that when it wrote the last reply, whose choices are kept.
func dialogue(t testing.TB, s *Store) (c chat.Chat, turns []chat.Turn) {
	t.Helper()
	ctx := context.Background()
	c = newChat(t, s)
	must(s.AddAttachment(ctx, c.ID, chat.Attachment{Name: "notes.txt", Kind: "text", Text: "some notes"}))(t)
	say(t, s, c.ID, "question", "answer")
	more := must(s.AddTurn(ctx, c.ID, "more"))(t)
	last := must(s.StartReply(ctx, c.ID, more.ID, ""))(t)
	must(s.FinishReply(ctx, last.ID, chat.Done, "", chat.Stats{PromptTokens: 9, FirstSeen: more.ID, Reset: more.Parent, Choices: true}))(t)
	if err := s.SetChoices(ctx, last.ID, []byte(`["choices"]`)); err != nil {
		t.Fatal(err)
	}
	return c, must(s.Turns(ctx, c.ID))(t)
}

func TestAForkHasAllThatItsTurnsHad(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	newChat(t, s)
	c, turns := dialogue(t, s)
	if err := s.SetContext(ctx, c.ID, turns[1].ID); err != nil {
		t.Fatal(err)
	}
	fork := must(s.Fork(ctx, turns[3].ID))(t)
	copied := must(s.Turns(ctx, fork.ID))(t)
	if fork.ID == c.ID || fork.Title != c.Title || !fork.Created.Equal(c.Created) || fork.Head != copied[3].ID || fork.Context != copied[1].ID {
		t.Errorf("the fork is %+v, of %+v", fork, c)
	}
	if !reflect.DeepEqual(texts(copied), texts(turns)) {
		t.Errorf("it has %q, want %q", texts(copied), texts(turns))
	}
	if got := copied[0].Files; len(got) != 1 || got[0].Text != "some notes" {
		t.Errorf("its first message has the files %+v", got)
	}
	if got := copied[3].Stats; got.FirstSeen != copied[2].ID || got.Reset != copied[1].ID {
		t.Errorf("the model saw it from turn %d on, after %d was put aside, want %d and %d, the copies of %d and %d", got.FirstSeen, got.Reset, copied[2].ID, copied[1].ID, turns[2].ID, turns[1].ID)
	}
	if got := must(s.Choices(ctx, copied[3].ID))(t); string(got) != `["choices"]` {
		t.Errorf("the choices of its last reply are %q", got)
	}
	if got := must(s.Fork(ctx, turns[0].ID))(t); got.Context != 0 {
		t.Errorf("what the model saw begins after turn %d, which was not copied", got.Context)
	}
	requireSound(t, s)
}

func TestForkRefusesWhatIsNotThereOrNotWhole(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	if _, err := s.Fork(ctx, 99); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("a fork of no turn gives %v", err)
	}
	running := must(s.StartReply(ctx, c.ID, 0, ""))(t)
	if _, err := s.Fork(ctx, running.ID); !errors.Is(err, chat.ErrBusy) {
		t.Errorf("a fork of a running reply gives %v", err)
	}
}

func TestChatsFromElsewhereKnowTheirOwnTurns(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c, turns := dialogue(t, s)
	c.Head, c.Context = turns[3].ID, 0
	added := must(s.AddChat(ctx, c, turns))(t)
	copied := must(s.Turns(ctx, added.ID))(t)
	if got := copied[3].Stats; got.FirstSeen != copied[2].ID || got.Reset != copied[1].ID || got.Choices {
		t.Errorf("the last reply says %+v; want the new ids of the first turn seen and of the one before it, and no choices, since there are none", got)
	}
	if turns[3].Stats.FirstSeen == copied[3].Stats.FirstSeen || !turns[3].Stats.Choices {
		t.Error("the caller's turns were changed")
	}
}

func TestAFileThatIsTakenOutComesBackToItsPlace(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	var files []chat.Attachment
	for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
		files = append(files, must(s.AddAttachment(ctx, c.ID, chat.Attachment{Name: name, Kind: "text", Text: name}))(t))
	}
	_, taken, err := s.RemoveAttachment(ctx, files[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	must(s.AddAttachment(ctx, c.ID, taken))(t)
	if got := must(s.DraftAttachments(ctx, c.ID))(t); !reflect.DeepEqual(got, files) {
		t.Errorf("the files are %+v, want %+v", got, files)
	}
}
