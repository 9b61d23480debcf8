package store

import "context"

const looseSQL = `SELECT count(*) FROM chats WHERE folder IS NULL AND deleted IS NULL AND pinned = 0`

// Loose counts the chats that are neither pinned nor in a folder: what the list
// of folder 0 has in all.
func (s *Store) Loose(ctx context.Context) (int, error) {
	var n int
	err := s.reader.QueryRowContext(ctx, looseSQL).Scan(&n)
	return n, s.fault("count the chats outside folders", err)
}
