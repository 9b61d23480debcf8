package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"notso/app/chat"
)

// What a search looks at and gives. The candidates are the newest, so that a
// word that is everywhere costs no more than one that is in a thousand turns.
const (
	candidates   = 600 // turns that are ranked
	foundChats   = 40
	hitsPerChat  = 3
	titleWeight  = 4.0                 // how much more a word in a title counts
	recencyScale = 60 * 24 * time.Hour // a chat this old has half of what its recency can add
	recencyShare = 0.5                 // the most that recency adds to a rank
)

// Found is a chat in which a search found something.
type Found struct {
	Chat  chat.Chat
	Title []Span // the whole title
	Hits  []Hit  // the best turns, in the order of the chat
	More  int    // turns beside those
}

// Hit is a turn that has what was searched for.
type Hit struct {
	Turn    int64
	Role    chat.Role
	Excerpt []Span

	rank float64
}

const (
	searchTitlesSQL = `
SELECT w.rowid, -bm25(chat_words) FROM chat_words w JOIN chats c ON c.id = w.rowid
 WHERE chat_words MATCH ? AND c.deleted IS NULL ORDER BY rank LIMIT ?`

	// What is cleared is told by its index: the column lies behind the text.
	searchTurnsSQL = `
SELECT w.rowid, t.chat, t.role, -bm25(turn_words) FROM turn_words w JOIN turns t ON t.id = w.rowid
 WHERE turn_words MATCH ? AND w.rowid NOT IN (SELECT id FROM turns WHERE cleared IS NOT NULL)
   AND t.chat NOT IN (SELECT id FROM chats WHERE deleted IS NOT NULL)
 ORDER BY w.rowid DESC LIMIT ?`
)

// Search returns the chats whose title or turns have all words of text, the
// best first. The last word may be the beginning of one; words in quotes stand
// side by side. Case and accents do not count. A running reply is found once it
// has ended. Nothing that can be typed is an error.
func (s *Store) Search(ctx context.Context, text string) ([]Found, error) {
	q := parseQuery(text)
	if len(q.terms) == 0 {
		return nil, nil
	}
	ranks := map[int64]float64{} // by chat
	hits := map[int64][]Hit{}    // by chat
	err := s.rankTitles(ctx, q, ranks)
	if err == nil {
		err = s.rankTurns(ctx, q, ranks, hits)
	}
	var found []Found
	if err == nil {
		found, err = s.foundChats(ctx, q, ranks, hits)
	}
	return found, s.fault("search", err)
}

func (s *Store) rankTitles(ctx context.Context, q query, ranks map[int64]float64) error {
	rows, err := s.titleRows(ctx, q)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var rank float64
		if err := rows.Scan(&id, &rank); err != nil {
			return err
		}
		ranks[id] = titleWeight * (1 + rank)
	}
	return rows.Err()
}

func (s *Store) rankTurns(ctx context.Context, q query, ranks map[int64]float64, hits map[int64][]Hit) error {
	rows, err := s.turnRows(ctx, q)
	if err != nil {
		return err
	}
	defer rows.Close()
	best := map[int64]float64{}
	for rows.Next() {
		var h Hit
		var id int64
		if err := rows.Scan(&h.Turn, &id, &h.Role, &h.rank); err != nil {
			return err
		}
		hits[id] = append(hits[id], h)
		best[id] = max(best[id], h.rank)
	}
	for id, rank := range best {
		ranks[id] += rank
	}
	return rows.Err()
}

func (s *Store) titleRows(ctx context.Context, q query) (*sql.Rows, error) {
	if q.plain {
		where, args := plainWhere("title", q)
		return s.reader.QueryContext(ctx, `SELECT id, 1.0 FROM chats WHERE deleted IS NULL AND `+where+` ORDER BY updated DESC LIMIT ?`, append(args, candidates)...)
	}
	return s.reader.QueryContext(ctx, searchTitlesSQL, q.match(), candidates)
}

func (s *Store) turnRows(ctx context.Context, q query) (*sql.Rows, error) {
	if q.plain {
		where, args := plainWhere("text", q)
		return s.reader.QueryContext(ctx, `
SELECT id, chat, role, 1.0 FROM turns WHERE cleared IS NULL AND chat NOT IN (SELECT id FROM chats WHERE deleted IS NOT NULL)
   AND `+where+` ORDER BY id DESC LIMIT ?`, append(args, candidates)...)
	}
	return s.reader.QueryContext(ctx, searchTurnsSQL, q.match(), candidates)
}

// plainWhere compares a column without the index.
func plainWhere(column string, q query) (where string, args []any) {
	var parts []string
	for _, pattern := range q.likes() {
		parts = append(parts, column+` LIKE ? ESCAPE '\'`)
		args = append(args, pattern)
	}
	return strings.Join(parts, " AND "), args
}

// foundChats puts the best chats together, with what they are found by.
func (s *Store) foundChats(ctx context.Context, q query, ranks map[int64]float64, hits map[int64][]Hit) ([]Found, error) {
	chats, err := s.ChatsByID(ctx, slices.Collect(maps.Keys(ranks))...)
	if err != nil {
		return nil, err
	}
	rank := func(c chat.Chat) float64 {
		age := max(0, float64(now().Sub(c.Updated))/float64(recencyScale))
		return ranks[c.ID] * (1 + recencyShare/(1+age))
	}
	slices.SortFunc(chats, func(a, b chat.Chat) int {
		if ra, rb := rank(a), rank(b); ra > rb {
			return -1
		} else if ra < rb {
			return 1
		}
		return int(b.ID - a.ID)
	})
	var found []Found
	for _, c := range chats[:min(len(chats), foundChats)] {
		f := Found{Chat: c, Title: q.mark(c.Title)}
		all := hits[c.ID]
		slices.SortStableFunc(all, func(a, b Hit) int {
			if a.rank > b.rank {
				return -1
			} else if a.rank < b.rank {
				return 1
			}
			return 0
		})
		f.Hits = all[:min(len(all), hitsPerChat)]
		f.More = len(all) - len(f.Hits)
		slices.SortFunc(f.Hits, func(a, b Hit) int { return int(a.Turn - b.Turn) })
		for i := range f.Hits {
			var text string
			if err := s.reader.QueryRowContext(ctx, `SELECT text FROM turns WHERE id = ?`, f.Hits[i].Turn).Scan(&text); err != nil {
				return nil, fmt.Errorf("turn %d: %w", f.Hits[i].Turn, err)
			}
			f.Hits[i].Excerpt = q.excerpt(text)
		}
		found = append(found, f)
	}
	return found, nil
}
