package app

import (
	"slices"
	"testing"
	"time"

	"notso/app/chat"
	"notso/app/shelf"
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

func TestTimesTellSomethingHoweverShort(t *testing.T) {
	b := newBench(t, scripted.Options{})
	for _, test := range []struct {
		ms         float64
		line, fact string
	}{
		{.4, "first after 1 ms", "after 1 ms"},
		{41.2, "first after 41 ms", "after 41 ms"},
		{99.7, "first after 0.1 s", "after 0.10 s"},
		{412, "first after 0.4 s", "after 0.41 s"},
		{12_340, "first after 12.3 s", "after 12.34 s"},
	} {
		stats := chat.Stats{ReplyTokens: 2, FirstTokenMS: test.ms}
		if got, want := b.statsLine(stats), "2 tokens · "+test.line; got != want {
			t.Errorf("%v ms: the line below the reply is %q, want %q", test.ms, got, want)
		}
		rows := b.turnFacts(chat.Turn{Role: chat.Assistant, State: chat.Done, Stats: stats}).Rows
		if want := (factRow{"First token", test.fact}); !slices.Contains(rows, want) {
			t.Errorf("%v ms: the statistics are %v, want %v among them", test.ms, rows, want)
		}
	}
}

func TestTheDayOfLastUseStandsWithinItsSentence(t *testing.T) {
	b := newBench(t, scripted.Options{})
	now := b.opts.Now()
	for when, want := range map[time.Time]string{now: "last used: today", now.AddDate(0, 0, -1): "last used: yesterday", {}: ""} {
		if got := b.lastUsed(shelf.Item{Record: shelf.Record{LastUsed: when}}); got != want {
			t.Errorf("%v: %q, want %q", when, got, want)
		}
	}
}
