package export

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
)

func TestBundleHoldsEachChatUnderANameOfItsOwn(t *testing.T) {
	at := time.UnixMilli(1700000000000)
	var chats []chat.Chat
	for i, title := range []string{"Notes", "notes", "Notes (2)", "a/b", "CON", ""} {
		chats = append(chats, chat.Chat{ID: int64(i + 1), Title: title, Head: 1, Created: at, Updated: at})
	}
	turns := func(c chat.Chat) ([]chat.Turn, error) {
		return []chat.Turn{{ID: 1, Role: chat.User, Text: "of chat " + c.Title, State: chat.Done, Created: at}}, nil
	}
	var b bytes.Buffer
	if err := WriteBundle(&b, "txt", chats, turns); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i, f := range z.File {
		names = append(names, f.Name)
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil || !strings.Contains(string(text), "of chat "+chats[i].Title) {
			t.Errorf("%s holds %q, %v", f.Name, text, err)
		}
	}
	if want := []string{"Notes.txt", "notes (2).txt", "Notes (2) (2).txt", "a b.txt", "Chat CON.txt", "Chat.txt"}; !slices.Equal(names, want) {
		t.Errorf("the files are %q, want %q", names, want)
	}
	if err := WriteBundle(&b, "docx", chats, turns); err == nil {
		t.Error("an unknown format is no error")
	}
}
