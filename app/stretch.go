package app

import (
	"context"

	"notso/app/chat"
	"notso/app/store"
)

// A page holds a stretch of a branch, not all of it: some screens of turns, to
// which it adds as the reader scrolls (frontend/js/stretch.js). So a chat of
// 10,000 turns opens like one of ten. A screen shows two or three kilobytes of
// text; one turn may be longer than a stretch, and is shown whole.
const (
	stretchTurns = 40
	stretchBytes = 48 << 10
)

// stretchView fills turns.html: neighbouring turns of one branch.
type stretchView struct {
	Earlier    bool // there are turns before them
	Later      bool // and after them
	Turns      []turnView
	Candidates []turnView // replies to choose from, at the branch's end
	EndDivider string     // shown below the turns: the model starts afresh here
}

// tail loads a chat with the last stretch of its branch. Chat 0 is empty.
func (a *App) tail(ctx context.Context, chatID int64) (chat.Chat, []chat.Turn, error) {
	if chatID == 0 {
		return chat.Chat{Settings: a.newSettings()}, nil, nil
	}
	c, err := a.opts.Store.Chat(ctx, chatID)
	if err != nil || c.Head == 0 {
		return c, nil, err
	}
	turns, err := a.opts.Store.Tail(ctx, c.Head, store.Reach{Turns: stretchTurns, Bytes: stretchBytes})
	return c, turns, err
}

// around is the stretch that has turn in its middle. A turn of another branch
// brings the chat to that branch, as it was left.
// Errors: chat.ErrNotFound; chat.ErrBusy, when that branch would leave a running
// reply.
func (a *App) around(ctx context.Context, c *chat.Chat, turn int64) ([]chat.Turn, error) {
	t, err := a.opts.Store.Turn(ctx, turn)
	if err != nil {
		return nil, err
	}
	if t.Chat != c.ID {
		return nil, chat.ErrNotFound
	}
	half := store.Reach{Turns: stretchTurns / 2, Bytes: stretchBytes / 2}
	before, err := a.opts.Store.Tail(ctx, turn, half)
	if err != nil {
		return nil, err
	}
	after, err := a.opts.Store.After(ctx, c.Head, turn, half)
	if err != nil {
		return nil, err
	}
	if turn != c.Head && (len(after) == 0 || after[0].Parent != turn) {
		if err := a.opts.Store.ShowBranch(ctx, turn); err != nil {
			return nil, err
		}
		if *c, err = a.opts.Store.Chat(ctx, c.ID); err != nil {
			return nil, err
		}
		after, err = a.opts.Store.After(ctx, c.Head, turn, half)
	}
	return append(before, after...), err
}

// getTurns gives the turns before or after one that the page has, or the last
// ones.
func (a *App) getTurns(ctx context.Context, r request) (answer, error) {
	c, tail, err := a.tail(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	turns := tail
	before, hasBefore := r.number("before")
	after, hasAfter := r.number("after")
	switch {
	case hasBefore:
		if turns, err = a.before(ctx, c, before); err != nil {
			return answer{}, err
		}
	case hasAfter:
		if turns, err = a.opts.Store.After(ctx, c.Head, after, store.Reach{Turns: stretchTurns, Bytes: stretchBytes}); err != nil {
			return answer{}, err
		}
	}
	view, err := a.stretch(ctx, c, tail, turns)
	view.Earlier = view.Earlier && (!hasAfter || after == 0)
	view.Later = view.Later && !hasBefore
	return show(fragment{Name: "turns.html", View: view}), err
}

// before is the stretch that ends just before turn, however long that is itself.
// Errors: chat.ErrNotFound.
func (a *App) before(ctx context.Context, c chat.Chat, turn int64) ([]chat.Turn, error) {
	t, err := a.opts.Store.Turn(ctx, turn)
	switch {
	case err != nil:
		return nil, err
	case t.Chat != c.ID:
		return nil, chat.ErrNotFound
	case t.Parent == 0:
		return nil, nil
	}
	return a.opts.Store.Tail(ctx, t.Parent, store.Reach{Turns: stretchTurns, Bytes: stretchBytes})
}

// stretch shows turns, some of the branch of c that ends with tail.
func (a *App) stretch(ctx context.Context, c chat.Chat, tail, turns []chat.Turn) (stretchView, error) {
	var view stretchView
	if len(turns) == 0 {
		return view, nil
	}
	seen := firstSeen(tail)
	for i, t := range turns {
		turn := a.turn(t, t.ID == c.Head)
		asked := i+1 < len(turns) && answersOlder(turns[i+1], c.Context) // its reply is newer than /reset
		turn.Unseen = t.ID <= c.Context && !asked || t.ID < seen && !pinnedAt(turns, i)
		switch {
		case t.Parent == 0:
		case asked, t.Parent <= c.Context && c.Context < t.ID && !answersOlder(t, c.Context):
			turn.Divider = a.say("conversation.reset")
		case t.Parent < seen && seen <= t.ID:
			turn.Divider = a.say("conversation.outgrown")
		}
		view.Turns = append(view.Turns, turn)
	}
	last := turns[len(turns)-1].ID
	view.Earlier, view.Later = turns[0].Parent != 0, last != c.Head
	if last <= c.Context && !view.Later {
		view.EndDivider = a.say("conversation.reset")
	}
	if head := turns[len(turns)-1]; !view.Later && head.Candidate > 0 {
		var err error
		if view.Candidates, err = a.candidates(ctx, head); err != nil {
			return view, err
		}
		if len(view.Candidates) > 0 {
			view.Turns = view.Turns[:len(view.Turns)-1]
		}
	}
	return view, a.placeTurns(ctx, view.Turns)
}

// pinnedAt tells whether a turn stays when the context overflows: it is pinned,
// or the question or answer to one that is.
func pinnedAt(turns []chat.Turn, i int) bool {
	asks := turns[i].Role == chat.User && i+1 < len(turns) && turns[i+1].Pinned
	answers := turns[i].Role == chat.Assistant && i > 0 && turns[i-1].Pinned
	return turns[i].Pinned || asks || answers
}
