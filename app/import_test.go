package app

import (
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/imports"
	"notso/engine/scripted"
)

func TestAnImportTellsItsDays(t *testing.T) {
	b := newBench(t, scripted.Options{})
	day := time.Date(2024, 5, 3, 9, 0, 0, 0, time.Local)
	for _, test := range []struct {
		until time.Time
		want  string
	}{
		{day.Add(time.Hour), "From Jan, 3 May 2024"},
		{day.AddDate(0, 0, 1), "From Jan, 3 May 2024 to 4 May 2024"},
	} {
		in := imports.Result{Sources: []string{"Jan"}, Chats: []imports.Chat{{Chat: chat.Chat{Created: day, Updated: test.until}}}}
		if got := b.importedFrom(in); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
