package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"notso/app/chat"
)

// opened opens a store on a real file.
func opened(t testing.TB) *Store {
	t.Helper()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "data", "chats.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// must returns what a call gives, and ends the test when it gives an error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newChat(t testing.TB, s *Store) chat.Chat {
	t.Helper()
	return must(s.CreateChat(context.Background(), "A chat", false, chat.Settings{}))(t)
}

func requireSound(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Check(context.Background()); err != nil {
		t.Fatal(err)
	}
	rows := must(s.reader.Query("PRAGMA foreign_key_check"))(t)
	defer rows.Close()
	if rows.Next() {
		t.Fatal("a row refers to one that is not there")
	}
}

func TestChatsAreThereAfterTheStoreIsOpenedAgain(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "with space? and #", "chats.db")
	s := must(Open(ctx, path))(t)
	c := newChat(t, s)
	must(s.AddTurn(ctx, c.ID, "Hello"))(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = must(Open(ctx, path))(t)
	defer s.Close()
	branch := must(s.Branch(ctx, c.ID))(t)
	if len(branch) != 1 || branch[0].Text != "Hello" {
		t.Fatalf("the branch is %+v, want the turn that was stored", branch)
	}
	info := must(os.Stat(path))(t)
	if info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the file's mode is %v: others may read it", info.Mode())
	}
}

func TestEveryConnectionSyncsCommitsAndKeepsForeignKeys(t *testing.T) {
	s := opened(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		if err := s.writer.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("writer: %s = %q, %v, want %q", pragma, got, err, want)
		}
	}
	var conns []*sql.Conn
	for range readers {
		c := must(s.reader.Conn(context.Background()))(t)
		defer c.Close()
		conns = append(conns, c)
	}
	for i, c := range conns {
		if _, err := c.ExecContext(context.Background(), "DELETE FROM chats"); err == nil {
			t.Errorf("reader %d may write", i)
		}
	}
}

func TestMemoryHoldsAChatWithoutAFile(t *testing.T) {
	ctx := context.Background()
	s := must(Memory(ctx))(t)
	defer s.Close()
	c := newChat(t, s)
	must(s.AddTurn(ctx, c.ID, "Hello"))(t)
	if n := must(s.Counts(ctx))(t); n != (Counts{Chats: 1, Turns: 1}) {
		t.Fatalf("counts are %+v, want one chat of one turn", n)
	}
}

func TestReadOnlyStoreReadsWhileAnotherWrites(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	r := must(OpenReadOnly(ctx, s.path))(t)
	defer r.Close()
	for range 3 {
		must(s.AddTurn(ctx, c.ID, "more"))(t)
		want := must(s.Counts(ctx))(t)
		if got := must(r.Counts(ctx))(t); got != want {
			t.Fatalf("the reader counts %+v, want %+v", got, want)
		}
	}
	if _, err := r.AddTurn(ctx, c.ID, "no"); !errors.Is(err, ErrReadOnly) {
		t.Errorf("writing gives %v, want ErrReadOnly", err)
	}
}

func TestReadOnlyStoreReadsWhatNobodyHasOpen(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	newChat(t, s)
	s.Close()
	r := must(OpenReadOnly(ctx, s.path))(t)
	defer r.Close()
	if n := must(r.Counts(ctx))(t); n.Chats != 1 {
		t.Fatalf("the reader counts %+v, want one chat", n)
	}
}

func TestReadOnlyStoreIsNotMadeUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chats.db")
	if _, err := OpenReadOnly(context.Background(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("opening gives %v, want fs.ErrNotExist", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("opening to read made a file")
	}
}

func TestDamagedFileIsRefusedByNameAndKept(t *testing.T) {
	ctx := context.Background()
	sound := func(t *testing.T) []byte {
		s := opened(t)
		c := newChat(t, s)
		for range 200 {
			must(s.AddTurn(ctx, c.ID, strings.Repeat("words ", 50)))(t)
		}
		s.Close()
		return must(os.ReadFile(s.path))(t)
	}
	tests := []struct {
		name   string
		damage func([]byte) []byte
	}{
		{"no database at all", func([]byte) []byte { return []byte(strings.Repeat("not a database\n", 100)) }},
		{"its header is overwritten", func(b []byte) []byte { copy(b, "garbage garbage "); return b }},
		{"its schema page is overwritten", func(b []byte) []byte { copy(b[100:], make([]byte, 3000)); return b }},
		{"cut in half", func(b []byte) []byte { return b[:len(b)/2] }},
		{"a page in the middle is overwritten", func(b []byte) []byte {
			for i := len(b) / 2; i < len(b)/2+8192; i++ {
				b[i] = 0xA5
			}
			return b
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "chats.db")
			bad := tt.damage(sound(t))
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(ctx, path)
			if err == nil { // damage inside is found by reading
				err = s.Check(ctx)
				s.Close()
			}
			var damaged *DamagedError
			if !errors.As(err, &damaged) || damaged.Path != path {
				t.Fatalf("got %v, want a *DamagedError for %s", err, path)
			}
			if got := must(os.ReadFile(path))(t); len(got) < len(bad) {
				t.Errorf("the file has %d bytes, want all %d kept", len(got), len(bad))
			}
		})
	}
}

func TestStoreServesManyAtOnce(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			c, err := s.CreateChat(ctx, "One of eight", false, chat.Settings{})
			if err != nil {
				t.Error(err)
				return
			}
			for range 10 {
				if _, err := s.AddTurn(ctx, c.ID, "Hello"); err != nil {
					t.Error(err)
				}
				if _, err := s.Branch(ctx, c.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := must(s.Counts(ctx))(t); n != (Counts{Chats: 8, Turns: 80}) {
		t.Fatalf("counts are %+v, want 8 chats of 10 turns each", n)
	}
	requireSound(t, s)
}

func TestAFullDiskIsNamedAndPasses(t *testing.T) {
	s := opened(t)
	c := newChat(t, s)
	reply := must(s.StartReply(t.Context(), c.ID, 0, ""))(t)
	pages := 0
	if err := s.writer.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(pages int) {
		if _, err := s.writer.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages)
	long := []chat.Piece{{Text: strings.Repeat("word ", 20_000)}}
	if err := s.AppendPieces(t.Context(), reply.ID, 1, long); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a piece for which there is no room: %v, want %v", err, syscall.ENOSPC)
	}
	if n := must(s.LastSeq(t.Context(), reply.ID))(t); n != 0 {
		t.Errorf("%d pieces are left of it", n)
	}
	limit(1 << 20)
	if err := s.AppendPieces(t.Context(), reply.ID, 1, long); err != nil {
		t.Errorf("with room again: %v", err)
	}
	requireSound(t, s)
}
