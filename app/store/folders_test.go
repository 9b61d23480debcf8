package store

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"notso/app/chat"
)

func TestChatsMoveIntoAFolderAndOutAgain(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	a, b := newChat(t, s), newChat(t, s)
	f := must(s.CreateFolder(ctx, "  Work "))(t)
	if err := s.MoveChats(ctx, f.ID, a.ID, b.ID); err != nil {
		t.Fatal(err)
	}
	if got := must(s.Folders(ctx))(t); !reflect.DeepEqual(got, []chat.Folder{{ID: f.ID, Name: "Work", Chats: 2}}) {
		t.Fatalf("the folders are %+v", got)
	}
	if err := s.MoveChats(ctx, 0, a.ID); err != nil {
		t.Fatal(err)
	}
	if in, out := must(s.Chat(ctx, b.ID))(t).Folder, must(s.Chat(ctx, a.ID))(t).Folder; in != f.ID || out != 0 {
		t.Errorf("the chats are in folders %d and %d, want %d and none", in, out, f.ID)
	}
	if err := s.MoveChats(ctx, f.ID, a.ID, 99); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("moving a chat that is not there gives %v", err)
	}
	if got := must(s.Chat(ctx, a.ID))(t).Folder; got != 0 {
		t.Errorf("one of two chats was moved to folder %d", got)
	}
	if err := s.MoveChats(ctx, 99, a.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("moving into a folder that is not there gives %v", err)
	}
}

func TestFolderNeedsANameOfItsOwn(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	work, home := must(s.CreateFolder(ctx, "Work"))(t), must(s.CreateFolder(ctx, "Home"))(t)
	for name, err := range map[string]error{
		"an empty name":    second(s.CreateFolder(ctx, " \t")),
		"an empty new one": s.RenameFolder(ctx, home.ID, ""),
	} {
		if !errors.Is(err, ErrEmptyName) {
			t.Errorf("%s gives %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"a name that is there": second(s.CreateFolder(ctx, "work")),
		"a new one that is":    s.RenameFolder(ctx, home.ID, "WORK"),
	} {
		if !errors.Is(err, ErrFolderExists) {
			t.Errorf("%s gives %v", name, err)
		}
	}
	if err := s.RenameFolder(ctx, work.ID, "work"); err != nil {
		t.Errorf("its own name in lower case gives %v", err)
	}
	if err := s.RenameFolder(ctx, 99, "x"); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("a folder that is not there gives %v", err)
	}
}

func TestDeletedFolderComesBackWithItsChats(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	stays, moves := newChat(t, s), newChat(t, s)
	old, other := must(s.CreateFolder(ctx, "Old"))(t), must(s.CreateFolder(ctx, "Other"))(t)
	if err := s.MoveChats(ctx, old.ID, stays.ID, moves.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteFolder(ctx, old.ID); err != nil {
		t.Fatal(err)
	}
	if got := must(s.Chat(ctx, stays.ID))(t).Folder; got != 0 {
		t.Errorf("the chat of a deleted folder is in folder %d", got)
	}
	if err := s.DeleteFolder(ctx, old.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("deleting it again gives %v", err)
	}
	if err := s.MoveChats(ctx, other.ID, moves.ID); err != nil {
		t.Fatal(err)
	}

	taker := must(s.CreateFolder(ctx, "old"))(t)
	if err := s.RestoreFolder(ctx, old.ID); !errors.Is(err, ErrFolderExists) {
		t.Errorf("restoring a folder whose name is taken gives %v", err)
	}
	if err := s.RenameFolder(ctx, taker.ID, "New"); err != nil {
		t.Fatal(err)
	}
	if err := s.RestoreFolder(ctx, old.ID); err != nil {
		t.Fatal(err)
	}
	if a, b := must(s.Chat(ctx, stays.ID))(t).Folder, must(s.Chat(ctx, moves.ID))(t).Folder; a != old.ID || b != other.ID {
		t.Errorf("the chats are in folders %d and %d, want %d and %d", a, b, old.ID, other.ID)
	}
	if err := s.RestoreFolder(ctx, old.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("restoring it again gives %v", err)
	}

	if err := s.DeleteFolder(ctx, old.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Purge(ctx, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.RestoreFolder(ctx, old.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("a purged folder comes back: %v", err)
	}
}

func TestPinsAreKept(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	turn := must(s.AddTurn(ctx, c.ID, "Remember this"))(t)
	for _, pinned := range []bool{true, false} {
		if err := errors.Join(s.PinChats(ctx, pinned, c.ID), s.PinTurn(ctx, turn.ID, pinned)); err != nil {
			t.Fatal(err)
		}
		if got := must(s.Chat(ctx, c.ID))(t).Pinned; got != pinned {
			t.Errorf("the chat's pin is %v, want %v", got, pinned)
		}
		if got := must(s.Branch(ctx, c.ID))(t)[0].Pinned; got != pinned {
			t.Errorf("the turn's pin is %v, want %v", got, pinned)
		}
	}
	must(s.ClearTurns(ctx, c.ID))(t)
	if err := s.PinTurn(ctx, turn.ID, true); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("pinning a turn that is cleared gives %v", err)
	}
	if err := s.DeleteChats(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.PinChats(ctx, true, c.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("pinning a chat that is deleted gives %v", err)
	}
}

func TestSeveralChatsArePinnedOrPutInANewFolderTogetherOrNotAtAll(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	one, other := newChat(t, s), newChat(t, s)
	if err := s.PinChats(ctx, true, one.ID, 99); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("pinning a chat that is not there gives %v", err)
	}
	if _, err := s.CreateFolder(ctx, "Work", one.ID, 99); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("a folder with a chat that is not there gives %v", err)
	}
	if folders, c := must(s.Folders(ctx))(t), must(s.Chat(ctx, one.ID))(t); len(folders) > 0 || c.Pinned || c.Folder != 0 {
		t.Errorf("there are the folders %v, and the chat is %+v; want nothing changed", folders, c)
	}

	want := must(s.CreateFolder(ctx, "Work", one.ID, other.ID))(t)
	if folders := must(s.Folders(ctx))(t); len(folders) != 1 || folders[0] != want {
		t.Errorf("there are the folders %v, want %v", folders, want)
	}
	if err := s.PinChats(ctx, true, one.ID, other.ID); err != nil {
		t.Fatal(err)
	}
	if pinned := must(s.Pinned(ctx))(t); len(pinned) != 2 {
		t.Errorf("%d chats are pinned", len(pinned))
	}
}
