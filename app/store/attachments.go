package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"notso/app/chat"
)

const addAttachmentSQL = `
INSERT INTO attachments (id, chat, turn, name, kind, bytes, tokens, text, created)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`

// AddAttachment keeps a file for the chat's next message. Chat 0 is the chat
// that does not exist yet. A file with an ID, which RemoveAttachment took out,
// comes back to its place among the others. Errors: chat.ErrNotFound.
func (s *Store) AddAttachment(ctx context.Context, chatID int64, a chat.Attachment) (chat.Attachment, error) {
	err := s.write(ctx, fmt.Sprintf("attach a file to chat %d", chatID), func(tx *sql.Tx) error {
		if chatID != 0 {
			const thereSQL = `SELECT id FROM chats WHERE id = ? AND deleted IS NULL`
			if err := tx.QueryRowContext(ctx, thereSQL, chatID).Scan(new(int64)); err != nil {
				return err
			}
		}
		return insertAttachment(ctx, tx, chatID, &a)
	})
	return a, err
}

func insertAttachment(ctx context.Context, tx *sql.Tx, chatID int64, a *chat.Attachment) error {
	return tx.QueryRowContext(ctx, addAttachmentSQL, null(a.ID), null(chatID), null(a.Turn), a.Name, a.Kind, a.Bytes, a.Tokens, a.Text, now().UnixMilli()).Scan(&a.ID)
}

const attachmentColumns = `id, coalesce(turn, 0), name, kind, bytes, tokens, text`

// DraftAttachments are the files of the chat's next message, in the order they
// came.
func (s *Store) DraftAttachments(ctx context.Context, chatID int64) ([]chat.Attachment, error) {
	return s.attachments(ctx, fmt.Sprintf("read the files of the draft of chat %d", chatID),
		`SELECT `+attachmentColumns+` FROM attachments WHERE chat IS ? AND turn IS NULL AND queued IS NULL ORDER BY id`, null(chatID))
}

// Attachment returns one file. Errors: chat.ErrNotFound.
func (s *Store) Attachment(ctx context.Context, id int64) (chat.Attachment, error) {
	what := fmt.Sprintf("read file %d", id)
	list, err := s.attachments(ctx, what, `SELECT `+attachmentColumns+` FROM attachments WHERE id = ?`, id)
	if err == nil && len(list) == 0 {
		return chat.Attachment{}, s.fault(what, chat.ErrNotFound)
	}
	if err != nil {
		return chat.Attachment{}, err
	}
	return list[0], nil
}

// Attachments returns the files of a chat's turns from one on, by turn.
func (s *Store) Attachments(ctx context.Context, chatID, from int64) (map[int64][]chat.Attachment, error) {
	list, err := s.attachments(ctx, fmt.Sprintf("read the files of chat %d", chatID),
		`SELECT `+attachmentColumns+` FROM attachments WHERE chat = ? AND turn >= ? ORDER BY id`, chatID, from)
	return byTurn(list), err
}

// TurnAttachments returns the files of turns, by turn and without their text.
func (s *Store) TurnAttachments(ctx context.Context, turns []int64) (map[int64][]chat.Attachment, error) {
	ids, err := json.Marshal(turns)
	if err != nil {
		return nil, err
	}
	list, err := s.attachments(ctx, fmt.Sprintf("read the files of %d turns", len(turns)),
		`SELECT id, turn, name, kind, bytes, tokens, '' FROM attachments WHERE turn IN (SELECT value FROM json_each(?)) ORDER BY id`, string(ids))
	return byTurn(list), err
}

func byTurn(list []chat.Attachment) map[int64][]chat.Attachment {
	files := make(map[int64][]chat.Attachment)
	for _, a := range list {
		files[a.Turn] = append(files[a.Turn], a)
	}
	return files
}

// RemoveAttachment takes a file out of a draft, and returns it and its chat.
// Errors: chat.ErrNotFound, also when its message was sent or waits.
func (s *Store) RemoveAttachment(ctx context.Context, id int64) (chatID int64, a chat.Attachment, err error) {
	err = s.write(ctx, fmt.Sprintf("remove file %d", id), func(tx *sql.Tx) error {
		const removeSQL = `DELETE FROM attachments WHERE id = ? AND turn IS NULL AND queued IS NULL RETURNING coalesce(chat, 0), name, kind, bytes, tokens, text`
		return tx.QueryRowContext(ctx, removeSQL, id).Scan(&chatID, &a.Name, &a.Kind, &a.Bytes, &a.Tokens, &a.Text)
	})
	a.ID = id
	return chatID, a, err
}

// adoptAttachments gives the files of the chat that did not exist to the one that
// now does.
func adoptAttachments(ctx context.Context, tx *sql.Tx, chatID int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE attachments SET chat = ? WHERE chat IS NULL AND turn IS NULL`, chatID)
	return err
}

// takeAttachments makes the files of the draft those of t.
func takeAttachments(ctx context.Context, tx *sql.Tx, t chat.Turn) error {
	_, err := tx.ExecContext(ctx, `UPDATE attachments SET turn = ? WHERE chat = ? AND turn IS NULL AND queued IS NULL`, t.ID, t.Chat)
	return err
}

// copyAttachments gives t the files of another turn.
func copyAttachments(ctx context.Context, tx *sql.Tx, from int64, t chat.Turn) error {
	const copySQL = `
INSERT INTO attachments (chat, turn, name, kind, bytes, tokens, text, created)
SELECT ?, ?, name, kind, bytes, tokens, text, created FROM attachments WHERE turn = ? ORDER BY id`
	_, err := tx.ExecContext(ctx, copySQL, t.Chat, t.ID, from)
	return err
}

func (s *Store) attachments(ctx context.Context, what, query string, args ...any) ([]chat.Attachment, error) {
	rows, err := s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, s.fault(what, err)
	}
	defer rows.Close()
	var list []chat.Attachment
	for rows.Next() {
		var a chat.Attachment
		if err := rows.Scan(&a.ID, &a.Turn, &a.Name, &a.Kind, &a.Bytes, &a.Tokens, &a.Text); err != nil {
			return nil, s.fault(what, err)
		}
		list = append(list, a)
	}
	return list, s.fault(what, rows.Err())
}
