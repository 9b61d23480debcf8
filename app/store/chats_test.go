package store

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"notso/app/chat"
)

func TestChatReadsBackAsItWasCreated(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	warm := 0.7
	want := must(s.CreateChat(ctx, "Weather", true, chat.Settings{
		Model: "/models/a.gguf", System: "Be brief.", Thinking: "off", Temperature: &warm,
	}))(t)
	got := must(s.Chat(ctx, want.ID))(t)
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	want.Settings = chat.Settings{Thinking: "on"}
	if err := s.ChangeSettings(ctx, want.ID, func(c *chat.Settings) { *c = want.Settings }); err != nil {
		t.Fatal(err)
	}
	if got := must(s.Chat(ctx, want.ID))(t); !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	if err := s.ChangeSettings(ctx, 99, func(*chat.Settings) {}); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("the settings of no chat give %v", err)
	}
}

func TestNoChangeOfTheSettingsIsLost(t *testing.T) {
	s := opened(t)
	c := newChat(t, s)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := s.ChangeSettings(context.Background(), c.ID, func(s *chat.Settings) { s.MaxTokens++ }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := must(s.Chat(context.Background(), c.ID))(t).Settings.MaxTokens; got != 20 {
		t.Errorf("of 20 changes %d are there", got)
	}
}

func TestChatWithTheLatestTurnComesFirst(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	first, second, third := newChat(t, s), newChat(t, s), newChat(t, s)
	// The clock may not have moved on since: set the times that matter.
	for id, at := range map[int64]int64{first.ID: 300, second.ID: 100, third.ID: 200} {
		must(s.writer.Exec("UPDATE chats SET updated = ? WHERE id = ?", at, id))(t)
	}
	tests := []struct {
		limit int
		want  []int64
	}{
		{0, []int64{first.ID, third.ID, second.ID}},
		{2, []int64{first.ID, third.ID}},
	}
	for _, tt := range tests {
		var got []int64
		for _, c := range must(s.Chats(ctx, tt.limit))(t) {
			got = append(got, c.ID)
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("limit %d: got %v, want %v", tt.limit, got, tt.want)
		}
	}
	must(s.AddTurn(ctx, second.ID, "Hello"))(t)
	if got := must(s.Chats(ctx, 1))(t)[0].ID; got != second.ID {
		t.Errorf("after a turn in chat %d, chat %d comes first", second.ID, got)
	}
}

func TestTitleThatTheUserChoseStays(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	for _, step := range []struct {
		title string
		named bool
		want  string
	}{
		{"made up", false, "made up"},
		{"mine", true, "mine"},
		{"made up again", false, "mine"},
		{"mine, newer", true, "mine, newer"},
	} {
		if err := s.Rename(ctx, c.ID, step.title, step.named); err != nil {
			t.Fatal(err)
		}
		if got := must(s.Chat(ctx, c.ID))(t); got.Title != step.want {
			t.Errorf("after renaming to %q the title is %q, want %q", step.title, got.Title, step.want)
		}
	}
}

func TestDeletedChatIsGoneAndComesBackWhole(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	turn := must(s.AddTurn(ctx, c.ID, "Hello"))(t)
	want := must(s.Chat(ctx, c.ID))(t)

	if err := s.DeleteChats(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"reading the chat": second(s.Chat(ctx, c.ID)),
		"reading a turn":   second(s.Turn(ctx, turn.ID)),
		"adding a turn":    second(s.AddTurn(ctx, c.ID, "more")),
		"renaming it":      s.Rename(ctx, c.ID, "x", true),
		"clearing it":      second(s.ClearTurns(ctx, c.ID)),
		"deleting again":   s.DeleteChats(ctx, c.ID),
		"keeping a draft":  s.SetDraft(ctx, c.ID, "x"),
	} {
		if !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("%s gives %v, want chat.ErrNotFound", what, err)
		}
	}
	if n := len(must(s.Chats(ctx, 0))(t)) + len(must(s.Turns(ctx, c.ID))(t)) + len(must(s.Branch(ctx, c.ID))(t)); n != 0 {
		t.Errorf("%d rows of the deleted chat are listed", n)
	}

	if err := s.RestoreChats(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if got := must(s.Chat(ctx, c.ID))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := must(s.Branch(ctx, c.ID))(t); len(got) != 1 || got[0].Text != "Hello" {
		t.Errorf("the branch is %+v, want its turn", got)
	}
	if err := s.RestoreChats(ctx, c.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("restoring a chat that is there gives %v, want chat.ErrNotFound", err)
	}
}

func TestPurgeRemovesOnlyWhatWasDeletedBefore(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	kept, gone, cleared := newChat(t, s), newChat(t, s), newChat(t, s)
	for _, c := range []chat.Chat{kept, gone, cleared} {
		must(s.AddTurn(ctx, c.ID, "Hello"))(t)
	}
	if err := s.SetDraft(ctx, gone.ID, "half a thought"); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteChats(ctx, gone.ID); err != nil {
		t.Fatal(err)
	}
	clear := must(s.ClearTurns(ctx, cleared.ID))(t)

	if err := s.Purge(ctx, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, undo := range []error{s.RestoreChats(ctx, gone.ID), s.DeleteChats(ctx, gone.ID)} {
		if undo != nil {
			t.Fatalf("an early purge took a chat that was deleted just now: %v", undo)
		}
	}
	if err := s.Purge(ctx, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.RestoreChats(ctx, gone.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("restoring a purged chat gives %v, want chat.ErrNotFound", err)
	}
	if _, err := s.Undo(ctx, clear.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("restoring purged turns gives %v, want chat.ErrNotFound", err)
	}
	var turns, drafts int
	if err := s.reader.QueryRow("SELECT (SELECT count(*) FROM turns), (SELECT count(*) FROM drafts)").Scan(&turns, &drafts); err != nil {
		t.Fatal(err)
	}
	if turns != 1 || drafts != 0 {
		t.Errorf("%d turns and %d drafts are left, want 1 and 0", turns, drafts)
	}
	requireSound(t, s)
}

func TestDraftIsKeptUntilItIsSent(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	c := newChat(t, s)
	for _, id := range []int64{0, c.ID} {
		for _, want := range []string{"half a", "half a thought", ""} {
			if err := s.SetDraft(ctx, id, want); err != nil {
				t.Fatal(err)
			}
			if got := must(s.Draft(ctx, id))(t); got != want {
				t.Errorf("chat %d: the draft is %q, want %q", id, got, want)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }
