package app

import (
	"testing"

	"notso/app/chat"
	"notso/engine/scripted"
)

func TestStatisticsTellWhatWasGuessed(t *testing.T) {
	b := newBench(t, scripted.Options{})
	for _, test := range []struct {
		name string
		chat.Stats
		want factRow
	}{
		{"some were right", chat.Stats{ReplyTokens: 200, Guessed: 180, GuessedRight: 120}, factRow{"of that, guessed", "120, of 180 guesses"}},
		{"none was", chat.Stats{ReplyTokens: 200, Guessed: 8}, factRow{"of that, guessed", "0, of 8 guesses"}},
		{"nothing was guessed", chat.Stats{ReplyTokens: 200}, factRow{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows := b.turnFacts(chat.Turn{Role: chat.Assistant, State: chat.Done, Stats: test.Stats}).Rows
			var got factRow
			for _, row := range rows {
				if row.Name == "of that, guessed" {
					got = row
				}
			}
			if got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}
