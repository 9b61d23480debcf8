package app

import (
	"context"
	"slices"

	"notso/app/chat"
	"notso/app/store"
)

const (
	// bytesPerToken is how long a token of a long text is at most, on average.
	// What is further back than a context full of such tokens cannot be seen.
	bytesPerToken = 8

	// steady is how far apart the turns are at which an unread past may end. So
	// the prompt's beginning stays while the chat goes on.
	steady = 32
)

// past is what a prompt may hold of a branch. It costs what the model's context
// costs, however long the chat is: what the model cannot see is not read.
//
// The engine drops the oldest turns of a chat that outgrows its context, by a
// rule that goes through the chat in its order and forgets what it has dropped
// (see package overflow). So a prompt may begin where the last reply's began.
// Only a chat that no reply of this model has measured is read as far as its
// context could reach.
type past struct {
	turns []chat.Turn // in order; pinned ones first, wherever they stood
	cut   int64       // the turn that it begins with, when earlier ones were left out; else 0
	reset int64       // the turn that it comes after, since /reset put that aside; else 0
}

// past reads the branch of c that ends with the turn leaf; 0 has no past.
func (a *App) past(ctx context.Context, c chat.Chat, leaf int64) (past, error) {
	if leaf == 0 {
		return past{}, nil
	}
	tail, err := a.opts.Store.Tail(ctx, leaf, store.Reach{Turns: stretchTurns, Bytes: stretchBytes})
	if err != nil {
		return past{}, err
	}
	reach := store.Reach{From: c.Context + 1} // what /reset has put aside
	seen, known := a.seenBefore(tail)
	if known {
		reach.From = max(reach.From, seen)
	} else {
		reach.Bytes = bytesPerToken * a.model.info().ContextLength
	}
	turns, err := a.opts.Store.History(ctx, leaf, reach)
	if err == nil {
		turns, err = a.sinceReset(ctx, turns, c.Context)
	}
	if err == nil {
		turns, err = a.withFiles(ctx, turns)
	}
	if err != nil || len(turns) == 0 || turns[0].Parent <= c.Context {
		return past{turns: turns, reset: c.Context}, err
	}
	if at := slices.IndexFunc(turns, func(t chat.Turn) bool { return t.ID%steady == 0 }); !known && at > 0 {
		turns = turns[at:]
	}
	pinned, err := a.opts.Store.PinnedPast(ctx, c.ID, turns[0].Parent, c.Context+1)
	if err == nil {
		pinned, err = a.withFiles(ctx, pinned)
	}
	return past{turns: append(pinned, turns...), cut: turns[0].ID, reset: c.Context}, err
}

// sinceReset is what of a branch is read when /reset put aside what is no newer than
// the turn context, which may be on another branch. A reply that was written since in
// the place of an older one is read with its question: no model takes a chat that
// begins with an answer. The last message is read in any case, since a reply is asked
// of it.
func (a *App) sinceReset(ctx context.Context, turns []chat.Turn, reset int64) ([]chat.Turn, error) {
	if len(turns) == 0 || reset == 0 {
		return turns, nil
	}
	if last := turns[len(turns)-1]; last.ID <= reset {
		if last.Role == chat.Assistant {
			return nil, nil
		}
		return turns[len(turns)-1:], nil
	}
	if !answersOlder(turns[0], reset) {
		return turns, nil
	}
	question, err := a.opts.Store.History(ctx, turns[0].Parent, store.Reach{Turns: 1})
	return append(question, turns...), err
}

// answersOlder tells whether t is a reply to a message that /reset put aside, and
// newer than that itself.
func answersOlder(t chat.Turn, reset int64) bool {
	return t.Role == chat.Assistant && t.Parent != 0 && t.Parent < reset && reset < t.ID
}

// seenBefore is the turn from which on the model in use saw the branch at its
// last reply, 0 for all of it. It is not known when another model wrote that
// reply, or the same with another context.
func (a *App) seenBefore(tail []chat.Turn) (turn int64, known bool) {
	info := a.model.info()
	for _, t := range slices.Backward(tail) {
		if s := t.Stats; t.Role == chat.Assistant && s.PromptTokens > 0 {
			return s.FirstSeen, s.ModelHash == info.Hash && s.ContextLength == info.ContextLength
		}
	}
	return 0, false
}

// firstKept is the turn with which the model's view of the chat began, when it
// did not see all; dropped are the messages that the engine left out.
func (r *reply) firstKept(dropped []int) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(dropped) == 0 {
		return r.past.cut
	}
	_, ids := messages(r.past.turns, 0)
	next := dropped[len(dropped)-1] + 1
	if len(r.asked.Messages) > 0 && r.asked.Messages[0].Role == "system" {
		next-- // the indices count the system prompt, which is no turn
	}
	if next >= 0 && next < len(ids) {
		return ids[next]
	}
	return r.past.cut
}

// since is the past that began with the turn first: it leaves out of a branch
// what is before that and not pinned, nor the question or answer to it.
func since(branch []chat.Turn, first int64) (kept []chat.Turn) {
	for i, t := range branch {
		asks := t.Role == chat.User && i+1 < len(branch) && branch[i+1].Pinned
		answers := t.Role == chat.Assistant && i > 0 && branch[i-1].Pinned
		if t.ID >= first || t.Pinned || asks || answers {
			kept = append(kept, t)
		}
	}
	return kept
}
