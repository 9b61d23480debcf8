package store

import (
	"context"
	"fmt"
	"slices"

	"notso/app/chat"
)

// historyColumns are what a prompt needs of a turn.
const historyColumns = `t.id, t.chat, coalesce(t.parent, 0), t.role, t.text, t.state, t.origin, t.pinned`

// History is Tail for a prompt: its turns lack reasoning, error, statistics and
// date, and one that is running has no text. What was read before is not read
// again, so do not change the turns.
func (s *Store) History(ctx context.Context, leaf int64, reach Reach) ([]chat.Turn, error) {
	if reach.Turns > 0 || reach.Bytes > 0 {
		return s.climb(ctx, leaf, reach)
	}
	edits := s.memory.edits.Load()
	turns := s.memory.recall(leaf, reach.From)
	if n := len(turns); n > 0 {
		more, err := s.climb(ctx, leaf, Reach{From: turns[n-1].ID})
		if err != nil {
			return nil, err
		}
		if len(more) > 0 && more[0].ID == turns[n-1].ID {
			turns = append(slices.Clip(turns), more[1:]...)
			s.memory.keep(edits, reach.From, turns)
			return slices.Clip(turns), nil
		}
	}
	turns, err := s.climb(ctx, leaf, reach)
	if err == nil {
		s.memory.keep(edits, reach.From, turns)
	}
	return slices.Clip(turns), err
}

func (s *Store) climb(ctx context.Context, leaf int64, reach Reach) ([]chat.Turn, error) {
	return s.history(ctx, fmt.Sprintf("read the history of turn %d", leaf), climbSQL+`
SELECT `+historyColumns+` FROM up JOIN turns t ON t.id = up.id ORDER BY up.n DESC`,
		leaf, orAll(reach.Turns), orAll(reach.Bytes), reach.From)
}

// pinnedPastSQL climbs, where the chat has pinned turns at all, and keeps those that
// it meets: each with the message that it answers, or with its answer.
const pinnedPastSQL = `
WITH RECURSIVE marked (id, parent, role) AS (
    SELECT id, parent, role FROM turns WHERE chat = ?1 AND pinned = 1 AND cleared IS NULL AND id <= ?2 AND id >= ?3
), up (id, parent) AS (
    SELECT id, parent FROM turns WHERE id = ?2 AND EXISTS (SELECT 1 FROM marked)
    UNION ALL
    SELECT t.id, t.parent FROM up JOIN turns t ON t.id = up.parent WHERE t.id >= ?3
)
SELECT ` + historyColumns + ` FROM turns t WHERE t.id IN (
    SELECT m.id FROM up JOIN marked m ON m.id = up.id
    UNION SELECT m.parent FROM up JOIN marked m ON m.id = up.id WHERE m.role = 'assistant' AND m.parent >= ?3
    UNION SELECT up.id FROM up JOIN marked m ON m.id = up.parent WHERE m.role = 'user'
) ORDER BY t.id`

// PinnedPast returns the pinned turns of the branch that ends with leaf, no older
// than from, each with its question or answer, as History does.
func (s *Store) PinnedPast(ctx context.Context, chatID, leaf, from int64) ([]chat.Turn, error) {
	return s.history(ctx, fmt.Sprintf("read the pinned turns up to %d", leaf), pinnedPastSQL, chatID, leaf, from)
}

// history reads some thousand rows in a few milliseconds, and is not cancelled
// in between: the driver would start a goroutine for each row.
func (s *Store) history(ctx context.Context, what, query string, args ...any) ([]chat.Turn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rows, err := s.reader.QueryContext(context.WithoutCancel(ctx), query, args...)
	if err != nil {
		return nil, s.fault(what, err)
	}
	defer rows.Close()
	var turns []chat.Turn
	for rows.Next() {
		var t chat.Turn
		if err := rows.Scan(&t.ID, &t.Chat, &t.Parent, &t.Role, &t.Text, &t.State, &t.Origin, &t.Pinned); err != nil {
			return nil, s.fault(what, err)
		}
		turns = append(turns, t)
	}
	return turns, s.fault(what, rows.Err())
}
