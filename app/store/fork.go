package store

import (
	"context"
	"database/sql"
	"fmt"

	"notso/app/chat"
)

const copyChoicesSQL = `INSERT INTO alternatives (turn, data) SELECT ?, data FROM alternatives WHERE turn = ?`

// Fork copies the branch up to turn into a new chat, with all that the copied
// turns know of themselves. The copy keeps the chat's own date, so that nothing
// of it has to be read by the model again.
// Errors: chat.ErrBusy, chat.ErrNotFound.
func (s *Store) Fork(ctx context.Context, turn int64) (chat.Chat, error) {
	c, branch, err := s.branchTo(ctx, turn)
	if err != nil {
		return chat.Chat{}, err
	}
	seen := false
	for i, t := range branch {
		branch[i].Candidate = 0
		seen = seen || t.ID == c.Context
	}
	if !seen {
		c.Context = 0
	}
	c.Head, c.Updated = turn, now()
	var id int64
	err = s.write(ctx, fmt.Sprintf("fork at turn %d", turn), func(tx *sql.Tx) error {
		var ids map[int64]int64
		if id, ids, err = addChat(ctx, tx, c, branch); err != nil {
			return err
		}
		for _, t := range branch {
			if !t.Stats.Choices {
				continue
			}
			if _, err := tx.ExecContext(ctx, copyChoicesSQL, ids[t.ID], t.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return chat.Chat{}, err
	}
	return s.Chat(ctx, id)
}

// branchTo reads what Fork copies.
func (s *Store) branchTo(ctx context.Context, turn int64) (chat.Chat, []chat.Turn, error) {
	branch, err := s.Path(ctx, turn)
	if err != nil {
		return chat.Chat{}, nil, err
	}
	if len(branch) == 0 {
		return chat.Chat{}, nil, chat.ErrNotFound
	}
	if branch[len(branch)-1].State == chat.Running {
		return chat.Chat{}, nil, chat.ErrBusy
	}
	c, err := s.Chat(ctx, branch[0].Chat)
	if err != nil {
		return chat.Chat{}, nil, err
	}
	files, err := s.Attachments(ctx, c.ID, branch[0].ID)
	for i, t := range branch {
		branch[i].Files = files[t.ID]
	}
	return c, branch, err
}
