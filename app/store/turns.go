package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"notso/app/chat"
)

const insertTurnSQL = `
INSERT INTO turns (chat, parent, role, text, reasoning, state, error, origin, stats, created, pinned, candidate)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`

const advanceSQL = `UPDATE chats SET head = ?, updated = ? WHERE id = ?`

// Message is what a user says.
type Message struct {
	Text    string
	Files   []chat.Attachment // besides those of the draft
	Command bool              // no model reads it: the draft keeps its files
}

// AddTurn is Say for a text, in a chat that exists.
func (s *Store) AddTurn(ctx context.Context, chatID int64, text string) (chat.Turn, error) {
	return s.Say(ctx, chat.Chat{ID: chatID}, Message{Text: text})
}

// Say stores m as the user's next turn after the head of c, and makes it the head,
// with the files of the draft: all of it or nothing. A chat without an ID is stored
// first. It is on disk when Say returns.
// Errors: chat.ErrEmptyTurn, chat.ErrNotFound, chat.ErrBusy.
func (s *Store) Say(ctx context.Context, c chat.Chat, m Message) (chat.Turn, error) {
	t := chat.Turn{Chat: c.ID, Role: chat.User, Text: m.Text, State: chat.Done, Created: now()}
	if strings.TrimSpace(m.Text) == "" {
		return chat.Turn{}, chat.ErrEmptyTurn
	}
	err := s.add(ctx, fmt.Sprintf("add a turn to chat %d", c.ID), func(tx *sql.Tx) (err error) {
		if c.ID == 0 {
			c.Created, c.Updated = t.Created, t.Created
			if t.Chat, err = insertChat(ctx, tx, c); err != nil {
				return err
			}
			if err := adoptAttachments(ctx, tx, t.Chat); err != nil {
				return err
			}
		}
		if err := idle(ctx, tx, t.Chat); err != nil {
			return err
		}
		const headSQL = `SELECT coalesce(head, 0) FROM chats WHERE id = ?`
		if err := tx.QueryRowContext(ctx, headSQL, t.Chat).Scan(&t.Parent); err != nil {
			return err
		}
		if err := appendTurn(ctx, tx, &t); err != nil {
			return err
		}
		if !m.Command {
			if err := takeAttachments(ctx, tx, t); err != nil {
				return err
			}
		}
		for _, f := range m.Files {
			f.Turn = t.ID
			if err := insertAttachment(ctx, tx, t.Chat, &f); err != nil {
				return err
			}
		}
		return nil
	})
	return t, err
}

// idle makes sure that a chat is there and that no reply is being written in it.
func idle(ctx context.Context, tx *sql.Tx, chatID int64) error {
	const idleSQL = `
SELECT EXISTS (SELECT 1 FROM turns WHERE chat = c.id AND state = 'running')
  FROM chats c WHERE id = ? AND deleted IS NULL`
	var running bool
	if err := tx.QueryRowContext(ctx, idleSQL, chatID).Scan(&running); err != nil {
		return err
	}
	if running {
		return chat.ErrBusy
	}
	return nil
}

// appendTurn inserts t, sets its ID and makes it the head of its chat. Going on
// after one of several candidates keeps that one.
func appendTurn(ctx context.Context, tx *sql.Tx, t *chat.Turn) error {
	const keptSQL = `
UPDATE turns SET candidate = 0 WHERE candidate > 0 AND parent = (SELECT parent FROM turns WHERE id = ?)`
	if _, err := tx.ExecContext(ctx, keptSQL, null(t.Parent)); err != nil {
		return err
	}
	if err := insertTurn(ctx, tx, t); err != nil {
		return err
	}
	return changed(tx.ExecContext(ctx, advanceSQL, t.ID, t.Created.UnixMilli(), t.Chat))
}

func insertTurn(ctx context.Context, tx *sql.Tx, t *chat.Turn) error {
	stats, err := json.Marshal(t.Stats)
	if err != nil {
		return err
	}
	return tx.QueryRowContext(ctx, insertTurnSQL, t.Chat, null(t.Parent), t.Role, t.Text, t.Reasoning,
		t.State, t.Error, t.Origin, string(stats), t.Created.UnixMilli(), t.Pinned, t.Candidate).Scan(&t.ID)
}

// foldedColumns are a turn's two texts with the pieces of a running reply.
const foldedColumns = `
t.text || coalesce(CASE t.state WHEN 'running' THEN
    (SELECT group_concat(text, '' ORDER BY seq) FROM pieces WHERE turn = t.id AND reasoning = 0) END, ''),
t.reasoning || coalesce(CASE t.state WHEN 'running' THEN
    (SELECT group_concat(text, '' ORDER BY seq) FROM pieces WHERE turn = t.id AND reasoning = 1) END, '')`

const turnColumns = `t.id, t.chat, coalesce(t.parent, 0), t.role, ` + foldedColumns + `,
t.state, t.error, t.origin, t.stats, t.created, t.pinned, t.candidate`

const turnSQL = `
SELECT ` + turnColumns + ` FROM turns t JOIN chats c ON c.id = t.chat
 WHERE t.id = ? AND t.cleared IS NULL AND c.deleted IS NULL`

// Turn returns one turn; a running one with the pieces that it has so far.
// Errors: chat.ErrNotFound.
func (s *Store) Turn(ctx context.Context, id int64) (chat.Turn, error) {
	t, err := scanTurn(s.reader.QueryRowContext(ctx, turnSQL, id))
	return t, s.fault(fmt.Sprintf("read turn %d", id), err)
}

const turnsSQL = `
SELECT ` + turnColumns + ` FROM turns t JOIN chats c ON c.id = t.chat
 WHERE t.chat = ? AND t.cleared IS NULL AND c.deleted IS NULL ORDER BY t.id`

// Turns returns all turns of a chat, on every branch, oldest first, with their
// files. A chat that does not exist has none.
func (s *Store) Turns(ctx context.Context, chatID int64) ([]chat.Turn, error) {
	turns, err := s.turns(ctx, fmt.Sprintf("read the turns of chat %d", chatID), turnsSQL, chatID)
	if err != nil {
		return nil, err
	}
	files, err := s.Attachments(ctx, chatID, 0)
	for i := range turns {
		turns[i].Files = files[turns[i].ID]
	}
	return turns, err
}

const branchSQL = `
WITH RECURSIVE branch (id, depth) AS (
    SELECT head, 0 FROM chats WHERE id = ? AND head IS NOT NULL AND deleted IS NULL
    UNION ALL
    SELECT t.parent, b.depth + 1 FROM branch b JOIN turns t ON t.id = b.id WHERE t.parent IS NOT NULL
)
SELECT ` + turnColumns + ` FROM branch b JOIN turns t ON t.id = b.id ORDER BY b.depth DESC`

// Branch returns the turns from the first to the chat's head, in order. A chat
// that does not exist has none.
func (s *Store) Branch(ctx context.Context, chatID int64) ([]chat.Turn, error) {
	return s.turns(ctx, fmt.Sprintf("read the branch of chat %d", chatID), branchSQL, chatID)
}

func (s *Store) turns(ctx context.Context, what, query string, args ...any) ([]chat.Turn, error) {
	rows, err := s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, s.fault(what, err)
	}
	defer rows.Close()
	var turns []chat.Turn
	for rows.Next() {
		t, err := scanTurn(rows)
		if err != nil {
			return nil, s.fault(what, err)
		}
		turns = append(turns, t)
	}
	return turns, s.fault(what, rows.Err())
}

func scanTurn(row scanner) (chat.Turn, error) {
	var (
		t       chat.Turn
		stats   []byte
		created int64
	)
	if err := row.Scan(&t.ID, &t.Chat, &t.Parent, &t.Role, &t.Text, &t.Reasoning,
		&t.State, &t.Error, &t.Origin, &stats, &created, &t.Pinned, &t.Candidate); err != nil {
		return chat.Turn{}, err
	}
	t.Created = time.UnixMilli(created)
	return t, json.Unmarshal(stats, &t.Stats)
}
