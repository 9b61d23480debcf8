// Package store keeps chats, turns and replies in the making in one SQLite
// file, so that nothing that was sent or shown is lost when the power goes.
//
// A write returns once it is synced to disk. A user turn is therefore safe when
// AddTurn returns, and a piece of a reply when AppendPieces returns: show it
// after that. Deleting a chat and clearing its turns can be undone until Purge.
//
// All methods may be called concurrently. A Store owns one connection that
// writes, so writes queue up in this process and never meet a lock, and a few
// that read, which WAL lets go on beside it. The app takes its own lock on the
// data folder before Open; another process may look on through OpenReadOnly.
//
// Search finds words in titles and texts by indices that triggers keep true,
// Find a piece of text in one chat. Both leave out what is deleted.
//
// The store knows the rules that keep the data whole, such as one running reply
// a chat. What to say to people is left to its caller.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"notso/app/chat"

	_ "github.com/mattn/go-sqlite3" // registers "sqlite3"
)

const (
	// busyTimeout is how long a statement waits for another process, in ms.
	busyTimeout = 5000

	// readers is the number of connections that read side by side.
	readers = 4
)

// Store is an open database.
type Store struct {
	path   string
	writer *sql.DB // one connection; nil when read-only
	reader *sql.DB

	memory memory
}

// Open opens the database at path, which it creates with its folder when there
// is none, and brings its schema up to date after a backup copy.
// Errors: *NewerError, *DamagedError.
func Open(ctx context.Context, path string) (*Store, error) {
	return open(ctx, path, migrations())
}

// OpenReadOnly opens an existing database, which another process may be
// writing. Every method that writes returns ErrReadOnly.
// Errors: *NewerError, *OlderError, *DamagedError, fs.ErrNotExist.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	reader, err := connect(path, "mode=ro&_query_only=on", readers)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, reader: reader}
	if err := s.requireCurrent(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Memory opens an empty database that ends with Close.
func Memory(ctx context.Context) (*Store, error) {
	db, err := sql.Open("sqlite3", ":memory:?_foreign_keys=on&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	keep(db, 1) // each connection would be a database of its own
	s := &Store{path: ":memory:", writer: db, reader: db}
	if err := s.migrate(ctx, migrations()); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close lets go of the file. Calls that are still running fail.
func (s *Store) Close() error {
	var err error
	if s.reader != s.writer {
		err = s.reader.Close()
	}
	if s.writer != nil {
		// Last, so that it is the one to fold the WAL into the file.
		if werr := s.writer.Close(); err == nil {
			err = werr
		}
	}
	return err
}

// Check reads the whole file and returns a *DamagedError that says what is
// wrong with it. It takes about a second for every few hundred megabytes.
func (s *Store) Check(ctx context.Context) error {
	var result string
	if err := s.reader.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&result); err != nil {
		return s.fault("check", err)
	}
	if result != "ok" {
		return &DamagedError{Path: s.path, Reason: result}
	}
	return nil
}

// Counts is the size of what a store holds, without what is deleted.
type Counts struct {
	Chats int
	Turns int
}

const countsSQL = `
SELECT (SELECT count(*) FROM chats WHERE deleted IS NULL),
       (SELECT count(*) FROM turns t JOIN chats c ON c.id = t.chat
         WHERE t.cleared IS NULL AND c.deleted IS NULL)`

// Counts counts chats and turns.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	err := s.reader.QueryRowContext(ctx, countsSQL).Scan(&c.Chats, &c.Turns)
	return c, s.fault("count", err)
}

func open(ctx context.Context, path string, steps []migration) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := touch(path); err != nil {
		return nil, err
	}
	s := &Store{path: path}
	// immediate: a transaction that reads first cannot lose its turn to write.
	if s.writer, err = connect(path, "_journal_mode=WAL&_synchronous=FULL&_secure_delete=on&_txlock=immediate", 1); err != nil {
		return nil, err
	}
	if s.reader, err = connect(path, "_query_only=on", readers); err == nil {
		err = s.migrate(ctx, steps)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// touch creates the file and its folder where they are missing, for this user
// alone: chats are private. SQLite gives its other files the same mode.
func touch(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// connect prepares a pool of n connections, each with the same pragmas.
func connect(path, options string, n int) (*sql.DB, error) {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive letter
	}
	dsn := url.URL{
		Scheme:   "file",
		Path:     slashed,
		RawQuery: fmt.Sprintf("_foreign_keys=on&_busy_timeout=%d&%s", busyTimeout, options),
	}
	db, err := sql.Open("sqlite3", dsn.String())
	if err != nil {
		return nil, err
	}
	keep(db, n)
	return db, nil
}

func keep(db *sql.DB, n int) {
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxIdleTime(0)
}

// write runs fn in one transaction, which is on disk when write returns.
// Errors of this package and of chat pass through as they are.
func (s *Store) write(ctx context.Context, what string, fn func(*sql.Tx) error) error {
	defer s.memory.edits.Add(1)
	return s.add(ctx, what, fn)
}

// add is write for what changes no turn that is complete.
func (s *Store) add(ctx context.Context, what string, fn func(*sql.Tx) error) error {
	if s.writer == nil {
		return ErrReadOnly
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.fault(what, err)
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return s.fault(what, err)
	}
	return s.fault(what, tx.Commit())
}

// changed turns "no row was changed" into chat.ErrNotFound.
func changed(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = chat.ErrNotFound
	}
	return err
}

// now is the time as the database keeps it: whole milliseconds.
func now() time.Time { return time.UnixMilli(time.Now().UnixMilli()) }

// null turns the absent id 0 into NULL.
func null(id int64) sql.NullInt64 { return sql.NullInt64{Int64: id, Valid: id != 0} }
