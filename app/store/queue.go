package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"notso/app/chat"
)

const queueSQL = `
SELECT q.id, q.chat, q.text FROM queue q JOIN chats c ON c.id = q.chat
 WHERE q.chat = ? AND q.position > 0 AND c.deleted IS NULL ORDER BY q.position`

// The message stands where the turn will.
const queueFilesSQL = `
SELECT id, queued, name, kind, bytes, tokens, '' FROM attachments WHERE chat = ? AND queued IS NOT NULL ORDER BY id`

// Queue returns the messages that wait in a chat, the next one first, with their
// files, which have no text here.
func (s *Store) Queue(ctx context.Context, chatID int64) ([]chat.Queued, error) {
	what := fmt.Sprintf("read the queue of chat %d", chatID)
	rows, err := s.reader.QueryContext(ctx, queueSQL, chatID)
	if err != nil {
		return nil, s.fault(what, err)
	}
	defer rows.Close()
	var queue []chat.Queued
	for rows.Next() {
		var q chat.Queued
		if err := rows.Scan(&q.ID, &q.Chat, &q.Text); err != nil {
			return nil, s.fault(what, err)
		}
		queue = append(queue, q)
	}
	if err := rows.Err(); err != nil || len(queue) == 0 {
		return queue, s.fault(what, err)
	}
	rows.Close() // a store in memory has one connection
	files, err := s.attachments(ctx, what, queueFilesSQL, chatID)
	byMessage := byTurn(files)
	for i, q := range queue {
		queue[i].Files = byMessage[q.ID]
	}
	return queue, err
}

// Queued returns one message that waits.
// Errors: chat.ErrNotFound, also when it was sent or removed.
func (s *Store) Queued(ctx context.Context, id int64) (chat.Queued, error) {
	q := chat.Queued{ID: id}
	err := s.reader.QueryRowContext(ctx, `SELECT chat, text FROM queue WHERE id = ? AND position > 0`, id).Scan(&q.Chat, &q.Text)
	return q, s.fault(fmt.Sprintf("read queued message %d", id), err)
}

const enqueueSQL = `
INSERT INTO queue (chat, position, text, created)
SELECT id, (SELECT coalesce(max(abs(position)), 0) + 1 FROM queue WHERE chat = c.id), ?, ?
  FROM chats c WHERE id = ? AND deleted IS NULL RETURNING id`

// Enqueue lets text wait as the last message of a chat's queue, with the files of
// the draft. It is on disk when Enqueue returns.
// Errors: chat.ErrEmptyTurn, chat.ErrNotFound.
func (s *Store) Enqueue(ctx context.Context, chatID int64, text string) error {
	if strings.TrimSpace(text) == "" {
		return chat.ErrEmptyTurn
	}
	return s.write(ctx, fmt.Sprintf("queue a message in chat %d", chatID), func(tx *sql.Tx) error {
		var id int64
		if err := tx.QueryRowContext(ctx, enqueueSQL, text, now().UnixMilli(), chatID).Scan(&id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE attachments SET queued = ? WHERE chat = ? AND turn IS NULL AND queued IS NULL`, id, chatID)
		return err
	})
}

// SetQueued changes the text of a message that waits.
// Errors: chat.ErrEmptyTurn, chat.ErrNotFound.
func (s *Store) SetQueued(ctx context.Context, id int64, text string) error {
	if strings.TrimSpace(text) == "" {
		return chat.ErrEmptyTurn
	}
	return s.update(ctx, fmt.Sprintf("change queued message %d", id), `UPDATE queue SET text = ? WHERE id = ? AND position > 0`, text, id)
}

// RemoveQueued takes a message out of the queue, and RestoreQueued puts it back
// in its place. Until Purge it keeps its row, with its position negated.
// Errors: chat.ErrNotFound.
func (s *Store) RemoveQueued(ctx context.Context, id int64) error {
	return s.update(ctx, fmt.Sprintf("remove queued message %d", id), `UPDATE queue SET position = -position WHERE id = ? AND position > 0`, id)
}

// RestoreQueued undoes RemoveQueued.
// Errors: chat.ErrNotFound.
func (s *Store) RestoreQueued(ctx context.Context, id int64) error {
	return s.update(ctx, fmt.Sprintf("restore queued message %d", id), `UPDATE queue SET position = -position WHERE id = ? AND position < 0`, id)
}

// A message and its neighbour swap their positions.
const (
	earlierSQL = `
SELECT n.id, n.position, q.position FROM queue q JOIN queue n ON n.chat = q.chat AND n.position > 0 AND n.position < q.position
 WHERE q.id = ? AND q.position > 0 ORDER BY n.position DESC LIMIT 1`

	laterSQL = `
SELECT n.id, n.position, q.position FROM queue q JOIN queue n ON n.chat = q.chat AND n.position > q.position
 WHERE q.id = ? AND q.position > 0 ORDER BY n.position LIMIT 1`

	placeQueuedSQL = `UPDATE queue SET position = ? WHERE id = ?`
)

// MoveQueued lets a message change places with the one before it, or with the
// one after it. At the end of the queue it stays where it is.
func (s *Store) MoveQueued(ctx context.Context, id int64, earlier bool) error {
	query := laterSQL
	if earlier {
		query = earlierSQL
	}
	return s.write(ctx, fmt.Sprintf("move queued message %d", id), func(tx *sql.Tx) error {
		var other, there, here int64
		err := tx.QueryRowContext(ctx, query, id).Scan(&other, &there, &here)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, placeQueuedSQL, there, id); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, placeQueuedSQL, here, other)
		return err
	})
}

// SendQueued makes the first message of the queue the user's next turn, after
// the chat's head, with its files.
// Errors: chat.ErrBusy; chat.ErrNotFound when none waits.
func (s *Store) SendQueued(ctx context.Context, chatID int64) (chat.Turn, error) {
	t := chat.Turn{Chat: chatID, Role: chat.User, State: chat.Done, Created: now()}
	err := s.write(ctx, fmt.Sprintf("send the next queued message of chat %d", chatID), func(tx *sql.Tx) error {
		if err := idle(ctx, tx, chatID); err != nil {
			return err
		}
		var id int64
		const nextSQL = `
SELECT q.id, q.text, coalesce(c.head, 0) FROM queue q JOIN chats c ON c.id = q.chat
 WHERE q.chat = ? AND q.position > 0 ORDER BY q.position LIMIT 1`
		if err := tx.QueryRowContext(ctx, nextSQL, chatID).Scan(&id, &t.Text, &t.Parent); err != nil {
			return err
		}
		if err := appendTurn(ctx, tx, &t); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE attachments SET turn = ?, queued = NULL WHERE queued = ?`, t.ID, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM queue WHERE id = ?`, id)
		return err
	})
	return t, err
}
