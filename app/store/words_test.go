package store

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"notso/app/chat"
)

// requireWords makes sure that the search indices say what the tables say.
func requireWords(t testing.TB, s *Store) {
	t.Helper()
	for _, index := range []string{"turn_words", "chat_words"} {
		if _, err := s.writer.Exec(fmt.Sprintf("INSERT INTO %s (%[1]s, rank) VALUES ('integrity-check', 1)", index)); err != nil {
			t.Fatalf("%s: %v", index, err)
		}
	}
}

// found counts the turns whose text has the word.
func found(t testing.TB, s *Store, word string) (n int) {
	t.Helper()
	if err := s.reader.QueryRow("SELECT count(*) FROM turn_words WHERE turn_words MATCH ?", word).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSearchIndexFollowsEveryChange(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	user := must(s.AddTurn(ctx, c.ID, "An ordinary question"))(t)
	reply := must(s.StartReply(ctx, c.ID, user.ID, ""))(t)
	if err := s.AppendPieces(ctx, reply.ID, 1, []chat.Piece{{Text: "half a "}, {Text: "platypus"}}); err != nil {
		t.Fatal(err)
	}
	requireWords(t, s)
	must(s.FinishReply(ctx, reply.ID, chat.Stopped, "", chat.Stats{}))(t)
	if n := found(t, s, "platypus"); n != 1 {
		t.Errorf("the folded reply is found %d times, want once", n)
	}
	requireWords(t, s)
	must(s.ContinueReply(ctx, reply.ID))(t)
	if err := s.AppendPieces(ctx, reply.ID, 1, []chat.Piece{{Text: " and a wombat"}}); err != nil {
		t.Fatal(err)
	}
	must(s.FinishReply(ctx, reply.ID, chat.Done, "", chat.Stats{}))(t)
	if a, b := found(t, s, "platypus"), found(t, s, "wombat"); a != 1 || b != 1 {
		t.Errorf("the continued reply is found %d and %d times, want once by each word", a, b)
	}
	if err := s.Rename(ctx, c.ID, "Marsupials", true); err != nil {
		t.Fatal(err)
	}
	requireWords(t, s)
	must(s.ClearTurns(ctx, c.ID))(t)
	if err := s.Purge(ctx, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := found(t, s, "platypus"); n != 0 {
		t.Errorf("a purged reply is still found")
	}
	requireWords(t, s)
	must(s.AddTurn(ctx, c.ID, "Once more"))(t)
	if err := s.DeleteChats(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Purge(ctx, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	requireWords(t, s)
	requireSound(t, s)
}

func TestPurgedWordsLeaveTheFile(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	keep := newChat(t, s)
	must(s.AddTurn(ctx, keep.ID, "something harmless"))(t)
	c := must(s.CreateChat(ctx, "titlesecretword", true, chat.Settings{}))(t)
	must(s.AddTurn(ctx, c.ID, "my textsecretword is here"))(t)
	if err := s.DeleteChats(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Purge(ctx, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	must(s.writer.Exec("PRAGMA wal_checkpoint(TRUNCATE)"))(t)
	file := must(os.ReadFile(s.path))(t)
	for _, secret := range []string{"secretword"} {
		if bytes.Contains(file, []byte(secret)) {
			t.Errorf("%q is still in the file", secret)
		}
	}
}

// oldChats makes a database of the first schema with n turns in chats of 50.
func oldChats(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "chats.db")
	s := must(open(context.Background(), path, migrations()[:1]))(t)
	defer s.Close()
	must(s.writer.Exec(`
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO chats (title, created, updated) SELECT 'Chat number ' || i, i, i FROM n`, n/50))(t)
	must(s.writer.Exec(`
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
INSERT INTO turns (chat, role, text, state, created)
SELECT i / 50 + 1, iif(i % 2, 'assistant', 'user'), 'Turn ' || i || ' says that the word w' || (i % 5000) || ' is common in ' || (i % 7) || ' tongues, '
       || replace(hex(zeroblob(40)), '0', iif(i % 2, 'lorem ', 'ipsum ')), 'done', i FROM n`, n))(t)
	return path
}

func TestOldDatabaseIsFoundThroughItsNewIndex(t *testing.T) {
	s := must(Open(context.Background(), oldChats(t, 1000)))(t)
	defer s.Close()
	requireWords(t, s)
	if n := found(t, s, "w77"); n != 1 {
		t.Errorf("%d turns have the word, want 1", n)
	}
}

func BenchmarkMigrateHundredThousandTurns(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		path := oldChats(b, 100_000)
		b.StartTimer()
		s := must(Open(context.Background(), path))(b)
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
}
