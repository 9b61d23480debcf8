package app

import (
	"context"

	"notso/app/chat"
)

// maxCandidates is how many replies can be asked for at once: as many as fit side
// by side, and as there are keys to choose with.
const maxCandidates = 4

// talkView fills talk.html: how replies to this chat's messages are written.
type talkView struct {
	ChatID     int64
	Candidates []candidateChoice
	Choices    bool // what each token could have been instead is kept
}

type candidateChoice struct {
	Count  int
	Chosen bool
}

func talk(c chat.Chat) talkView {
	view := talkView{ChatID: c.ID, Choices: c.Settings.Choices}
	for n := 1; n <= maxCandidates; n++ {
		view.Candidates = append(view.Candidates, candidateChoice{n, n == max(1, c.Settings.Candidates)})
	}
	return view
}

// windowOptions are what the chat asks of replies that the window shows.
func (a *App) windowOptions(c chat.Chat) TalkOptions {
	return TalkOptions{Candidates: c.Settings.Candidates}
}

// Keep goes on with one of several candidates: the others stay as its other
// versions. Those that are still being written end; if the one that is kept is
// among them, it goes on by itself.
// Errors: chat.ErrNotFound, also for a turn that is no candidate.
func (a *App) Keep(ctx context.Context, turnID int64) (chat.Turn, error) {
	t, err := a.opts.Store.Turn(ctx, turnID)
	if err != nil {
		return t, err
	}
	unfinished := a.writer(t) != nil
	if r := a.running(t.Chat); r != nil {
		r.stop()
		select {
		case <-r.done:
		case <-ctx.Done():
			return t, ctx.Err()
		}
	}
	if err := a.opts.Store.Keep(ctx, turnID); err != nil {
		return t, err
	}
	if unfinished {
		// One that was done after all stays as it is.
		if went, err := a.Continue(ctx, turnID); err == nil {
			return went, nil
		}
		return a.opts.Store.Turn(ctx, turnID)
	}
	if list, err := a.opts.Store.Queue(ctx, t.Chat); err == nil && len(list) > 0 && t.State == chat.Done {
		_, err := a.SendQueued(ctx, t.Chat)
		return t, err
	}
	a.afterwards(t.Chat, t.ID)
	return t, nil
}

// candidates shows the replies that stand side by side at the branch's end, when
// there are some.
func (a *App) candidates(ctx context.Context, head chat.Turn) ([]turnView, error) {
	if head.Candidate == 0 {
		return nil, nil
	}
	list, err := a.opts.Store.Candidates(ctx, head.ID)
	if err != nil || len(list) < 2 {
		return nil, err
	}
	var views []turnView
	for _, t := range list {
		view := a.turn(t, false)
		view.Candidate = t.Candidate
		views = append(views, view)
	}
	return views, nil
}

func (a *App) postKeep(ctx context.Context, r request) (answer, error) {
	t, err := a.Keep(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	return a.redraw(ctx, t.Chat)
}

// postTalk sets how replies are written: candidates=1…4, choices=true or false.
func (a *App) postTalk(ctx context.Context, r request) (answer, error) {
	err := a.changeSettings(ctx, r.id(), func(s *chat.Settings) {
		if n, ok := r.number("candidates"); ok {
			s.Candidates = min(max(int(n), 1), maxCandidates)
		}
		if on := r.FormValue("choices"); on != "" {
			s.Choices = on == "true"
		}
	})
	if err != nil {
		return answer{}, err
	}
	c, _, err := a.tail(ctx, r.id())
	return show(fragment{Name: "talk.html", View: talk(c)}), err
}
