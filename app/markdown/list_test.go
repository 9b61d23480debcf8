package markdown

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// randomLists is a text of lists and what comes between them, of n items in all.
func randomLists(random *rand.Rand, n int, inside []string) string {
	var b strings.Builder
	marker, between := "- ", 0
	for range n {
		if random.IntN(40) == 0 {
			marker = []string{"- ", "* ", "1. ", "12) ", " - ", "-   "}[random.IntN(6)]
			b.WriteString([]string{"", "\n", "text\n", "\ntext\n", "---\n", "- - -\n", "a\n: b\n", "-\n", "-\n\n\n", "```\ncode\n```\n"}[random.IntN(10)])
		}
		if random.IntN(60) == 0 {
			between = random.IntN(3)
		}
		item := strings.Repeat("words **and** more ", random.IntN(8)) + "end"
		if random.IntN(4) == 0 {
			item = inside[random.IntN(len(inside))]
		}
		b.WriteString(marker + strings.ReplaceAll(item, "\n", "\n"+strings.Repeat(" ", len(marker))))
		b.WriteString("\n" + strings.Repeat("\n", random.IntN(1+between)))
	}
	return b.String()
}

// What a stream keeps of a long list is what the list would be anew.
func TestLongListIsShownAsAnew(t *testing.T) {
	r := New()
	random := rand.New(rand.NewPCG(5, 6))
	inside := slices.DeleteFunc(append(specExamples(t), subtle()...), func(s string) bool { return looksBack(s) || len(s) > 200 })
	kept := 0
	for range 8 {
		text := randomLists(random, 150, inside)
		s := r.Stream(7)
		shown := 0
		for _, piece := range cut(random, text) {
			s.Write(piece)
			shown += len(piece)
			if s.list == nil || s.looked < len(s.tail) {
				continue
			}
			kept++
			anew := r.Stream(7)
			anew.Write(text[:shown])
			if got, want := s.Blocks(), anew.Blocks(); !slices.Equal(got, want) {
				t.Fatalf("%q\nis shown as\n%q\nwant\n%q", text[:shown], got, want)
			}
		}
	}
	if kept < 1000 {
		t.Errorf("of a list was kept something %d times, want often", kept)
	}
}

// A long list comes word by word, as a short one does.
func TestLongListIsShownWithEachWord(t *testing.T) {
	for name, text := range long(20_000) {
		if !strings.Contains(name, "list") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := New().Stream(1)
			for i := 0; i < len(text); i += 7 {
				s.Write(text[i:min(i+7, len(text))])
				if s.looked < len(s.tail) {
					t.Fatalf("after %d bytes, %d are not shown", i, len(s.tail)-s.looked)
				}
			}
		})
	}
}
