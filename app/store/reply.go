package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"notso/app/chat"
)

// StartReply stores an empty running reply after parent, 0 for none, and makes
// it the head. Origin says what writes it; empty is the model.
// Errors: chat.ErrBusy, chat.ErrNotFound (the chat, or a parent not its own).
func (s *Store) StartReply(ctx context.Context, chatID, parent int64, origin string) (chat.Turn, error) {
	t := chat.Turn{Chat: chatID, Parent: parent, Role: chat.Assistant, State: chat.Running, Origin: origin, Created: now()}
	err := s.add(ctx, fmt.Sprintf("start a reply in chat %d", chatID), func(tx *sql.Tx) error {
		if err := idle(ctx, tx, chatID); err != nil {
			return err
		}
		if parent != 0 {
			const parentSQL = `SELECT id FROM turns WHERE id = ? AND chat = ? AND cleared IS NULL`
			if err := tx.QueryRowContext(ctx, parentSQL, parent, chatID).Scan(&t.Parent); err != nil {
				return err
			}
		}
		return appendTurn(ctx, tx, &t)
	})
	return t, err
}

const continueReplySQL = `
UPDATE turns SET state = 'running', error = ''
 WHERE id = ? AND role = 'assistant' AND cleared IS NULL RETURNING chat`

// ContinueReply sets a reply that has ended running again: its text stays, and
// pieces, counted from 1 anew, come after it. It becomes the chat's head.
// Errors: chat.ErrBusy, chat.ErrNotFound.
func (s *Store) ContinueReply(ctx context.Context, turn int64) (chat.Turn, error) {
	err := s.write(ctx, fmt.Sprintf("continue turn %d", turn), func(tx *sql.Tx) error {
		var chatID int64
		if err := tx.QueryRowContext(ctx, `SELECT chat FROM turns WHERE id = ?`, turn).Scan(&chatID); err != nil {
			return err
		}
		if err := idle(ctx, tx, chatID); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, continueReplySQL, turn).Scan(&chatID); err != nil {
			return err
		}
		return changed(tx.ExecContext(ctx, advanceSQL, turn, now().UnixMilli(), chatID))
	})
	if err != nil {
		return chat.Turn{}, err
	}
	return s.Turn(ctx, turn)
}

// A turn that is not running selects no row, so nothing is inserted.
const appendPieceSQL = `
INSERT INTO pieces (turn, seq, reasoning, text)
SELECT id, ?, ?, ? FROM turns WHERE id = ? AND state = 'running'`

// AppendPieces stores the next pieces of a running reply, numbered from seq on,
// in one transaction. They are on disk when it returns.
// Errors: ErrNotRunning.
func (s *Store) AppendPieces(ctx context.Context, turn int64, seq int, pieces []chat.Piece) error {
	if len(pieces) == 0 {
		return nil
	}
	return s.add(ctx, fmt.Sprintf("append %d pieces to turn %d at %d", len(pieces), turn, seq), func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, appendPieceSQL)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i, p := range pieces {
			res, err := insert.ExecContext(ctx, seq+i, p.Reasoning, p.Text, turn)
			if err := running(res, err); err != nil {
				return err
			}
		}
		return nil
	})
}

// LastSeq returns the number of the last piece of a running reply, 0 for none.
func (s *Store) LastSeq(ctx context.Context, turn int64) (int, error) {
	var seq int
	err := s.reader.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM pieces WHERE turn = ?`, turn).Scan(&seq)
	return seq, s.fault(fmt.Sprintf("read the pieces of turn %d", turn), err)
}

// foldSQL moves the pieces of running replies into their turns.
const foldSQL = `
UPDATE turns AS t SET (text, reasoning) = (SELECT ` + foldedColumns + `), state = ?, error = ?, stats = coalesce(?, stats)
 WHERE t.state = 'running'`

// FinishReply ends a running reply: its pieces become its text and reasoning.
// Why is a sentence for people where the state calls for one. It works for a
// reply whose chat is deleted, too.
// Errors: ErrNotRunning.
func (s *Store) FinishReply(ctx context.Context, turn int64, state chat.State, why string, stats chat.Stats) (chat.Turn, error) {
	text, err := json.Marshal(stats)
	if err != nil {
		return chat.Turn{}, err
	}
	var t chat.Turn
	err = s.add(ctx, fmt.Sprintf("finish turn %d", turn), func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, foldSQL+` AND t.id = ?`, state, why, string(text), turn)
		if err := running(res, err); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM pieces WHERE turn = ?`, turn); err != nil {
			return err
		}
		const touchSQL = `UPDATE chats SET updated = ? WHERE id = (SELECT chat FROM turns WHERE id = ?)`
		if _, err := tx.ExecContext(ctx, touchSQL, now().UnixMilli(), turn); err != nil {
			return err
		}
		t, err = scanTurn(tx.QueryRowContext(ctx, `SELECT `+turnColumns+` FROM turns t WHERE t.id = ?`, turn))
		return err
	})
	return t, err
}

// Recover ends the replies that an earlier process left running: they become
// interrupted, with every piece that was stored, and why as their error. It
// returns how many there were. Call it once, before anything is written.
func (s *Store) Recover(ctx context.Context, why string) (int, error) {
	var n int64
	err := s.write(ctx, "recover replies", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, foldSQL, chat.Interrupted, why, nil)
		if err != nil {
			return err
		}
		if n, err = res.RowsAffected(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM pieces`)
		return err
	})
	return int(n), err
}

// running turns "no row was changed" into ErrNotRunning.
func running(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = ErrNotRunning
	}
	return err
}

// SetFollowUps keeps what the user might say after a reply, in its statistics.
// Errors: chat.ErrNotFound.
func (s *Store) SetFollowUps(ctx context.Context, turn int64, lines []string) error {
	text, err := json.Marshal(lines)
	if err != nil {
		return err
	}
	return s.add(ctx, fmt.Sprintf("keep the follow-ups of turn %d", turn), func(tx *sql.Tx) error {
		return changed(tx.ExecContext(ctx, `UPDATE turns SET stats = json_set(stats, '$.follow_ups', json(?)) WHERE id = ?`, string(text), turn))
	})
}
