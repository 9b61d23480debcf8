package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

const setChoicesSQL = `
INSERT INTO alternatives (turn, data) VALUES (?, ?)
    ON CONFLICT (turn) DO UPDATE SET data = excluded.data`

// SetChoices keeps, as JSON, what each token of a reply could have been instead.
func (s *Store) SetChoices(ctx context.Context, turn int64, data []byte) error {
	return s.update(ctx, fmt.Sprintf("keep the choices of turn %d", turn), setChoicesSQL, turn, string(data))
}

// Choices returns what SetChoices keeps, nil when there is nothing.
func (s *Store) Choices(ctx context.Context, turn int64) ([]byte, error) {
	var data []byte
	err := s.reader.QueryRowContext(ctx, `SELECT data FROM alternatives WHERE turn = ?`, turn).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return data, s.fault(fmt.Sprintf("read the choices of turn %d", turn), err)
}
