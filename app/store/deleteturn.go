package store

import (
	"context"
	"database/sql"
	"fmt"

	"notso/app/chat"
)

const (
	clearTurnSQL = `
INSERT INTO clears (chat, head, context, created, turn)
SELECT id, head, context, ?, ? FROM chats WHERE id = ? RETURNING id`

	clearBelowSQL = belowSQL + ` UPDATE turns SET cleared = ? WHERE id IN below`

	// How many of the cleared turns are not on the branch that was shown.
	elsewhereSQL = `
WITH RECURSIVE branch (id) AS (
    SELECT head FROM clears WHERE id = ?1
    UNION ALL
    SELECT t.parent FROM branch b JOIN turns t ON t.id = b.id WHERE t.parent IS NOT NULL
)
SELECT count(*) FROM turns WHERE cleared = ?1 AND id NOT IN branch`

	// The version that comes closest, later ones first.
	neighbourSQL = `
SELECT id FROM turns WHERE chat = ?1 AND parent IS ?2 AND cleared IS NULL
 ORDER BY id < ?3, abs(id - ?3) LIMIT 1`
)

// DeleteTurn takes a turn and all that follows it, on every branch, out of its
// chat, which then shows another version of the turn or what came before it.
// Undo brings them back until Purge.
// Errors: chat.ErrBusy, chat.ErrNotFound.
func (s *Store) DeleteTurn(ctx context.Context, turn int64) (chat.Deletion, error) {
	var d chat.Deletion
	err := s.write(ctx, fmt.Sprintf("delete turn %d", turn), func(tx *sql.Tx) error {
		var parent int64
		const placeSQL = `SELECT chat, coalesce(parent, 0) FROM turns WHERE id = ? AND cleared IS NULL`
		if err := tx.QueryRowContext(ctx, placeSQL, turn).Scan(&d.Chat, &parent); err != nil {
			return err
		}
		if err := idle(ctx, tx, d.Chat); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, clearTurnSQL, now().UnixMilli(), turn, d.Chat).Scan(&d.ID); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, clearBelowSQL, turn, d.ID)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		d.Turns = int(n)
		if err := tx.QueryRowContext(ctx, elsewhereSQL, d.ID).Scan(&d.Elsewhere); err != nil {
			return err
		}
		return stepBack(ctx, tx, d.ID, d.Chat, turn, parent)
	})
	return d, err
}

// stepBack gives a chat whose head or context was just cleared others.
func stepBack(ctx context.Context, tx *sql.Tx, clear, chatID, turn, parent int64) error {
	head := parent
	var beside int64
	switch err := tx.QueryRowContext(ctx, neighbourSQL, chatID, null(parent), turn).Scan(&beside); err {
	case nil:
		if head, err = leafBelow(ctx, tx, beside); err != nil {
			return err
		}
	case sql.ErrNoRows:
	default:
		return err
	}
	for _, at := range []struct {
		query string
		to    int64
	}{
		{`UPDATE chats SET head = ? WHERE id = ? AND head IN (SELECT id FROM turns WHERE cleared = ?)`, head},
		{`UPDATE chats SET context = ? WHERE id = ? AND context IN (SELECT id FROM turns WHERE cleared = ?)`, parent},
	} {
		if _, err := tx.ExecContext(ctx, at.query, null(at.to), chatID, clear); err != nil {
			return err
		}
	}
	return nil
}

// Undo takes back a DeleteTurn or a ClearTurns, and shows again what it took off the
// screen. It returns the chat. A turn that hangs from one that was deleted later brings that back as well.
// Errors: chat.ErrBusy, chat.ErrNotFound, also when it was taken back before.
func (s *Store) Undo(ctx context.Context, deletion int64) (chatID int64, err error) {
	err = s.write(ctx, fmt.Sprintf("undo deletion %d", deletion), func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT chat FROM clears WHERE id = ?`, deletion).Scan(&chatID); err != nil {
			return err
		}
		return restore(ctx, tx, deletion)
	})
	return chatID, err
}

// restore takes back one clear, of a turn or of the whole chat.
func restore(ctx context.Context, tx *sql.Tx, clear int64) error {
	const clearSQL = `
SELECT l.chat, coalesce(l.head, 0), coalesce(l.turn, 0) FROM clears l JOIN chats c ON c.id = l.chat
 WHERE l.id = ? AND c.deleted IS NULL`
	var chatID, head, turn int64
	if err := tx.QueryRowContext(ctx, clearSQL, clear).Scan(&chatID, &head, &turn); err != nil {
		return err
	}
	if turn == 0 {
		return restoreAll(ctx, tx, clear, chatID, head)
	}
	if err := idle(ctx, tx, chatID); err != nil {
		return err
	}
	var above int64 // the clear that took the turn's parent
	const aboveSQL = `SELECT coalesce(p.cleared, 0) FROM turns t LEFT JOIN turns p ON p.id = t.parent WHERE t.id = ?`
	if err := tx.QueryRowContext(ctx, aboveSQL, turn).Scan(&above); err != nil {
		return err
	}
	if above != 0 {
		if err := restore(ctx, tx, above); err != nil {
			return err
		}
	}
	for _, query := range []string{
		`UPDATE chats SET head = l.head FROM clears l WHERE l.id = ?1 AND chats.id = l.chat
		    AND EXISTS (SELECT 1 FROM turns WHERE id = l.head AND cleared = ?1)`,
		`UPDATE chats SET context = l.context FROM clears l WHERE l.id = ?1 AND chats.id = l.chat
		    AND EXISTS (SELECT 1 FROM turns WHERE id = l.context AND cleared = ?1)`,
		`UPDATE turns SET cleared = NULL WHERE cleared = ?1`,
		`DELETE FROM clears WHERE id = ?1`,
	} {
		if _, err := tx.ExecContext(ctx, query, clear); err != nil {
			return err
		}
	}
	return nil
}
