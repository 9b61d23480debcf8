package imports

import (
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"notso/app/chat"

	_ "github.com/mattn/go-sqlite3" // registers "sqlite3"
)

// readOllama reads the database of Ollama's app. It is copied first: SQLite
// would otherwise look beside it for files of its own.
func readOllama(r io.Reader) (Result, error) {
	dir, err := os.MkdirTemp("", "notso-import-*")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "db.sqlite")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return Result{}, err
	}
	_, err = io.Copy(f, io.LimitReader(r, MaxFile))
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return Result{}, err
	}
	// A database is a program of sorts: no extensions, no writing, and what it
	// says of its schema is not trusted to call functions.
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "mode=ro&_query_only=on&_cell_size_check=on"}
	db, err := sql.Open("sqlite3", dsn.String())
	if err != nil {
		return Result{}, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("PRAGMA trusted_schema = OFF"); err != nil {
		return Result{}, damaged(err)
	}
	return ollamaChats(db)
}

func damaged(err error) error { return refuse("The database is damaged: %v.", err) }

// ollamaChats needs tables, not views, of these names: a view could run for ever.
func ollamaChats(db *sql.DB) (Result, error) {
	var tables int
	if err := db.QueryRow(`SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' AND name IN ('chats', 'messages')`).Scan(&tables); err != nil {
		return Result{}, damaged(err)
	}
	if tables != 2 {
		return Result{}, errUnknown
	}
	var result Result
	result.source("Ollama")
	rows, err := db.Query(`SELECT CAST(id AS TEXT), CAST(title AS TEXT), CAST(created_at AS TEXT) FROM chats LIMIT ?`, maxChats)
	if err != nil {
		return result, errUnknown // a table chats of another program
	}
	var ids []string
	outlines := map[string]*outline{}
	for rows.Next() {
		var id, name, created sql.NullString
		if err := rows.Scan(&id, &name, &created); err != nil {
			rows.Close()
			return result, damaged(err)
		}
		ids = append(ids, id.String)
		outlines[id.String] = &outline{title: name.String, created: parseTime(created.String)}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return result, damaged(err)
	}
	if err := ollamaMessages(db, outlines, &result); err != nil {
		return result, err
	}
	for _, id := range ids {
		outlines[id].add(&result)
	}
	return result, nil
}

func ollamaMessages(db *sql.DB, outlines map[string]*outline, result *Result) error {
	thinking := "''"
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM pragma_table_info('messages') WHERE name = 'thinking'`).Scan(&n); err == nil && n > 0 {
		thinking = "CAST(thinking AS TEXT)"
	}
	rows, err := db.Query(`SELECT CAST(chat_id AS TEXT), CAST(role AS TEXT), CAST(content AS TEXT), ` + thinking + `, CAST(model_name AS TEXT), CAST(created_at AS TEXT) FROM messages ORDER BY chat_id, id`)
	if err != nil {
		return errUnknown
	}
	defer rows.Close()
	for rows.Next() {
		var id, who, text, thoughts, model, created sql.NullString
		if err := rows.Scan(&id, &who, &text, &thoughts, &model, &created); err != nil {
			return damaged(err)
		}
		o := outlines[id.String]
		if o == nil {
			result.leave(Damaged, 1)
			continue
		}
		m := node{role: role(who.String), text: text.String, reasoning: thoughts.String, model: model.String, created: parseTime(created.String)}
		m.id = fmt.Sprint(len(o.nodes))
		if len(o.nodes) > 0 {
			m.parent = o.nodes[len(o.nodes)-1].id
		}
		switch {
		case m.role == chat.Assistant && m.reasoning == "":
			m.reasoning, m.text = think(m.text)
		case who.String == "system" && o.system == "":
			o.system = m.text
		case who.String == "tool":
			result.leave(Tools, 1)
		}
		o.nodes = append(o.nodes, m)
	}
	if err := rows.Err(); err != nil {
		return damaged(err)
	}
	return nil
}
