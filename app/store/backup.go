package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// backupsKept is how many copies stay beside the database: enough to step back
// over the last few updates, few enough not to fill a disk.
const backupsKept = 3

// backup copies the database beside itself before its schema changes, to a name
// such as chats.db.20260102T150405.000-schema1.backup. The copy is whole, or it
// is not there.
func (s *Store) backup(ctx context.Context, version int) error {
	name := fmt.Sprintf("%s.%s-schema%d.backup", s.path, time.Now().UTC().Format("20060102T150405.000"), version)
	part := name + ".part"
	defer os.Remove(part)
	if _, err := s.writer.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return s.fault("back up to "+name, err)
	}
	if err := settle(part); err != nil { // VACUUM INTO does not sync
		return s.fault("back up to "+name, err)
	}
	if err := os.Rename(part, name); err != nil {
		return s.fault("back up to "+name, err)
	}
	return s.dropOld("-schema")
}

// settle makes a new file private and syncs it to disk.
func settle(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Chmod(0o600); err != nil {
		return err
	}
	return f.Sync()
}

// dropOld removes all but the latest copies of one kind.
func (s *Store) dropOld(kind string) error {
	dir, base := filepath.Split(s.path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var copies []string // oldest first, by the time in their names
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), base+".")
		if ours && strings.Contains(rest, kind) && strings.HasSuffix(rest, ".backup") {
			copies = append(copies, e.Name())
		}
	}
	slices.Sort(copies)
	for len(copies) > backupsKept {
		if err := os.Remove(filepath.Join(dir, copies[0])); err != nil {
			return err
		}
		copies = copies[1:]
	}
	return nil
}
