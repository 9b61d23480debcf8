package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"notso/app/chat"
)

const versionsSQL = `
SELECT t.id, s.id FROM json_each(?) j JOIN turns t ON t.id = j.value
  JOIN turns s ON s.chat = t.chat AND s.parent IS t.parent AND s.cleared IS NULL
 ORDER BY t.id, s.id`

// Forks tells, of the given turns, which have other versions and where they
// stand among them. A turn that is the only one of its place is not in the map.
func (s *Store) Forks(ctx context.Context, turns []int64) (map[int64]chat.Fork, error) {
	list, err := json.Marshal(turns)
	if err != nil {
		return nil, err
	}
	rows, err := s.reader.QueryContext(ctx, versionsSQL, string(list))
	if err != nil {
		return nil, s.fault("read the versions of turns", err)
	}
	defer rows.Close()
	versions := map[int64][]int64{}
	for rows.Next() {
		var turn, version int64
		if err := rows.Scan(&turn, &version); err != nil {
			return nil, s.fault("read the versions of turns", err)
		}
		versions[turn] = append(versions[turn], version)
	}
	forks := map[int64]chat.Fork{}
	for turn, list := range versions {
		if len(list) > 1 {
			forks[turn] = chat.Forks(list)[turn]
		}
	}
	return forks, s.fault("read the versions of turns", rows.Err())
}

const pathSQL = `
WITH RECURSIVE path (id, depth) AS (
    SELECT t.id, 0 FROM turns t JOIN chats c ON c.id = t.chat WHERE t.id = ? AND t.cleared IS NULL AND c.deleted IS NULL
    UNION ALL
    SELECT t.parent, p.depth + 1 FROM path p JOIN turns t ON t.id = p.id WHERE t.parent IS NOT NULL
)
SELECT ` + turnColumns + ` FROM path p JOIN turns t ON t.id = p.id ORDER BY p.depth DESC`

// Path returns the turns from the first to the given one, in order. A turn that
// does not exist has none.
func (s *Store) Path(ctx context.Context, turn int64) ([]chat.Turn, error) {
	return s.turns(ctx, fmt.Sprintf("read the path to turn %d", turn), pathSQL, turn)
}

const belowSQL = `
WITH RECURSIVE below (id) AS (
    SELECT id FROM turns WHERE id = ? AND cleared IS NULL
    UNION ALL
    SELECT t.id FROM below b JOIN turns t ON t.parent = b.id AND t.cleared IS NULL
)`

// The leaf that was written or gone back to last.
const lastLeafSQL = belowSQL + `
SELECT t.id FROM below b JOIN turns t ON t.id = b.id
 WHERE NOT EXISTS (SELECT 1 FROM turns c WHERE c.parent = t.id AND c.cleared IS NULL)
 ORDER BY coalesce(t.seen, t.created) DESC, t.id DESC LIMIT 1`

// Later than all else, even where the clock is too coarse to tell.
const seenSQL = `
UPDATE turns SET seen = max(?1, (SELECT max(coalesce(seen, created)) + 1 FROM turns WHERE chat = ?3)) WHERE id = ?2`

// ShowBranch makes the chat show a branch that turn is on: the one below it that
// was written or shown last.
// Errors: chat.ErrBusy, chat.ErrNotFound.
func (s *Store) ShowBranch(ctx context.Context, turn int64) error {
	return s.write(ctx, fmt.Sprintf("show the branch of turn %d", turn), func(tx *sql.Tx) error {
		var chatID int64
		if err := tx.QueryRowContext(ctx, `SELECT chat FROM turns WHERE id = ? AND cleared IS NULL`, turn).Scan(&chatID); err != nil {
			return err
		}
		if err := idle(ctx, tx, chatID); err != nil {
			return err
		}
		leaf, err := leafBelow(ctx, tx, turn)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, seenSQL, now().UnixMilli(), leaf, chatID); err != nil {
			return err
		}
		return changed(tx.ExecContext(ctx, `UPDATE chats SET head = ? WHERE id = ?`, leaf, chatID))
	})
}

func leafBelow(ctx context.Context, tx *sql.Tx, turn int64) (leaf int64, err error) {
	err = tx.QueryRowContext(ctx, lastLeafSQL, turn).Scan(&leaf)
	return leaf, err
}

// AddVersion stores text as another version of a turn, after the same parent,
// and makes it the head. It has the same files. A version of a reply is marked as edited.
// Errors: chat.ErrEmptyTurn, chat.ErrNotFound, chat.ErrBusy.
func (s *Store) AddVersion(ctx context.Context, turn int64, text string) (chat.Turn, error) {
	t := chat.Turn{Text: text, State: chat.Done, Created: now()}
	if strings.TrimSpace(text) == "" {
		return chat.Turn{}, chat.ErrEmptyTurn
	}
	err := s.write(ctx, fmt.Sprintf("add a version of turn %d", turn), func(tx *sql.Tx) error {
		const placeSQL = `SELECT chat, coalesce(parent, 0), role FROM turns WHERE id = ? AND cleared IS NULL`
		if err := tx.QueryRowContext(ctx, placeSQL, turn).Scan(&t.Chat, &t.Parent, &t.Role); err != nil {
			return err
		}
		if err := idle(ctx, tx, t.Chat); err != nil {
			return err
		}
		if t.Role == chat.Assistant {
			t.Origin = chat.OriginEdit
		}
		if err := appendTurn(ctx, tx, &t); err != nil {
			return err
		}
		return copyAttachments(ctx, tx, turn, t)
	})
	return t, err
}

const outlineSQL = `
SELECT t.id, coalesce(t.parent, 0), t.role, substr(t.text, 1, 200), t.state, t.origin
  FROM turns t JOIN chats c ON c.id = t.chat
 WHERE t.chat = ? AND t.cleared IS NULL AND c.deleted IS NULL ORDER BY t.id`

// Outline returns all turns of a chat, oldest first, each with the beginning of
// its text and no reasoning or statistics: what a map of the tree needs.
func (s *Store) Outline(ctx context.Context, chatID int64) ([]chat.Turn, error) {
	what := fmt.Sprintf("read the outline of chat %d", chatID)
	rows, err := s.reader.QueryContext(ctx, outlineSQL, chatID)
	if err != nil {
		return nil, s.fault(what, err)
	}
	defer rows.Close()
	var turns []chat.Turn
	for rows.Next() {
		t := chat.Turn{Chat: chatID}
		if err := rows.Scan(&t.ID, &t.Parent, &t.Role, &t.Text, &t.State, &t.Origin); err != nil {
			return nil, s.fault(what, err)
		}
		turns = append(turns, t)
	}
	return turns, s.fault(what, rows.Err())
}
