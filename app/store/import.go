package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"notso/app/chat"
)

// Incoming is a whole chat that comes from elsewhere. Its ids are its own; a
// parent comes before its turns.
type Incoming struct {
	Chat  chat.Chat
	Turns []chat.Turn
}

// AddChat is AddChats for one.
func (s *Store) AddChat(ctx context.Context, c chat.Chat, turns []chat.Turn) (chat.Chat, error) {
	ids, err := s.AddChats(ctx, []Incoming{{c, turns}})
	if err != nil {
		return c, err
	}
	return s.Chat(ctx, ids[0])
}

// AddChats stores chats that come from elsewhere, such as imported ones, under
// new ids, which it returns: all of them or none. Running replies become
// interrupted.
// Errors: chat.ErrNotFound, for a parent, head or context that is not in turns.
func (s *Store) AddChats(ctx context.Context, chats []Incoming) (ids []int64, err error) {
	err = s.write(ctx, fmt.Sprintf("add %d chats", len(chats)), func(tx *sql.Tx) error {
		for _, in := range chats {
			turns := slices.Clone(in.Turns)
			for i := range turns {
				turns[i].Stats.Choices = false // they do not travel
			}
			id, _, err := addChat(ctx, tx, in.Chat, turns)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

// addChat returns the chat's id, and the ids of its turns, old to new.
func addChat(ctx context.Context, tx *sql.Tx, c chat.Chat, turns []chat.Turn) (id int64, ids map[int64]int64, err error) {
	if id, err = insertChat(ctx, tx, c); err != nil {
		return 0, nil, err
	}
	ids = map[int64]int64{0: 0}
	for _, t := range turns {
		old, known := t.ID, false
		if t.Parent, known = ids[t.Parent]; !known {
			return 0, nil, fmt.Errorf("the parent of turn %d: %w", old, chat.ErrNotFound)
		}
		if t.State == chat.Running {
			t.State = chat.Interrupted
		}
		t.Chat, t.Stats.FirstSeen, t.Stats.Reset = id, ids[t.Stats.FirstSeen], ids[t.Stats.Reset]
		if err := insertTurn(ctx, tx, &t); err != nil {
			return 0, nil, err
		}
		ids[old] = t.ID
		for _, f := range t.Files {
			f.ID, f.Turn = 0, t.ID
			if err := insertAttachment(ctx, tx, id, &f); err != nil {
				return 0, nil, err
			}
		}
	}
	for _, at := range []*int64{&c.Head, &c.Context} {
		turn, known := ids[*at]
		if !known {
			return 0, nil, fmt.Errorf("turn %d: %w", *at, chat.ErrNotFound)
		}
		*at = turn
	}
	_, err = tx.ExecContext(ctx, `UPDATE chats SET head = ?, context = ? WHERE id = ?`, null(c.Head), null(c.Context), id)
	return id, ids, err
}
