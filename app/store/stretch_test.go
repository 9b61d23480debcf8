package store

import (
	"context"
	"errors"
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
	for turn, want := range map[int64]int64{1: 7, 3: 7, 4: 4, 5: 7, 7: 7} {
		if got := must(s.Leaf(ctx, turn))(t); got != want {
			t.Errorf("the newest branch through %d ends with %d, want %d", turn, got, want)
		}
	}
	if _, err := s.Leaf(ctx, 99); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("the leaf of no turn gives %v", err)
	}
}
