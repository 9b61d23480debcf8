package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"notso/app/chat"
)

const createChatSQL = `
INSERT INTO chats (title, named, pinned, folder, settings, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`

// CreateChat stores a new, empty chat. Named says that the user chose the title.
func (s *Store) CreateChat(ctx context.Context, title string, named bool, settings chat.Settings) (chat.Chat, error) {
	at := now()
	c := chat.Chat{Title: title, Named: named, Settings: settings, Created: at, Updated: at}
	err := s.write(ctx, "create a chat", func(tx *sql.Tx) (err error) {
		c.ID, err = insertChat(ctx, tx, c)
		return err
	})
	return c, err
}

func insertChat(ctx context.Context, tx *sql.Tx, c chat.Chat) (int64, error) {
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return 0, err
	}
	var id int64
	err = tx.QueryRowContext(ctx, createChatSQL, c.Title, c.Named, c.Pinned, null(c.Folder), string(settings),
		c.Created.UnixMilli(), c.Updated.UnixMilli()).Scan(&id)
	return id, err
}

const chatColumns = `id, title, named, coalesce(head, 0), coalesce(context, 0), pinned, coalesce(folder, 0), settings, created, updated`

const chatsSQL = `SELECT ` + chatColumns + ` FROM chats WHERE deleted IS NULL ORDER BY updated DESC, id DESC LIMIT ?`

// Chats returns at most limit chats, the one with the latest turn first. A
// limit of 0 means all.
func (s *Store) Chats(ctx context.Context, limit int) ([]chat.Chat, error) {
	if limit <= 0 {
		limit = -1
	}
	return s.chats(ctx, "list the chats", chatsSQL, limit)
}

const chatSQL = `SELECT ` + chatColumns + ` FROM chats WHERE id = ? AND deleted IS NULL`

// Chat returns one chat.
// Errors: chat.ErrNotFound.
func (s *Store) Chat(ctx context.Context, id int64) (chat.Chat, error) {
	c, err := scanChat(s.reader.QueryRowContext(ctx, chatSQL, id))
	return c, s.fault(fmt.Sprintf("read chat %d", id), err)
}

// scanner is a *sql.Row or *sql.Rows.
type scanner interface{ Scan(...any) error }

func scanChat(row scanner) (chat.Chat, error) {
	var (
		c                chat.Chat
		settings         []byte
		created, updated int64
	)
	if err := row.Scan(&c.ID, &c.Title, &c.Named, &c.Head, &c.Context, &c.Pinned, &c.Folder, &settings, &created, &updated); err != nil {
		return chat.Chat{}, err
	}
	c.Created, c.Updated = time.UnixMilli(created), time.UnixMilli(updated)
	return c, json.Unmarshal(settings, &c.Settings)
}

const renameSQL = `
UPDATE chats SET title = CASE WHEN named AND NOT ?1 THEN title ELSE ?2 END, named = named OR ?1
 WHERE id = ?3 AND deleted IS NULL`

// Rename sets a chat's title. Named says that the user chose it; a title that
// the user chose stays when a later one was not chosen by the user.
// Errors: chat.ErrNotFound.
func (s *Store) Rename(ctx context.Context, id int64, title string, named bool) error {
	return s.update(ctx, fmt.Sprintf("rename chat %d", id), renameSQL, named, title, id)
}

// Retitle gives a chat a title, and says whether the user chose it: what takes a
// Rename back.
// Errors: chat.ErrNotFound.
func (s *Store) Retitle(ctx context.Context, id int64, title string, named bool) error {
	const retitleSQL = `UPDATE chats SET title = ?, named = ? WHERE id = ? AND deleted IS NULL`
	return s.update(ctx, fmt.Sprintf("rename chat %d", id), retitleSQL, title, named, id)
}

// ChangeSettings changes a chat's settings; nobody else changes them meanwhile.
// Errors: chat.ErrNotFound.
func (s *Store) ChangeSettings(ctx context.Context, id int64, change func(*chat.Settings)) error {
	return s.add(ctx, fmt.Sprintf("change the settings of chat %d", id), func(tx *sql.Tx) error {
		c, err := scanChat(tx.QueryRowContext(ctx, chatSQL, id))
		if err != nil {
			return err
		}
		change(&c.Settings)
		text, err := json.Marshal(c.Settings)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE chats SET settings = ? WHERE id = ?`, string(text), id)
		return err
	})
}

// A turn may be named only by its own chat, and not once it is cleared.
const setContextSQL = `
UPDATE chats SET context = nullif(?1, 0) WHERE id = ?2 AND deleted IS NULL
   AND (?1 = 0 OR EXISTS (SELECT 1 FROM turns WHERE id = ?1 AND chat = ?2 AND cleared IS NULL))`

// SetContext lets the model see only what comes after turn; 0 is all.
// Errors: chat.ErrNotFound, for the chat or for a turn that is not its own.
func (s *Store) SetContext(ctx context.Context, id, turn int64) error {
	return s.update(ctx, fmt.Sprintf("set the context of chat %d to %d", id, turn), setContextSQL, turn, id)
}

// update runs one statement that must change a row.
func (s *Store) update(ctx context.Context, what, query string, args ...any) error {
	return s.write(ctx, what, func(tx *sql.Tx) error {
		return changed(tx.ExecContext(ctx, query, args...))
	})
}
