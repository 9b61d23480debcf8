package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Backup writes a copy of the whole database to the file at path, which it
// replaces. The copy is whole, or it is not there.
// Errors: ErrItself.
func (s *Store) Backup(ctx context.Context, path string) error {
	if own, err := os.Stat(s.path); err == nil {
		if there, err := os.Stat(path); err == nil && os.SameFile(own, there) {
			return fmt.Errorf("%s: %w", path, ErrItself)
		}
	}
	part := path + ".part"
	os.Remove(part) // of an earlier attempt: VACUUM INTO takes no file that is there
	defer os.Remove(part)
	if _, err := s.writer.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return s.fault("back up to "+path, err)
	}
	if err := settle(part); err != nil { // VACUUM INTO does not sync
		return s.fault("back up to "+path, err)
	}
	return s.fault("back up to "+path, os.Rename(part, path))
}

var (
	// ErrNoBackup: the file is no copy of a database of this program.
	ErrNoBackup = errors.New("not a backup of chats")

	// ErrItself: a backup would replace the database that it is to be a copy of.
	ErrItself = errors.New("this file holds the chats themselves")
)

// Restore replaces everything in the database by what a backup holds, in one
// step, and brings it up to date. No reply may be running; one that was when the
// backup was made is left to Recover. What was there before is kept in the file
// that it returns, one of the last few, so that Restore of that takes it back.
// Errors: ErrNoBackup, *NewerError, *DamagedError.
func (s *Store) Restore(ctx context.Context, path string) (before string, err error) {
	source, version, err := openBackup(ctx, path)
	if err != nil {
		return "", err
	}
	defer source.Close()
	if known := len(migrations()); version > known {
		return "", &NewerError{Path: path, Have: version, Known: known}
	}
	before = fmt.Sprintf("%s.%s-restore.backup", s.path, time.Now().UTC().Format("20060102T150405.000"))
	if err := s.Backup(ctx, before); err != nil {
		return "", err
	}
	if err := s.overwrite(ctx, source); err != nil {
		return before, s.fault("restore "+path, err)
	}
	if err := s.dropOld("-restore"); err != nil {
		return before, err
	}
	return before, s.migrate(ctx, migrations())
}

// openBackup opens the file for reading once it is known to be sound and ours.
func openBackup(ctx context.Context, path string) (_ *sql.DB, version int, err error) {
	if _, err := os.Stat(path); err != nil {
		return nil, 0, err
	}
	db, err := connect(path, "mode=ro&immutable=1&_query_only=on", 1)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	var ours int
	const oursSQL = `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('chats', 'turns', 'pieces')`
	if db.QueryRowContext(ctx, oursSQL).Scan(&ours) != nil || ours != 3 || db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version) != nil || version < 1 {
		return nil, 0, fmt.Errorf("%s: %w", path, ErrNoBackup)
	}
	var sound string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&sound); err != nil || sound != "ok" {
		return nil, 0, &DamagedError{Path: path, Reason: sound}
	}
	return db, version, nil
}

// overwrite copies the pages of source over the database. SQLite holds other
// connections off meanwhile, and undoes a copy that was cut short.
func (s *Store) overwrite(ctx context.Context, source *sql.DB) error {
	defer s.memory.edits.Add(1)
	from, err := source.Conn(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer to.Close()
	return to.Raw(func(to any) error {
		return from.Raw(func(from any) error {
			copying, err := to.(*sqlite3.SQLiteConn).Backup("main", from.(*sqlite3.SQLiteConn), "main")
			if err != nil {
				return err
			}
			_, err = copying.Step(-1)
			return errors.Join(err, copying.Finish())
		})
	})
}

const (
	deleteAllSQL  = `UPDATE chats SET deleted = ? WHERE deleted IS NULL`
	restoreAllSQL = `UPDATE chats SET deleted = NULL WHERE deleted = ?`
)

// DeleteAll hides every chat and returns how many, and the time that RestoreAll
// takes to bring them back until Purge.
func (s *Store) DeleteAll(ctx context.Context) (n int, at time.Time, err error) {
	at = now()
	err = s.write(ctx, "delete all chats", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, deleteAllSQL, at.UnixMilli())
		if err != nil {
			return err
		}
		all, err := res.RowsAffected()
		n = int(all)
		return err
	})
	return n, at, err
}

// RestoreAll undoes the DeleteAll of that time.
func (s *Store) RestoreAll(ctx context.Context, at time.Time) error {
	return s.write(ctx, "restore all chats", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, restoreAllSQL, at.UnixMilli())
		return err
	})
}
