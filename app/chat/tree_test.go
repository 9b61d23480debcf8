package chat

import (
	"fmt"
	"testing"
)

func TestTreeJoinsTurnsUpToTheNextFork(t *testing.T) {
	// 1 ─ 2 ─ 3 ─ 4
	//      │   └─ 5
	//      └─ 6 ─ 7
	var turns []Turn
	for id, parent := range []int64{0, 1, 2, 3, 3, 2, 6} {
		turns = append(turns, Turn{ID: int64(id + 1), Parent: parent})
	}
	var show func(list []Segment) string
	show = func(list []Segment) (text string) {
		for _, s := range list {
			mark := ""
			if s.Shown {
				mark = "*"
			}
			text += fmt.Sprintf("%d%s×%d(%s)", s.First.ID, mark, s.Turns, show(s.Next))
		}
		return text
	}
	if got, want := show(Tree(turns, 7)), "1*×2(3×1(4×1()5×1())6*×2())"; got != want {
		t.Errorf("the tree is %s, want %s", got, want)
	}
	if got := Tree(nil, 0); len(got) != 0 {
		t.Errorf("an empty chat has %v", got)
	}
}
