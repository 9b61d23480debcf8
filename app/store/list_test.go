package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"notso/app/chat"
)

func titles(chats []chat.Chat) (list []string) {
	for _, c := range chats {
		list = append(list, c.Title)
	}
	return list
}

func TestListsHoldEachChatOnceAndGoOnWhereTheyEnded(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	folder := must(s.CreateFolder(ctx, "Folder"))(t)
	var ids []int64
	for i := range 7 {
		c := must(s.CreateChat(ctx, fmt.Sprint(i), true, chat.Settings{}))(t)
		must(s.writer.Exec("UPDATE chats SET updated = ? WHERE id = ?", 1000-i/2, c.ID))(t) // some at one time
		ids = append(ids, c.ID)
	}
	if err := errors.Join(s.PinChats(ctx, true, ids[1]), s.MoveChats(ctx, folder.ID, ids[2], ids[1]), s.DeleteChats(ctx, ids[6])); err != nil {
		t.Fatal(err)
	}
	if got := titles(must(s.Pinned(ctx))(t)); !reflect.DeepEqual(got, []string{"1"}) {
		t.Errorf("pinned are %v", got)
	}
	if got := titles(must(s.Listed(ctx, folder.ID, Place{}, Place{}, 0))(t)); !reflect.DeepEqual(got, []string{"2"}) {
		t.Errorf("the folder holds %v", got)
	}
	first := must(s.Listed(ctx, 0, Place{}, Place{}, 2))(t)
	end := PlaceOf(first[1])
	rest := must(s.Listed(ctx, 0, end, Place{}, 0))(t)
	if got := append(titles(first), titles(rest)...); !reflect.DeepEqual(got, []string{"0", "3", "5", "4"}) {
		t.Errorf("the rest is %v", got)
	}
	must(s.AddTurn(ctx, ids[4], "moves up"))(t)
	if got := titles(must(s.Listed(ctx, 0, Place{}, end, 0))(t)); !reflect.DeepEqual(got, []string{"4", "0", "3"}) {
		t.Errorf("down to the end of the first page there are %v", got)
	}
}

func TestManyChatsAreDeletedAndRestoredTogether(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	a, b := newChat(t, s), newChat(t, s)
	if err := s.DeleteChats(ctx, a.ID, 99, b.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("deleting a chat that is not there gives %v", err)
	}
	if n := len(must(s.Chats(ctx, 0))(t)); n != 2 {
		t.Fatalf("%d chats are left, want both", n)
	}
	if err := s.DeleteChats(ctx, a.ID, b.ID); err != nil {
		t.Fatal(err)
	}
	if n := len(must(s.Chats(ctx, 0))(t)); n != 0 {
		t.Fatalf("%d chats are left", n)
	}
	if err := s.RestoreChats(ctx, b.ID, a.ID); err != nil {
		t.Fatal(err)
	}
	got := must(s.ChatsByID(ctx, b.ID, 99, a.ID, b.ID))(t)
	if len(got) != 2 || got[0].ID != b.ID || got[1].ID != a.ID {
		t.Errorf("they came back as %+v", got)
	}
}

func BenchmarkListFiveThousandChats(b *testing.B) {
	s := must(Open(context.Background(), oldChats(b, 250_000)))(b) // 50 turns each
	defer s.Close()
	b.Run("first page", func(b *testing.B) {
		for b.Loop() {
			must(s.Listed(context.Background(), 0, Place{}, Place{}, 100))(b)
		}
	})
	b.Run("page in the middle", func(b *testing.B) {
		for b.Loop() {
			must(s.Listed(context.Background(), 0, Place{Updated: 2500}, Place{}, 100))(b)
		}
	})
}
