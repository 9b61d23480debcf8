package store

import (
	"context"
	"fmt"
	"strings"

	"notso/app/chat"
)

// Place is where a list of chats goes on: after the chat with this time and id.
// The zero Place is the beginning, or, as an end, the end.
type Place struct {
	Updated int64 // Unix ms
	ID      int64
}

// PlaceOf is the place of a chat in the lists.
func PlaceOf(c chat.Chat) Place { return Place{c.Updated.UnixMilli(), c.ID} }

const pinnedSQL = `
SELECT ` + chatColumns + ` FROM chats WHERE deleted IS NULL AND pinned = 1 ORDER BY updated DESC, id DESC`

// Pinned returns the pinned chats, whatever folder they are in, the latest
// first.
func (s *Store) Pinned(ctx context.Context) ([]chat.Chat, error) {
	return s.chats(ctx, "list the pinned chats", pinnedSQL)
}

// A row value is compared in the order of the index.
const listedSQL = `
SELECT ` + chatColumns + ` FROM chats
 WHERE deleted IS NULL AND pinned = 0 AND folder IS nullif(?1, 0)
   AND (updated, id) < (?2, ?3) AND (updated, id) >= (?4, ?5)
 ORDER BY updated DESC, id DESC LIMIT ?6`

// Listed returns the chats of a folder, 0 for those in none, without the pinned
// ones: the latest first, those after one place up to and with another, at most
// limit (0 is all).
func (s *Store) Listed(ctx context.Context, folder int64, after, until Place, limit int) ([]chat.Chat, error) {
	if after == (Place{}) {
		after.Updated = 1<<63 - 1
	}
	if limit <= 0 {
		limit = -1
	}
	return s.chats(ctx, fmt.Sprintf("list the chats of folder %d", folder), listedSQL,
		folder, after.Updated, after.ID, until.Updated, until.ID, limit)
}

func (s *Store) chats(ctx context.Context, what, query string, args ...any) ([]chat.Chat, error) {
	rows, err := s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, s.fault(what, err)
	}
	defer rows.Close()
	var chats []chat.Chat
	for rows.Next() {
		c, err := scanChat(rows)
		if err != nil {
			return nil, s.fault(what, err)
		}
		chats = append(chats, c)
	}
	return chats, s.fault(what, rows.Err())
}

// ChatsByID returns those of the chats that are there, in the order of ids.
func (s *Store) ChatsByID(ctx context.Context, ids ...int64) ([]chat.Chat, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list := strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ","), "[]")
	found, err := s.chats(ctx, "read chats", `SELECT `+chatColumns+` FROM chats WHERE deleted IS NULL AND id IN (`+list+`)`)
	byID := make(map[int64]chat.Chat, len(found))
	for _, c := range found {
		byID[c.ID] = c
	}
	chats := make([]chat.Chat, 0, len(found))
	for _, id := range ids {
		if c, ok := byID[id]; ok {
			chats = append(chats, c)
			delete(byID, id)
		}
	}
	return chats, err
}
