package store

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"notso/app/chat"
)

func ids(turns []chat.Turn) (list []int64) {
	for _, t := range turns {
		list = append(list, t.ID)
	}
	return list
}

func TestStretchesOfABranch(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	say(t, s, c.ID, "one", "two")
	fork, _ := say(t, s, c.ID, "three", "four")
	other := must(s.StartReply(ctx, c.ID, fork.ID, ""))(t) // 5, beside 4
	must(s.FinishReply(ctx, other.ID, chat.Done, "", chat.Stats{}))(t)
	say(t, s, c.ID, "six", "seven")

	for _, test := range []struct {
		name string
		got  []chat.Turn
		want []int64
	}{
		{"the last two", must(s.Tail(ctx, 7, Reach{Turns: 2}))(t), []int64{6, 7}},
		{"all", must(s.Tail(ctx, 7, Reach{}))(t), []int64{1, 2, 3, 5, 6, 7}},
		{"of the other branch", must(s.Tail(ctx, 4, Reach{Turns: 3}))(t), []int64{2, 3, 4}},
		{"as many as have eight bytes", must(s.Tail(ctx, 4, Reach{Bytes: 8}))(t), []int64{3, 4}},
		{"one, however long", must(s.Tail(ctx, 4, Reach{Bytes: 1}))(t), []int64{4}},
		{"from a turn on", must(s.Tail(ctx, 7, Reach{From: 3}))(t), []int64{3, 5, 6, 7}},
		{"of no turn", must(s.Tail(ctx, 99, Reach{}))(t), nil},
		{"the first two", must(s.After(ctx, 7, 0, Reach{Turns: 2}))(t), []int64{1, 2}},
		{"after a fork", must(s.After(ctx, 7, 3, Reach{Turns: 2}))(t), []int64{5, 6}},
		{"after a fork, on the other branch", must(s.After(ctx, 4, 3, Reach{Turns: 2}))(t), []int64{4}},
		{"after the last", must(s.After(ctx, 7, 7, Reach{}))(t), nil},
		{"after one, with six bytes", must(s.After(ctx, 7, 2, Reach{Bytes: 6}))(t), []int64{3, 5, 6}},
	} {
		if got := ids(test.got); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	if all := must(s.Branch(ctx, c.ID))(t); !reflect.DeepEqual(must(s.Tail(ctx, 7, Reach{}))(t), all) {
		t.Error("the whole tail is not the branch")
	}
}

func TestHistoryIsTheTailWhateverWasReadBefore(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	check := func(when string, leaf, from int64) {
		t.Helper()
		got, err := s.History(ctx, leaf, Reach{From: from})
		want := must(s.Tail(ctx, leaf, Reach{From: from}))(t)
		if err != nil || !slices.Equal(ids(got), ids(want)) || !slices.Equal(texts(got), texts(want)) {
			t.Errorf("%s: the history is %v %q, want %v %q (%v)", when, ids(got), texts(got), ids(want), texts(want), err)
		}
	}
	for range 3 {
		say(t, s, c.ID, "question", "answer")
		check("a turn later", must(s.Chat(ctx, c.ID))(t).Head, 0)
	}
	check("from further on", 6, 3)
	check("before the end", 4, 0)
	question := must(s.AddTurn(ctx, c.ID, "question"))(t)
	running := must(s.StartReply(ctx, c.ID, question.ID, ""))(t)
	if _, err := s.History(ctx, running.ID, Reach{}); err != nil {
		t.Fatal(err)
	}
	if err := s.AppendPieces(ctx, running.ID, 1, []chat.Piece{{Text: "late"}}); err != nil {
		t.Fatal(err)
	}
	must(s.FinishReply(ctx, running.ID, chat.Done, "", chat.Stats{}))(t)
	check("after one that was running", running.ID, 0)
	other := must(s.StartReply(ctx, c.ID, 3, ""))(t)
	must(s.FinishReply(ctx, other.ID, chat.Done, "", chat.Stats{}))(t)
	check("on another branch", other.ID, 0)
	if err := s.update(ctx, "edit", `UPDATE turns SET text = 'edited' WHERE id = ?`, 2); err != nil {
		t.Fatal(err)
	}
	check("after an edit", other.ID, 0)
	check("after an edit, on the first branch", running.ID, 0)
	elsewhere := newChat(t, s)
	say(t, s, elsewhere.ID, "hello", "there")
	check("in another chat", must(s.Chat(ctx, elsewhere.ID))(t).Head, 0)
	check("and back", other.ID, 0)

	if err := s.PinTurn(ctx, 1, true); err != nil {
		t.Fatal(err)
	}
	if got := ids(must(s.PinnedPast(ctx, c.ID, running.ID, 0))(t)); !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("with its answer the pinned turn is %v, want 1 and 2", got)
	}
	if got := must(s.PinnedPast(ctx, c.ID, running.ID, 2))(t); len(got) > 0 {
		t.Errorf("what /reset put aside is still pinned: %v", ids(got))
	}
}
