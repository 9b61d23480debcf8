package store

import (
	"context"
	"database/sql"
	"fmt"

	"notso/app/chat"
)

// StartCandidates stores n empty running replies side by side after parent,
// numbered from 1, and makes the first one the head.
// Errors: chat.ErrBusy, chat.ErrNotFound (the chat, or a parent not its own).
func (s *Store) StartCandidates(ctx context.Context, chatID, parent int64, n int) ([]chat.Turn, error) {
	var turns []chat.Turn
	err := s.write(ctx, fmt.Sprintf("start %d replies in chat %d", n, chatID), func(tx *sql.Tx) error {
		if err := idle(ctx, tx, chatID); err != nil {
			return err
		}
		const parentSQL = `SELECT id FROM turns WHERE id = ? AND chat = ? AND cleared IS NULL`
		if err := tx.QueryRowContext(ctx, parentSQL, parent, chatID).Scan(&parent); err != nil {
			return err
		}
		if err := decide(ctx, tx, parent); err != nil {
			return err
		}
		for i := range n {
			t := chat.Turn{Chat: chatID, Parent: parent, Role: chat.Assistant, State: chat.Running, Candidate: i + 1, Created: now()}
			if err := insertTurn(ctx, tx, &t); err != nil {
				return err
			}
			turns = append(turns, t)
		}
		return changed(tx.ExecContext(ctx, advanceSQL, turns[0].ID, turns[0].Created.UnixMilli(), chatID))
	})
	return turns, err
}

const candidatesSQL = `
SELECT ` + turnColumns + ` FROM turns t JOIN turns one ON one.parent = t.parent
 WHERE one.id = ? AND one.candidate > 0 AND t.candidate > 0 AND t.cleared IS NULL ORDER BY t.candidate`

// Candidates returns the replies that stand beside a turn and of which none is
// kept yet, the turn itself among them. Other turns have none.
func (s *Store) Candidates(ctx context.Context, turn int64) ([]chat.Turn, error) {
	return s.turns(ctx, fmt.Sprintf("read the candidates beside turn %d", turn), candidatesSQL, turn)
}

// Keep makes one of several candidates the chat's head. The others stay as its
// other versions.
// Errors: chat.ErrBusy, chat.ErrNotFound.
func (s *Store) Keep(ctx context.Context, turn int64) error {
	return s.write(ctx, fmt.Sprintf("keep turn %d", turn), func(tx *sql.Tx) error {
		const placeSQL = `SELECT chat, parent FROM turns WHERE id = ? AND candidate > 0 AND cleared IS NULL`
		var chatID, parent int64
		if err := tx.QueryRowContext(ctx, placeSQL, turn).Scan(&chatID, &parent); err != nil {
			return err
		}
		if err := idle(ctx, tx, chatID); err != nil {
			return err
		}
		if err := decide(ctx, tx, parent); err != nil {
			return err
		}
		return changed(tx.ExecContext(ctx, `UPDATE chats SET head = ? WHERE id = ?`, turn, chatID))
	})
}

// decide makes the candidates after parent turns like any others.
func decide(ctx context.Context, tx *sql.Tx, parent int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE turns SET candidate = 0 WHERE parent = ? AND candidate > 0`, parent)
	return err
}
