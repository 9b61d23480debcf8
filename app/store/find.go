package store

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Match is a turn that has a text so many times.
type Match struct {
	Turn  int64
	Count int
}

const findSQL = `
WITH RECURSIVE branch (id, depth) AS (
    SELECT head, 0 FROM chats WHERE id = ? AND head IS NOT NULL AND deleted IS NULL
    UNION ALL
    SELECT t.parent, b.depth + 1 FROM branch b JOIN turns t ON t.id = b.id WHERE t.parent IS NOT NULL
)
SELECT t.id, t.text FROM branch b JOIN turns t ON t.id = b.id ORDER BY b.depth DESC`

// Find returns the turns of the branch that is shown whose text has the given
// one in it, in order. Upper and lower case are the same. A running reply counts
// once it has ended.
func (s *Store) Find(ctx context.Context, chatID int64, text string) ([]Match, error) {
	text = strings.ToLower(strings.ToValidUTF8(text, ""))
	if strings.TrimSpace(text) == "" || len(text) > maxQuery {
		return nil, nil
	}
	what := fmt.Sprintf("find in chat %d", chatID)
	rows, err := s.reader.QueryContext(ctx, findSQL, chatID)
	if err != nil {
		return nil, s.fault(what, err)
	}
	defer rows.Close()
	var matches []Match
	for rows.Next() {
		var id int64
		var raw []byte
		if err := rows.Scan(&id, &raw); err != nil {
			return nil, s.fault(what, err)
		}
		if n := strings.Count(lower(raw), text); n > 0 {
			matches = append(matches, Match{id, n})
		}
	}
	return matches, s.fault(what, rows.Err())
}

// lower is strings.ToLower, cheaper where all is ASCII.
func lower(raw []byte) string {
	for i, c := range raw {
		if c >= utf8.RuneSelf {
			return strings.ToLower(string(raw))
		}
		if 'A' <= c && c <= 'Z' {
			raw[i] = c + 'a' - 'A'
		}
	}
	return string(raw)
}
