package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"notso/app/chat"
)

const (
	deleteChatSQL  = `UPDATE chats SET deleted = ? WHERE id = ? AND deleted IS NULL`
	restoreChatSQL = `UPDATE chats SET deleted = NULL WHERE id = ? AND deleted IS NOT NULL`
)

// DeleteChats hides chats, all of them or none. RestoreChats brings them back
// until Purge.
// Errors: chat.ErrNotFound.
func (s *Store) DeleteChats(ctx context.Context, ids ...int64) error {
	return s.each(ctx, "delete", ids, deleteChatSQL, now().UnixMilli())
}

// RestoreChats undoes DeleteChats.
// Errors: chat.ErrNotFound, also for a chat that is not deleted.
func (s *Store) RestoreChats(ctx context.Context, ids ...int64) error {
	return s.each(ctx, "restore", ids, restoreChatSQL)
}

// each runs a statement, whose last parameter is a chat's id, for every chat.
func (s *Store) each(ctx context.Context, what string, ids []int64, query string, args ...any) error {
	return s.write(ctx, fmt.Sprintf("%s %d chats", what, len(ids)), func(tx *sql.Tx) error {
		for _, id := range ids {
			if err := changed(tx.ExecContext(ctx, query, append(args[:len(args):len(args)], id)...)); err != nil {
				return err
			}
		}
		return nil
	})
}

const (
	clearSQL = `
INSERT INTO clears (chat, head, context, created)
SELECT id, head, context, ? FROM chats
 WHERE id = ? AND EXISTS (SELECT 1 FROM turns WHERE chat = chats.id AND cleared IS NULL) RETURNING id`

	clearTurnsSQL = `UPDATE turns SET cleared = ? WHERE chat = ? AND cleared IS NULL`
	clearHeadSQL  = `UPDATE chats SET head = NULL, context = NULL WHERE id = ?`
)

// ClearTurns takes all turns out of a chat. Undo brings them back until Purge. For
// a chat without any there is nothing to undo, and the deletion has no ID.
// Errors: chat.ErrNotFound, chat.ErrBusy.
func (s *Store) ClearTurns(ctx context.Context, chatID int64) (chat.Deletion, error) {
	d := chat.Deletion{Chat: chatID}
	err := s.write(ctx, fmt.Sprintf("clear chat %d", chatID), func(tx *sql.Tx) error {
		if err := idle(ctx, tx, chatID); err != nil {
			return err
		}
		err := tx.QueryRowContext(ctx, clearSQL, now().UnixMilli(), chatID).Scan(&d.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // nothing to clear
		}
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, clearTurnsSQL, d.ID, chatID)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		d.Turns = int(n)
		_, err = tx.ExecContext(ctx, clearHeadSQL, chatID)
		return err
	})
	return d, err
}

const (
	// What was said since goes on after what comes back, even if it is gone again.
	rejoinSQL = `
UPDATE turns SET parent = ? WHERE chat = ? AND parent IS NULL AND (cleared IS NULL OR cleared > ?)`

	restoreTurnsSQL = `UPDATE turns SET cleared = NULL WHERE cleared = ?`
	restoreHeadSQL  = `
UPDATE chats SET head = coalesce(chats.head, l.head), context = coalesce(chats.context, l.context)
  FROM clears l WHERE l.id = ? AND chats.id = l.chat`
)

// restoreAll takes back the clear of a whole chat that ended with head: turns, head
// and context are as before, and turns that were added since follow after them.
func restoreAll(ctx context.Context, tx *sql.Tx, clear, chatID, head int64) error {
	if _, err := tx.ExecContext(ctx, rejoinSQL, null(head), chatID, clear); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, restoreTurnsSQL, clear); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, restoreHeadSQL, clear); err != nil {
		return err
	}
	return changed(tx.ExecContext(ctx, `DELETE FROM clears WHERE id = ?`, clear))
}

// Purge removes for good what was deleted or cleared before the given time, and
// overwrites it in the file.
func (s *Store) Purge(ctx context.Context, before time.Time) error {
	return s.write(ctx, "purge", func(tx *sql.Tx) error {
		for _, query := range []string{
			`DELETE FROM drafts WHERE chat IN (SELECT id FROM chats WHERE deleted < ?)`,
			`DELETE FROM chats WHERE deleted < ?`, // and all that belongs to them
			`DELETE FROM clears WHERE created < ?`,
			`DELETE FROM folders WHERE deleted < ?`,
			`DELETE FROM queue WHERE position < 0 AND created < ?`,
		} {
			if _, err := tx.ExecContext(ctx, query, before.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
}
