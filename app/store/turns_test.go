package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"notso/app/chat"
)

// say adds a user turn and a finished reply.
func say(t testing.TB, s *Store, c int64, text, answer string) (user, reply chat.Turn) {
	t.Helper()
	ctx := context.Background()
	user = must(s.AddTurn(ctx, c, text))(t)
	reply = must(s.StartReply(ctx, c, user.ID, ""))(t)
	if err := s.AppendPieces(ctx, reply.ID, 1, []chat.Piece{{Text: answer}}); err != nil {
		t.Fatal(err)
	}
	return user, must(s.FinishReply(ctx, reply.ID, chat.Done, "", chat.Stats{Finish: "end"}))(t)
}

func texts(turns []chat.Turn) (list []string) {
	for _, t := range turns {
		list = append(list, t.Text)
	}
	return list
}

func TestEmptyMessageIsNotStored(t *testing.T) {
	s := opened(t)
	c := newChat(t, s)
	for _, text := range []string{"", " \n\t"} {
		if _, err := s.AddTurn(context.Background(), c.ID, text); !errors.Is(err, chat.ErrEmptyTurn) {
			t.Errorf("%q gives %v, want chat.ErrEmptyTurn", text, err)
		}
	}
	if got := must(s.Turns(context.Background(), c.ID))(t); len(got) != 0 {
		t.Errorf("%d turns are stored", len(got))
	}
}

func TestBranchRunsFromTheFirstTurnToTheHead(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	question, first := say(t, s, c.ID, "question", "first answer")
	other := must(s.StartReply(ctx, c.ID, question.ID, ""))(t)
	must(s.FinishReply(ctx, other.ID, chat.Done, "", chat.Stats{}))(t)
	say(t, s, c.ID, "go on", "end")

	want := []string{"question", "", "go on", "end"}
	if got := texts(must(s.Branch(ctx, c.ID))(t)); !reflect.DeepEqual(got, want) {
		t.Errorf("the branch is %q, want %q", got, want)
	}
	if err := s.ShowBranch(ctx, first.ID); err != nil {
		t.Fatal(err)
	}
	want = []string{"question", "first answer"}
	if got := texts(must(s.Branch(ctx, c.ID))(t)); !reflect.DeepEqual(got, want) {
		t.Errorf("after ShowBranch the branch is %q, want %q", got, want)
	}
	all := must(s.Turns(ctx, c.ID))(t)
	if got := texts(all); len(got) != 5 {
		t.Errorf("the chat has %q, want all five turns", got)
	}
	if got := chat.Branch(all, first.ID); !reflect.DeepEqual(got, must(s.Branch(ctx, c.ID))(t)) {
		t.Errorf("chat.Branch gives %+v, not what the store gives", got)
	}
}

func TestChatTakesOnlyItsOwnTurns(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	mine, other := newChat(t, s), newChat(t, s)
	turn := must(s.AddTurn(ctx, mine.ID, "mine"))(t)
	theirs := must(s.AddTurn(ctx, other.ID, "theirs"))(t)
	for what, err := range map[string]error{
		"a foreign context": s.SetContext(ctx, mine.ID, theirs.ID),
		"a foreign parent":  second(s.StartReply(ctx, mine.ID, theirs.ID, "")),
		"an absent parent":  second(s.StartReply(ctx, mine.ID, 999, "")),
		"an absent chat":    second(s.StartReply(ctx, 999, 0, "")),
	} {
		if !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("%s gives %v, want chat.ErrNotFound", what, err)
		}
	}
	for _, context := range []int64{turn.ID, 0} {
		if err := s.SetContext(ctx, mine.ID, context); err != nil {
			t.Fatal(err)
		}
		if got := must(s.Chat(ctx, mine.ID))(t); got.Context != context {
			t.Errorf("the context is %d, want %d", got.Context, context)
		}
	}
}

func TestClearedTurnsComeBackWithHeadAndContext(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	_, reply := say(t, s, c.ID, "one", "two")
	if err := s.SetContext(ctx, c.ID, reply.ID); err != nil {
		t.Fatal(err)
	}
	say(t, s, c.ID, "three", "four")
	want := must(s.Branch(ctx, c.ID))(t)
	before := must(s.Chat(ctx, c.ID))(t)

	clear := must(s.ClearTurns(ctx, c.ID))(t)
	if clear.Turns != 4 {
		t.Errorf("%d turns were cleared, want 4", clear.Turns)
	}
	after := must(s.Chat(ctx, c.ID))(t)
	if n := len(must(s.Turns(ctx, c.ID))(t)); n != 0 || after.Head != 0 || after.Context != 0 {
		t.Errorf("after clearing, %d turns, head %d, context %d; want none", n, after.Head, after.Context)
	}
	if _, err := s.Turn(ctx, reply.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("reading a cleared turn gives %v, want chat.ErrNotFound", err)
	}
	if d := must(s.ClearTurns(ctx, c.ID))(t); d.Turns != 0 || d.ID != 0 {
		t.Errorf("clearing an empty chat is %+v", d)
	}

	if _, err := s.Undo(ctx, clear.ID); err != nil {
		t.Fatal(err)
	}
	if got := must(s.Branch(ctx, c.ID))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("the branch is %q, want %q", texts(got), texts(want))
	}
	if got := must(s.Chat(ctx, c.ID))(t); !reflect.DeepEqual(got, before) {
		t.Errorf("the chat is %+v, want %+v", got, before)
	}
	if _, err := s.Undo(ctx, clear.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("a second undo gives %v, want chat.ErrNotFound", err)
	}
}

// undoStep is a deletion to be taken back, and the branch that is there then.
type undoStep struct {
	undo chat.Deletion
	want []string
}

func undoEach(t *testing.T, s *Store, c int64, steps []undoStep) {
	t.Helper()
	for _, step := range steps {
		must(s.Undo(context.Background(), step.undo.ID))(t)
		if got := texts(must(s.Branch(context.Background(), c))(t)); !reflect.DeepEqual(got, step.want) {
			t.Errorf("the branch is %q, want %q", got, step.want)
		}
	}
	requireSound(t, s)
}

func TestWhatWasSaidAfterAClearFollowsWhatComesBack(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	say(t, s, c.ID, "one", "two")
	first := must(s.ClearTurns(ctx, c.ID))(t)
	say(t, s, c.ID, "three", "four")
	second := must(s.ClearTurns(ctx, c.ID))(t)
	say(t, s, c.ID, "five", "six")
	undoEach(t, s, c.ID, []undoStep{
		{second, []string{"three", "four", "five", "six"}},
		{first, []string{"one", "two", "three", "four", "five", "six"}},
	})
}

func TestEachUndoBringsBackWhatItsOwnDeletionTook(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	say(t, s, c.ID, "one", "two")
	cleared := must(s.ClearTurns(ctx, c.ID))(t)
	user, _ := say(t, s, c.ID, "three", "four")
	deleted := must(s.DeleteTurn(ctx, user.ID))(t)
	undoEach(t, s, c.ID, []undoStep{
		{cleared, []string{"one", "two"}},
		{deleted, []string{"one", "two", "three", "four"}},
	})
}

func TestChatFromElsewhereGetsNewIds(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	say(t, s, c.ID, "not this one", "nor this")
	at := time.UnixMilli(1_700_000_000_123)
	stats := chat.Stats{Finish: "end", Seed: 7, Sampling: json.RawMessage(`{"temperature":0.6}`)}
	turns := []chat.Turn{
		{ID: 100, Role: chat.User, Text: "question", State: chat.Done, Created: at},
		{ID: 7, Parent: 100, Role: chat.Assistant, Text: "a", Reasoning: "hm", State: chat.Done, Stats: stats, Created: at},
		{ID: 8, Parent: 100, Role: chat.Assistant, Text: "b", State: chat.Running, Created: at},
	}
	added := must(s.AddChat(ctx, chat.Chat{Title: "Imported", Head: 7, Context: 100, Created: at, Updated: at}, turns))(t)
	got := must(s.Branch(ctx, added.ID))(t)
	if len(got) != 2 || got[1].ID != added.Head || got[0].ID != added.Context || got[1].Reasoning != "hm" ||
		!reflect.DeepEqual(got[1].Stats, stats) || !got[0].Created.Equal(at) {
		t.Errorf("the branch is %+v, want question and a", got)
	}
	if all := must(s.Turns(ctx, added.ID))(t); len(all) != 3 || all[2].State != chat.Interrupted {
		t.Errorf("the turns are %+v, want three, the running one interrupted", all)
	}
	for name, bad := range map[string]chat.Chat{"head": {Head: 5}, "context": {Context: 5}} {
		if _, err := s.AddChat(ctx, bad, turns); !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("an absent %s gives %v, want chat.ErrNotFound", name, err)
		}
	}
	if n := must(s.Counts(ctx))(t); n.Chats != 2 {
		t.Errorf("%d chats are stored, want 2: a chat that was refused left something behind", n.Chats)
	}
}

// A turn must cost the same in a long chat as in a short one, and a branch must
// grow with its turns and no faster: the metric compares with a chat of 10.
func BenchmarkGrowth(b *testing.B) {
	ctx := context.Background()
	s := must(Memory(ctx))(b)
	defer s.Close()
	var branch, add float64 // ns a turn at 10 turns
	for _, n := range []int{10, 100, 1000, 10_000} {
		c := newChat(b, s)
		for range n / 2 {
			say(b, s, c.ID, "a question", "an answer")
		}
		b.Run(fmt.Sprintf("branch of %d", n), func(b *testing.B) {
			for b.Loop() {
				must(s.Branch(ctx, c.ID))(b)
			}
			against(b, &branch, n)
		})
		b.Run(fmt.Sprintf("add to %d", n), func(b *testing.B) {
			for b.Loop() {
				must(s.AddTurn(ctx, c.ID, "one more"))(b)
			}
			against(b, &add, 1)
		})
	}
}

// against reports the cost of one of n parts as a multiple of the first one
// that was measured.
func against(b *testing.B, first *float64, n int) {
	each := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(n)
	if *first == 0 {
		*first = each
	}
	b.ReportMetric(each / *first, "x-of-10")
}

func TestAFirstMessageIsStoredWithItsChatAndItsFilesOrNotAtAll(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	of := must(s.AddAttachment(ctx, 0, chat.Attachment{Name: "draft.txt", Kind: "text"}))(t)
	first := Message{Text: "Hello", Files: []chat.Attachment{{Name: "new.txt", Kind: "text"}, {ID: of.ID, Name: "has the id of another", Kind: "text"}}}
	if _, err := s.Say(ctx, chat.Chat{Title: "Hello"}, first); err == nil {
		t.Fatal("two files have the same id")
	}
	if n := must(s.Counts(ctx))(t); n != (Counts{}) {
		t.Errorf("after the last file could not be stored there are %+v, want nothing", n)
	}
	if files := must(s.DraftAttachments(ctx, 0))(t); len(files) != 1 {
		t.Errorf("the draft has the files %v, want its own", files)
	}

	first.Files = first.Files[:1]
	turn := must(s.Say(ctx, chat.Chat{Title: "Hello", Settings: chat.Settings{System: "Be brief."}}, first))(t)
	c := must(s.Chat(ctx, turn.Chat))(t)
	if c.Title != "Hello" || c.Settings.System != "Be brief." || c.Head != turn.ID {
		t.Errorf("the chat is %+v", c)
	}
	if files := must(s.TurnAttachments(ctx, []int64{turn.ID}))(t)[turn.ID]; len(files) != 2 || files[0].Name != "draft.txt" || files[1].Name != "new.txt" {
		t.Errorf("the message has the files %v", files)
	}
	if files := must(s.DraftAttachments(ctx, 0))(t); len(files) != 0 {
		t.Errorf("the draft keeps %v", files)
	}
	requireSound(t, s)
}
