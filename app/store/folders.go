package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"notso/app/chat"

	"github.com/mattn/go-sqlite3"
)

var (
	// ErrFolderExists: there is a folder of that name, in upper or lower case.
	ErrFolderExists = errors.New("there is such a folder already")

	// ErrEmptyName: a folder without a name.
	ErrEmptyName = errors.New("a folder needs a name")
)

const foldersSQL = `
SELECT f.id, f.name, (SELECT count(*) FROM chats c WHERE c.folder = f.id AND c.deleted IS NULL AND c.pinned = 0)
  FROM folders f WHERE f.deleted IS NULL ORDER BY f.position, f.id`

// Folders returns the folders in their order, with how many chats each lists.
func (s *Store) Folders(ctx context.Context) ([]chat.Folder, error) {
	rows, err := s.reader.QueryContext(ctx, foldersSQL)
	if err != nil {
		return nil, s.fault("list the folders", err)
	}
	defer rows.Close()
	var folders []chat.Folder
	for rows.Next() {
		var f chat.Folder
		if err := rows.Scan(&f.ID, &f.Name, &f.Chats); err != nil {
			return nil, s.fault("list the folders", err)
		}
		folders = append(folders, f)
	}
	return folders, s.fault("list the folders", rows.Err())
}

const createFolderSQL = `
INSERT INTO folders (name, position, created)
VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM folders), ?) RETURNING id`

// CreateFolder stores a new folder, below the others, with chats in it.
// Errors: ErrEmptyName, ErrFolderExists; chat.ErrNotFound, for a chat.
func (s *Store) CreateFolder(ctx context.Context, name string, chats ...int64) (chat.Folder, error) {
	f := chat.Folder{Name: strings.TrimSpace(name), Chats: len(chats)}
	if f.Name == "" {
		return f, ErrEmptyName
	}
	err := s.write(ctx, "create a folder", func(tx *sql.Tx) error {
		if err := taken(tx.QueryRowContext(ctx, createFolderSQL, f.Name, now().UnixMilli()).Scan(&f.ID)); err != nil {
			return err
		}
		return moveChats(ctx, tx, f.ID, chats)
	})
	return f, err
}

const renameFolderSQL = `UPDATE folders SET name = ? WHERE id = ? AND deleted IS NULL`

// RenameFolder renames a folder.
// Errors: chat.ErrNotFound, ErrEmptyName, ErrFolderExists.
func (s *Store) RenameFolder(ctx context.Context, id int64, name string) error {
	if name = strings.TrimSpace(name); name == "" {
		return ErrEmptyName
	}
	return taken(s.update(ctx, fmt.Sprintf("rename folder %d", id), renameFolderSQL, name, id))
}

const (
	deleteFolderSQL = `
UPDATE folders SET deleted = ?1, held = (SELECT json_group_array(c.id) FROM chats c WHERE c.folder = ?2)
 WHERE id = ?2 AND deleted IS NULL`

	emptyFolderSQL = `UPDATE chats SET folder = NULL WHERE folder = ?`
)

// DeleteFolder takes a folder away; its chats stay, outside of it. RestoreFolder
// brings it back until Purge.
// Errors: chat.ErrNotFound.
func (s *Store) DeleteFolder(ctx context.Context, id int64) error {
	return s.write(ctx, fmt.Sprintf("delete folder %d", id), func(tx *sql.Tx) error {
		if err := changed(tx.ExecContext(ctx, deleteFolderSQL, now().UnixMilli(), id)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, emptyFolderSQL, id)
		return err
	})
}

const (
	restoreFolderSQL = `UPDATE folders SET deleted = NULL WHERE id = ? AND deleted IS NOT NULL`

	// Chats that went elsewhere since stay there.
	refillFolderSQL = `
UPDATE chats SET folder = ?1
 WHERE folder IS NULL AND id IN (SELECT value FROM json_each((SELECT held FROM folders WHERE id = ?1)))`

	forgetHeldSQL = `UPDATE folders SET held = NULL WHERE id = ?`
)

// RestoreFolder undoes DeleteFolder; the folder's chats are in it again.
// Errors: chat.ErrNotFound, also for a folder that is not deleted;
// ErrFolderExists, when its name was given to another since.
func (s *Store) RestoreFolder(ctx context.Context, id int64) error {
	return s.write(ctx, fmt.Sprintf("restore folder %d", id), func(tx *sql.Tx) error {
		if err := taken(changed(tx.ExecContext(ctx, restoreFolderSQL, id))); err != nil {
			return err
		}
		for _, query := range []string{refillFolderSQL, forgetHeldSQL} {
			if _, err := tx.ExecContext(ctx, query, id); err != nil {
				return err
			}
		}
		return nil
	})
}

const moveChatSQL = `
UPDATE chats SET folder = nullif(?1, 0) WHERE id = ?2 AND deleted IS NULL
   AND (?1 = 0 OR EXISTS (SELECT 1 FROM folders WHERE id = ?1 AND deleted IS NULL))`

// MoveChats puts chats into a folder, 0 for none, all of them or none.
// Errors: chat.ErrNotFound, for a chat or the folder.
func (s *Store) MoveChats(ctx context.Context, folder int64, chats ...int64) error {
	return s.write(ctx, fmt.Sprintf("move %d chats to folder %d", len(chats), folder), func(tx *sql.Tx) error {
		return moveChats(ctx, tx, folder, chats)
	})
}

func moveChats(ctx context.Context, tx *sql.Tx, folder int64, chats []int64) error {
	for _, id := range chats {
		if err := changed(tx.ExecContext(ctx, moveChatSQL, folder, id)); err != nil {
			return err
		}
	}
	return nil
}

// taken turns "the name is not unique" into ErrFolderExists.
func taken(err error) error {
	var lite sqlite3.Error
	if errors.As(err, &lite) && lite.ExtendedCode == sqlite3.ErrConstraintUnique {
		return ErrFolderExists
	}
	return err
}
