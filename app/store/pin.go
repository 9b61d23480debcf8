package store

import (
	"context"
	"fmt"
)

const (
	pinChatSQL = `UPDATE chats SET pinned = ? WHERE id = ? AND deleted IS NULL`

	pinTurnSQL = `
UPDATE turns SET pinned = ?1 WHERE id = ?2 AND cleared IS NULL
   AND EXISTS (SELECT 1 FROM chats WHERE id = turns.chat AND deleted IS NULL)`
)

// PinChats lets chats stand above the others, or no longer, all of them or none.
// Errors: chat.ErrNotFound.
func (s *Store) PinChats(ctx context.Context, pinned bool, ids ...int64) error {
	return s.each(ctx, "pin", ids, pinChatSQL, pinned)
}

// PinTurn marks a turn, or takes the mark off.
// Errors: chat.ErrNotFound.
func (s *Store) PinTurn(ctx context.Context, id int64, pinned bool) error {
	return s.update(ctx, fmt.Sprintf("pin turn %d", id), pinTurnSQL, pinned, id)
}
