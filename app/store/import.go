package store

import (
	"context"
	"database/sql"
	"fmt"

	"notso/app/chat"
)

// AddChat stores a whole chat that comes from elsewhere, such as an imported
// one, under new ids. A parent must come before its turns; running replies
// become interrupted.
// Errors: chat.ErrNotFound, for a parent, head or context that is not in turns.
func (s *Store) AddChat(ctx context.Context, c chat.Chat, turns []chat.Turn) (chat.Chat, error) {
	err := s.write(ctx, "add a chat", func(tx *sql.Tx) (err error) {
		if c.ID, err = insertChat(ctx, tx, c); err != nil {
			return err
		}
		ids := map[int64]int64{0: 0} // old to new
		for _, t := range turns {
			old, known := t.ID, false
			if t.Parent, known = ids[t.Parent]; !known {
				return fmt.Errorf("the parent of turn %d: %w", old, chat.ErrNotFound)
			}
			if t.State == chat.Running {
				t.State = chat.Interrupted
			}
			t.Chat = c.ID
			if err := insertTurn(ctx, tx, &t); err != nil {
				return err
			}
			ids[old] = t.ID
		}
		for _, at := range []*int64{&c.Head, &c.Context} {
			id, known := ids[*at]
			if !known {
				return fmt.Errorf("turn %d: %w", *at, chat.ErrNotFound)
			}
			*at = id
		}
		_, err = tx.ExecContext(ctx, `UPDATE chats SET head = ?, context = ? WHERE id = ?`, null(c.Head), null(c.Context), c.ID)
		return err
	})
	return c, err
}
