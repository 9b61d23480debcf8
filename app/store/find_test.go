package store

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"notso/app/chat"
)

func TestFindLooksAtTheBranchThatIsShown(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	first := must(s.AddTurn(ctx, c.ID, "Straße, STRASSE, strasse 100%"))(t)
	other := must(s.StartReply(ctx, c.ID, first.ID, ""))(t)
	must(s.FinishReply(ctx, other.ID, chat.Done, "", chat.Stats{}))(t)
	shown := must(s.StartReply(ctx, c.ID, first.ID, ""))(t)
	if err := s.AppendPieces(ctx, shown.ID, 1, []chat.Piece{{Text: "A strasse; ÄÖÜ"}}); err != nil {
		t.Fatal(err)
	}
	must(s.FinishReply(ctx, shown.ID, chat.Done, "", chat.Stats{}))(t)
	for _, test := range []struct {
		text string
		want []Match
	}{
		{"strasse", []Match{{first.ID, 2}, {shown.ID, 1}}},
		{"äöü", []Match{{shown.ID, 1}}},
		{"100%", []Match{{first.ID, 1}}},
		{"nowhere", nil}, {"", nil}, {" ", nil}, {"\x00\xff", nil},
	} {
		if got := must(s.Find(ctx, c.ID, test.text))(t); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q is in %v, want %v", test.text, got, test.want)
		}
	}
	if got := must(s.Find(ctx, 99, "x"))(t); got != nil {
		t.Errorf("a chat that is not there has %v", got)
	}
}

func TestViewIsKeptUntilTheChatIsLeftAtItsEnd(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	for _, want := range []View{{}, {Turn: 7, Offset: 12, Head: 9}, {Turn: 8, Head: 9}, {}} {
		if err := s.SetView(ctx, c.ID, want); err != nil {
			t.Fatal(err)
		}
		if got := must(s.View(ctx, c.ID))(t); got != want {
			t.Errorf("the view is %+v, want %+v", got, want)
		}
	}
	if err := s.SetView(ctx, 99, View{Turn: 1}); err == nil {
		t.Error("a chat that is not there has a view")
	}
}

func BenchmarkFindInTenThousandTurns(b *testing.B) {
	ctx := context.Background()
	s := opened(b)
	var turns []chat.Turn
	for i := range 10_000 {
		turns = append(turns, chat.Turn{ID: int64(i + 1), Parent: int64(i), Role: chat.User, State: chat.Done, Created: now(),
			Text: fmt.Sprintf("Turn %d says a few things at some length, as turns do, and then a few things more, and the word w%d.", i, i%100)})
	}
	ids := must(s.AddChats(ctx, []Incoming{{chat.Chat{Head: 10_000, Created: now(), Updated: now()}, turns}}))(b)
	for b.Loop() {
		must(s.Find(ctx, ids[0], "w42"))(b)
	}
}
