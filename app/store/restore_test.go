package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"notso/app/chat"
)

func TestRestore(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	s, err := Open(ctx, filepath.Join(dir, "chats.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	titles := func() string {
		t.Helper()
		chats, err := s.Chats(ctx, 0)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, c := range chats {
			list = append(list, c.Title)
		}
		return strings.Join(list, ", ")
	}
	create := func(title string) {
		t.Helper()
		if _, err := s.CreateChat(ctx, title, true, chat.Settings{}); err != nil {
			t.Fatal(err)
		}
	}
	create("old")
	copied := filepath.Join(dir, "copy.db")
	for range 2 { // the second replaces the first
		if err := s.Backup(ctx, copied); err != nil {
			t.Fatal(err)
		}
	}
	create("new")

	before, err := s.Restore(ctx, copied)
	if err != nil || titles() != "old" {
		t.Fatalf("after restoring there is %q, %v", titles(), err)
	}
	create("later")
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	if _, err := s.Restore(ctx, before); err != nil || titles() != "new, old" {
		t.Errorf("after taking it back there is %q, %v", titles(), err)
	}

	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{write("text", "no database"), write("empty", ""), write("cut", string(whole[:len(whole)/2])), filepath.Join(dir, "none")} {
		if _, err := s.Restore(ctx, path); err == nil || titles() != "new, old" {
			t.Errorf("restoring %s gave %v and %q", filepath.Base(path), err, titles())
		}
	}
	if _, err := s.Restore(ctx, filepath.Join(dir, "text")); !errors.Is(err, ErrNoBackup) {
		t.Errorf("a text file gave %v", err)
	}
}

func TestCopiesOfRestoresDoNotPileUp(t *testing.T) {
	ctx := t.Context()
	s := opened(t)
	newChat(t, s)
	copied := filepath.Join(t.TempDir(), "copy.backup")
	if err := s.Backup(ctx, copied); err != nil {
		t.Fatal(err)
	}
	var last string
	for range backupsKept + 2 {
		last = must(s.Restore(ctx, copied))(t)
	}
	copies := must(filepath.Glob(s.path + ".*.backup"))(t)
	if len(copies) != backupsKept || copies[len(copies)-1] != last {
		t.Errorf("beside the database are %q, want the last %d, of which the latest is %s", copies, backupsKept, last)
	}
}

func TestABackupDoesNotReplaceTheChatsThemselves(t *testing.T) {
	ctx := t.Context()
	s := opened(t)
	newChat(t, s)
	linked := filepath.Join(t.TempDir(), "link.backup")
	if err := os.Symlink(s.path, linked); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{s.path, linked} {
		if err := s.Backup(ctx, path); !errors.Is(err, ErrItself) {
			t.Errorf("a backup to %s gives %v, want ErrItself", filepath.Base(path), err)
		}
	}
	requireSound(t, s)
}

func TestDeleteAllAndBack(t *testing.T) {
	ctx := t.Context()
	s, err := Memory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, title := range []string{"a", "b", "c"} {
		if _, err := s.CreateChat(ctx, title, true, chat.Settings{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DeleteChats(ctx, 1); err != nil {
		t.Fatal(err)
	}
	n, at, err := s.DeleteAll(ctx)
	if counts, _ := s.Counts(ctx); err != nil || n != 2 || counts.Chats != 0 {
		t.Fatalf("%d deleted, %d left, %v", n, counts.Chats, err)
	}
	if err := s.RestoreAll(ctx, at); err != nil {
		t.Fatal(err)
	}
	if counts, _ := s.Counts(ctx); counts.Chats < 2 {
		t.Errorf("%d chats came back, want those 2", counts.Chats)
	}
}
