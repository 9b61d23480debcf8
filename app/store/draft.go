package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

const draftSQL = `SELECT text FROM drafts WHERE chat = ?`

// Draft returns what is typed in a chat and not sent, empty for nothing. Chat 0
// is the chat that does not exist yet.
func (s *Store) Draft(ctx context.Context, chatID int64) (string, error) {
	var text string
	err := s.reader.QueryRowContext(ctx, draftSQL, chatID).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return text, s.fault(fmt.Sprintf("read the draft of chat %d", chatID), err)
}

const (
	setDraftSQL = `
INSERT INTO drafts (chat, text)
SELECT ?1, ?2 WHERE ?1 = 0 OR EXISTS (SELECT 1 FROM chats WHERE id = ?1 AND deleted IS NULL)
    ON CONFLICT (chat) DO UPDATE SET text = excluded.text`

	dropDraftSQL = `DELETE FROM drafts WHERE chat = ?`
)

// SetDraft keeps what is typed in a chat and not sent; empty forgets it.
// Errors: chat.ErrNotFound.
func (s *Store) SetDraft(ctx context.Context, chatID int64, text string) error {
	what := fmt.Sprintf("keep the draft of chat %d", chatID)
	if text != "" {
		return s.add(ctx, what, func(tx *sql.Tx) error { return changed(tx.ExecContext(ctx, setDraftSQL, chatID, text)) })
	}
	return s.add(ctx, what, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, dropDraftSQL, chatID)
		return err
	})
}
