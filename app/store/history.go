package store

import (
	"context"
	"fmt"

	"notso/app/chat"
)

// historyColumns are turnColumns without what no prompt needs.
const historyColumns = `t.id, t.chat, coalesce(t.parent, 0), t.role, t.text, '', t.state, '', t.origin, t.pinned, '{}', t.created`

// History is Tail for a prompt: its turns lack reasoning, error and statistics,
// and one that is running has no text.
func (s *Store) History(ctx context.Context, leaf int64, reach Reach) ([]chat.Turn, error) {
	return s.turns(ctx, fmt.Sprintf("read the history of turn %d", leaf), climbSQL+`
SELECT `+historyColumns+` FROM up JOIN turns t ON t.id = up.id ORDER BY up.n DESC`,
		leaf, orAll(reach.Turns), orAll(reach.Bytes), reach.From)
}

// pinnedSQL climbs, where the chat has pinned turns at all, and keeps those that
// it meets: each with the message that it answers, or with its answer.
const pinnedSQL = `
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

// Pinned returns the pinned turns of the branch that ends with leaf, no older
// than from, each with its question or answer, as History does.
func (s *Store) Pinned(ctx context.Context, chatID, leaf, from int64) ([]chat.Turn, error) {
	return s.turns(ctx, fmt.Sprintf("read the pinned turns up to %d", leaf), pinnedSQL, chatID, leaf, from)
}
