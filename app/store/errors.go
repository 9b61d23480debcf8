package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"notso/app/chat"

	"github.com/mattn/go-sqlite3"
)

var (
	// ErrReadOnly: the store was opened to read.
	ErrReadOnly = errors.New("the chat database is open read-only")

	// ErrNotRunning: the turn is no reply in the making.
	ErrNotRunning = errors.New("the turn is not a running reply")
)

// NewerError refuses a database that a newer version of the app has written.
type NewerError struct {
	Path  string
	Have  int // schema version of the file
	Known int // newest schema version that this app knows
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s: written by a newer version (schema %d, this one knows %d)", e.Path, e.Have, e.Known)
}

// OlderError refuses to read a database whose schema is not up to date yet.
// Open brings it up to date.
type OlderError struct {
	Path  string
	Have  int
	Known int
}

func (e *OlderError) Error() string {
	return fmt.Sprintf("%s: written by an older version (schema %d, this one reads %d)", e.Path, e.Have, e.Known)
}

// DamagedError says that a file is no sound SQLite database. The file is left
// as it is.
type DamagedError struct {
	Path   string
	Reason string
}

func (e *DamagedError) Error() string { return fmt.Sprintf("%s: damaged: %s", e.Path, e.Reason) }

// fault adds what was being done to err, and tells damage, a full disk, which is
// syscall.ENOSPC, and a read-only one, which is syscall.EROFS with the file's path,
// from other faults. A missing row is chat.ErrNotFound.
func (s *Store) fault(what string, err error) error {
	var lite sqlite3.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s: %w", what, chat.ErrNotFound)
	case errors.As(err, &lite) && (lite.Code == sqlite3.ErrCorrupt || lite.Code == sqlite3.ErrNotADB):
		return &DamagedError{Path: s.path, Reason: lite.Error()}
	case errors.As(err, &lite) && (lite.Code == sqlite3.ErrFull || lite.SystemErrno == syscall.ENOSPC):
		return fmt.Errorf("%s: %w: %w", what, syscall.ENOSPC, err)
	case errors.As(err, &lite) && (lite.Code == sqlite3.ErrReadonly || lite.SystemErrno == syscall.EROFS):
		return fmt.Errorf("%w: %w", &fs.PathError{Op: what, Path: s.path, Err: syscall.EROFS}, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}
