package app

import (
	"context"
	"strings"

	"notso/app/chat"
)

// mapRunes is how much of a turn the map quotes: what fits one line of it.
const mapRunes = 70

// mapView fills map.html: the tree of a chat's branches.
type mapView struct {
	Segments []segmentView
	Forked   bool // there is more than one branch
}

// segmentView fills segment.html: turns up to the next fork.
type segmentView struct {
	Turn  int64 // first of them
	User  bool
	Text  string
	More  int // turns after the first
	Shown bool
	Next  []segmentView
}

func (a *App) getMap(ctx context.Context, r request) (answer, error) {
	view, err := a.branches(ctx, r.id())
	return show(fragment{Name: "map.html", View: view}), err
}

func (a *App) branches(ctx context.Context, chatID int64) (mapView, error) {
	c, err := a.opts.Store.Chat(ctx, chatID)
	if err != nil {
		return mapView{}, err
	}
	turns, err := a.opts.Store.Outline(ctx, c.ID)
	tree := chat.Tree(turns, c.Head)
	forked := len(tree) > 1 || len(tree) == 1 && len(tree[0].Next) > 0
	return mapView{Segments: a.segments(tree), Forked: forked}, err
}

func (a *App) segments(tree []chat.Segment) []segmentView {
	var views []segmentView
	for _, s := range tree {
		text := []rune(strings.Join(strings.Fields(s.First.Text), " "))
		if len(text) > mapRunes {
			text = append(text[:mapRunes-1], '…')
		}
		if len(text) == 0 {
			text = []rune(a.say("branch.empty"))
		}
		views = append(views, segmentView{
			Turn: s.First.ID, User: s.First.Role == chat.User, Text: string(text), More: s.Turns - 1, Shown: s.Shown, Next: a.segments(s.Next),
		})
	}
	return views
}
