package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// View is where a reader left a chat: at a turn, so many pixels below its upper
// edge, while the branch that ends with Head was shown.
type View struct {
	Turn   int64 `json:"turn"`
	Offset int   `json:"offset"`
	Head   int64 `json:"head"`
}

const viewSQL = `SELECT scroll FROM views WHERE chat = ?`

// View returns where a chat was left; the zero View is its end.
func (s *Store) View(ctx context.Context, chatID int64) (View, error) {
	var text string
	var v View
	err := s.reader.QueryRowContext(ctx, viewSQL, chatID).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return v, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &v)
	}
	return v, s.fault(fmt.Sprintf("read the view of chat %d", chatID), err)
}

const (
	setViewSQL = `
INSERT INTO views (chat, scroll) SELECT id, ?2 FROM chats WHERE id = ?1 AND deleted IS NULL
    ON CONFLICT (chat) DO UPDATE SET scroll = excluded.scroll`

	dropViewSQL = `DELETE FROM views WHERE chat = ?`
)

// SetView keeps where a chat was left; the zero View forgets it.
// Errors: chat.ErrNotFound.
func (s *Store) SetView(ctx context.Context, chatID int64, v View) error {
	what := fmt.Sprintf("keep the view of chat %d", chatID)
	if v != (View{}) {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return s.update(ctx, what, setViewSQL, chatID, string(text))
	}
	return s.write(ctx, what, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, dropViewSQL, chatID)
		return err
	})
}
