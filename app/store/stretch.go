package store

import (
	"context"
	"fmt"
	"slices"

	"notso/app/chat"
)

// Reach bounds how much of a branch is read. Zero fields bound nothing.
type Reach struct {
	Turns int   // at most so many
	Bytes int   // no more turns once their texts have so many bytes together
	From  int64 // the oldest turn that may be read; a parent's id is always below its children's
}

// climbSQL climbs from a turn towards the first one, and stops where the reach
// ends: what is older is not looked at, so a long branch costs no more than a
// short one. octet_length reads no text.
const climbSQL = `
WITH RECURSIVE up (id, parent, n, bytes) AS (
    SELECT id, parent, 1, octet_length(text) FROM turns WHERE id = ?1 AND cleared IS NULL
    UNION ALL
    SELECT t.id, t.parent, up.n + 1, up.bytes + octet_length(t.text)
      FROM up JOIN turns t ON t.id = up.parent
     WHERE up.n < ?2 AND up.bytes < ?3 AND t.id >= ?4
)`

const tailSQL = climbSQL + `
SELECT ` + turnColumns + ` FROM up JOIN turns t ON t.id = up.id ORDER BY up.n DESC`

// Tail returns the last turns of the branch that ends with leaf, in order. It
// has at least the leaf, and is empty when there is no such turn.
func (s *Store) Tail(ctx context.Context, leaf int64, reach Reach) ([]chat.Turn, error) {
	return s.turns(ctx, fmt.Sprintf("read the turns up to %d", leaf), tailSQL, leaf, orAll(reach.Turns), orAll(reach.Bytes), reach.From)
}

// afterSQL climbs from the branch's end down to the turn, ids alone, and keeps
// the last ids that it met.
const afterSQL = `
WITH RECURSIVE up (id, parent) AS (
    SELECT id, parent FROM turns WHERE id = ?1 AND id > ?2
    UNION ALL
    SELECT t.id, t.parent FROM up JOIN turns t ON t.id = up.parent WHERE t.id > ?2
)
SELECT ` + turnColumns + ` FROM (SELECT id FROM up ORDER BY id LIMIT ?3) b JOIN turns t ON t.id = b.id ORDER BY t.id`

// After returns the turns that follow turn on the branch that ends with leaf, in
// order, the nearest ones within the reach. Turn 0 stands before the first one.
// It takes time in proportion to the distance from the leaf, 1 ms for some
// thousand turns.
func (s *Store) After(ctx context.Context, leaf, turn int64, reach Reach) ([]chat.Turn, error) {
	turns, err := s.turns(ctx, fmt.Sprintf("read the turns after %d", turn), afterSQL, leaf, turn, orAll(reach.Turns))
	bytes := 0
	for i, t := range turns {
		if bytes += len(t.Text); bytes >= orAll(reach.Bytes) {
			return slices.Clip(turns[:i+1]), err
		}
	}
	return turns, err
}

// orAll is what stands for "no bound".
func orAll(n int) int {
	if n == 0 {
		return 1 << 50
	}
	return n
}

const branchLengthSQL = `
WITH RECURSIVE up (id) AS (
    SELECT ?1 WHERE ?1 > 0 UNION ALL SELECT t.parent FROM up JOIN turns t ON t.id = up.id WHERE t.parent IS NOT NULL
)
SELECT count(*) FROM up`

// BranchLength counts the turns of the branch that ends with leaf; 0 has none.
func (s *Store) BranchLength(ctx context.Context, leaf int64) (int, error) {
	var n int
	err := s.reader.QueryRowContext(ctx, branchLengthSQL, leaf).Scan(&n)
	return n, s.fault("count the turns of a branch", err)
}
