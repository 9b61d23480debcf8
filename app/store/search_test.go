package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"notso/app/chat"
)

// shown writes spans with what was found in brackets.
func shown(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Found {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// told writes what was found as "title: excerpt | excerpt; title: …".
func told(found []Found) string {
	var chats []string
	for _, f := range found {
		text := shown(f.Title)
		var hits []string
		for _, h := range f.Hits {
			hits = append(hits, shown(h.Excerpt))
		}
		if len(hits) > 0 {
			text += ": " + strings.Join(hits, " | ")
		}
		chats = append(chats, text)
	}
	return strings.Join(chats, "; ")
}

// library stores chats, the newest first, each a title and its turns.
func library(t testing.TB, s *Store, chats ...[]string) (ids []int64) {
	t.Helper()
	ctx := context.Background()
	for i, texts := range chats {
		c := must(s.CreateChat(ctx, texts[0], true, chat.Settings{}))(t)
		for _, text := range texts[1:] {
			must(s.AddTurn(ctx, c.ID, text))(t)
		}
		at := time.Now().AddDate(0, 0, -i).UnixMilli()
		must(s.writer.Exec("UPDATE chats SET updated = ? WHERE id = ?", at, c.ID))(t)
		ids = append(ids, c.ID)
	}
	return ids
}

func TestSearch(t *testing.T) {
	s := opened(t)
	library(t, s,
		[]string{"Sourdough", "How long should the dough rest in a cold kitchen?", "Twelve hours; the crème fraîche can wait.\nThen bake."},
		[]string{"Kitchen lights", "Which lamp is warm?"},
		[]string{"Unrelated", "A kitchen, mentioned once", `She said: "let it rest", 100% of the time`, "C++ and foo_bar-baz"},
		[]string{"東京の天気", "明日の東京は晴れですか 🎉"},
		[]string{"<b>Markup</b>", `<script>alert("rest")</script>`},
	)
	for _, test := range []struct{ name, query, want string }{
		{"a word in a title comes first", "kitchen", "[Kitchen] lights; Unrelated: A [kitchen], mentioned once; Sourdough: … should the dough rest in a cold [kitchen]?"},
		{"the last word may go on", "kit", "[Kitchen] lights; Unrelated: A [kitchen], mentioned once; Sourdough: … should the dough rest in a cold [kitchen]?"},
		{"all words must be there", "kitchen dough", "Sourdough: How long should the [dough] rest in a cold [kitchen]?"},
		{"a word that is not the last is whole", "kit dough", ""},
		{"case and accents do not count", "CREME fraiche", "Sourdough: Twelve hours; the [crème] [fraîche] can wait. Then bake."},
		{"accents that are typed do not count either", "crémé", "Sourdough: Twelve hours; the [crème] fraîche can wait. Then bake."},
		{"words in quotes stand side by side", `"cold kitchen"`, "Sourdough: How long should the dough rest in a [cold kitchen]?"},
		{"and not apart", `"kitchen cold"`, ""},
		{"a quote that is not closed", `"cold kitch`, ""},
		{"marks between words part them", "foo_bar-baz", "Unrelated: C++ and [foo_bar-baz]"},
		{"operators are words", "rest AND NOT", ""},
		{"one operator alone", "NEAR", ""},
		{"markup is text", "alert", `<b>Markup</b>: <script>[alert]("rest")</script>`},
		{"scripts that part no words", "東京", "[東京]の天気: 明日の[東京]は晴れですか 🎉"},
		{"an emoji", "🎉", "東京の天気: 明日の東京は晴れですか [🎉]"},
		{"nothing", " \t", ""},
		{"nothing but marks", `"*^(){}:-+'`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := told(must(s.Search(context.Background(), test.query))(t)); got != test.want {
				t.Errorf("%q finds\n%s\nwant\n%s", test.query, got, test.want)
			}
		})
	}
}

func TestSearchSeesOnlyWhatIsThere(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	ids := library(t, s, []string{"Zebra one", "zebra"}, []string{"Two", "zebra"})
	if err := s.DeleteChats(ctx, ids[0]); err != nil {
		t.Fatal(err)
	}
	clear := must(s.ClearTurns(ctx, ids[1]))(t)
	if got := told(must(s.Search(ctx, "zebra"))(t)); got != "" {
		t.Errorf("what is deleted or cleared is found: %s", got)
	}
	if _, err := s.Undo(ctx, clear.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.RestoreChats(ctx, ids[0]); err != nil {
		t.Fatal(err)
	}
	if got := told(must(s.Search(ctx, "zebra"))(t)); got != "[Zebra] one: [zebra]; Two: [zebra]" {
		t.Errorf("what came back is found as %s", got)
	}
}

func TestSearchShowsTheBestTurnsOfAChatAndCountsTheRest(t *testing.T) {
	s := opened(t)
	texts := []string{"Title"}
	for i := range 9 {
		texts = append(texts, fmt.Sprintf("needle %d %s", i, strings.Repeat("hay ", 60*i)))
	}
	library(t, s, texts)
	found := must(s.Search(context.Background(), "needle"))(t)
	if len(found) != 1 || len(found[0].Hits) != hitsPerChat || found[0].More != 9-hitsPerChat {
		t.Fatalf("found %+v", found)
	}
	for i, h := range found[0].Hits {
		if i > 0 && h.Turn <= found[0].Hits[i-1].Turn {
			t.Error("the turns are not in the order of the chat")
		}
	}
}

func TestExcerptStandsAroundWhatWasFound(t *testing.T) {
	q := parseQuery("needle")
	text := strings.Repeat("много сена ", 500) + "and a needle in it " + strings.Repeat("hay ", 500)
	got := shown(q.excerpt(text))
	if !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, "…") || !strings.Contains(got, "and a [needle] in it") || len([]rune(got)) > excerptRunes+6 {
		t.Errorf("the excerpt is %q", got)
	}
}

func FuzzSearch(f *testing.F) {
	for _, seed := range []string{`"`, `a"b`, "a\x00b", `a*`, `^a`, `{a b} : c`, `NEAR(a b)`, `a AND OR`, "-", "🎉", "é́", "\xff", `"" ""`, "%_\\", "İ", "ß"} {
		f.Add(seed, "Text with "+seed+" in it")
	}
	s := opened(f)
	f.Fuzz(func(t *testing.T, query, text string) {
		ctx := context.Background()
		c := must(s.CreateChat(ctx, text, true, chat.Settings{}))(t)
		if _, err := s.AddTurn(ctx, c.ID, text); err != nil && strings.TrimSpace(text) != "" {
			t.Fatal(err)
		}
		for _, found := range must(s.Search(ctx, query))(t) {
			if plain := strings.NewReplacer().Replace(joined(found.Title)); plain != strings.ToValidUTF8(found.Chat.Title, "�") {
				t.Errorf("the title %q became %q", found.Chat.Title, plain)
			}
		}
		if _, err := s.writer.Exec("DELETE FROM chats"); err != nil {
			t.Fatal(err)
		}
	})
}

func joined(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

func BenchmarkSearch(b *testing.B) {
	for _, turns := range []int{100, 10_000, 100_000} {
		s := must(Open(context.Background(), oldChats(b, turns)))(b)
		for _, q := range []struct{ name, text string }{
			{"a rare word", "w77"}, {"a word that is everywhere", "common"}, {"two of them", "common tongues"},
			{"one letter", "w"}, {"two letters", "w4"}, {"an emoji", "🎉"}, {"none", "xylophone"}, {"a phrase", `"is common in 5"`},
		} {
			b.Run(fmt.Sprintf("%d turns/%s", turns, strings.ReplaceAll(q.name, " ", "_")), func(b *testing.B) {
				for b.Loop() {
					must(s.Search(context.Background(), q.text))(b)
				}
			})
		}
		s.Close()
	}
}
