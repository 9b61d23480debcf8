package store

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
)

// long stores a chat of n turns on one branch and returns its head.
func long(t testing.TB, s *Store, n int) chat.Chat {
	t.Helper()
	now := time.Now()
	turns := make([]chat.Turn, n)
	for i := range turns {
		turns[i] = chat.Turn{ID: int64(i + 1), Parent: int64(i), Role: chat.User, Text: fmt.Sprint(i, strings.Repeat(" words", 30)), State: chat.Done, Created: now}
		if i%2 == 1 {
			turns[i].Role = chat.Assistant
		}
	}
	return must(s.AddChat(context.Background(), chat.Chat{Head: int64(n), Created: now, Updated: now}, turns))(t)
}

func BenchmarkTail(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		s := must(Open(b.Context(), filepath.Join(b.TempDir(), "chats.db")))(b)
		c := long(b, s, n)
		b.Run(fmt.Sprintf("of %d turns", n), func(b *testing.B) {
			for b.Loop() {
				if got, err := s.Tail(b.Context(), c.Head, Reach{Turns: 40}); err != nil || len(got) != 40 {
					b.Fatal(len(got), err)
				}
			}
		})
		b.Run(fmt.Sprintf("first of %d turns", n), func(b *testing.B) {
			for b.Loop() {
				if got, err := s.After(b.Context(), c.Head, 0, Reach{Turns: 40}); err != nil || len(got) != 40 {
					b.Fatal(len(got), err)
				}
			}
		})
		s.Close()
	}
}
