package store

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
	"testing"
)

func TestADatabaseThatCannotBeWrittenIsNamed(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	s.writer.Close()
	var err error
	if s.writer, err = connect(s.path, "mode=ro", 1); err != nil {
		t.Fatal(err)
	}
	_, err = s.AddTurn(ctx, c.ID, "Hello")
	var at *fs.PathError
	if !errors.Is(err, syscall.EROFS) || !errors.As(err, &at) || at.Path != s.path {
		t.Errorf("a message that cannot be kept is answered with %v, want that %s is read-only", err, s.path)
	}
}
