package passage

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The sum is of the text as Debian's bible-kjv prints it (bible -f
// john1:1-14), one verse a line with its number before it, compared word for
// word when this was written.
const johnSum = "e476aba367e64df5255a7581107bcd52d14ab05a9d5b9cd7ed788e1da434ac0c"

func TestBuiltInTextIsTheKingJamesVersion(t *testing.T) {
	p := builtIn(t)[0]
	if p.Reference != "John 1:1–14" || p.Translation != "King James Version" {
		t.Errorf("the passage is %s", p.Title())
	}
	var text strings.Builder
	for i, v := range p.Verses {
		if want := fmt.Sprint(i + 1); v.Number != want {
			t.Errorf("verse %q stands where %s should", v.Number, want)
		}
		fmt.Fprintf(&text, "%s %s\n", v.Number, v.Text)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(text.String()))); got != johnSum {
		t.Errorf("the text has the sum %s, want %s", got, johnSum)
	}
}

func TestPieces(t *testing.T) {
	t.Run("verse by verse after the title", func(t *testing.T) {
		pieces := slices.Collect(builtIn(t)[0].Pieces())
		if len(pieces) != 15 {
			t.Fatalf("%d pieces, want the title and 14 verses", len(pieces))
		}
		want := "**John 1:1–14** · King James Version" +
			"\n\n**1** In the beginning was the Word, and the Word was with God, and the Word was God." +
			"\n\n**2** The same was in the beginning with God."
		if got := strings.Join(pieces[:3], ""); got != want {
			t.Errorf("it begins %q, want %q", got, want)
		}
	})
	t.Run("what looks like Markdown is literal", func(t *testing.T) {
		p := Passage{Reference: "A", Verses: []Verse{{"1", "<b>*no* [link](x)</b> & `code`"}}}
		want := "**A**\n\n**1** \\<b\\>\\*no\\* \\[link\\](x)\\</b\\> \\& \\`code\\`"
		if got := strings.Join(slices.Collect(p.Pieces()), ""); got != want {
			t.Errorf("it is %q, want %q", got, want)
		}
	})
	t.Run("a reader may stop early", func(t *testing.T) {
		n := 0
		for range builtIn(t)[0].Pieces() {
			if n++; n == 2 {
				break
			}
		}
	})
}

func TestPassages(t *testing.T) {
	tests := []struct {
		name        string
		file        string // text of psalm.txt
		want        Passage
		wantWarning string
	}{
		{
			name: "a passage",
			file: "Psalm 117\nKing James Version\n\n1 O praise the LORD\n2 For his merciful kindness\n",
			want: Passage{"Psalm 117", "King James Version", "psalm.txt", []Verse{{"1", "O praise the LORD"}, {"2", "For his merciful kindness"}}},
		},
		{
			name: "comments, empty lines, Windows line ends and a byte order mark",
			file: "\ufeff# mine\r\n\r\nIsaiah 52:13–53:1\r\n\r\n# here\r\n52:13  Behold\r\n\r\n53:1\tWho hath believed\r\n",
			want: Passage{"Isaiah 52:13–53:1", "", "psalm.txt", []Verse{{"52:13", "Behold"}, {"53:1", "Who hath believed"}}},
		},
		{name: "no verses", file: "Psalm 117\nKJV\n", wantWarning: "psalm.txt is left out: it needs a reference"},
		{name: "nothing", file: "", wantWarning: "it needs a reference"},
		{name: "a line without a number", file: "Psalm 117\nKJV\n\nO praise\n", wantWarning: "line 4 does not begin with the number of a verse"},
		{name: "a control character", file: "Psalm 117\nKJV\n\n1 O \x1b[31mpraise\n", wantWarning: "line 4 holds a control character"},
		{name: "another encoding", file: "Psalm 117\n\n1 caf\xe9\n", wantWarning: "it is not UTF-8 text"},
		{name: "too large", file: strings.Repeat("#\n", maxSize/2+1), wantWarning: "it is larger than 1024 KiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			passages, warnings := Passages(folder(t, map[string]string{"psalm.txt": tt.file}))
			if tt.wantWarning != "" {
				if len(warnings) != 1 || !strings.Contains(warnings[0], tt.wantWarning) {
					t.Errorf("warnings are %q, want one that says %q", warnings, tt.wantWarning)
				}
				if len(passages) != 1 {
					t.Errorf("%d passages, want the built-in one alone", len(passages))
				}
				return
			}
			if len(warnings) != 0 || len(passages) != 2 {
				t.Fatalf("%d passages, warnings %q; want two and none", len(passages), warnings)
			}
			if got := passages[1]; got.Title() != tt.want.Title() || got.File != tt.want.File || !slices.Equal(got.Verses, tt.want.Verses) {
				t.Errorf("it is %+v, want %+v", got, tt.want)
			}
		})
	}

	t.Run("a folder that is not there is empty", func(t *testing.T) {
		passages, warnings := Passages(filepath.Join(t.TempDir(), "none"))
		if len(passages) != 1 || len(warnings) != 0 {
			t.Errorf("%d passages, warnings %q", len(passages), warnings)
		}
	})
	t.Run("other files and folders are left alone", func(t *testing.T) {
		dir := folder(t, map[string]string{"notes.md": "no passage"})
		if err := os.Mkdir(filepath.Join(dir, "folder.txt"), 0o700); err != nil {
			t.Fatal(err)
		}
		passages, warnings := Passages(dir)
		if len(passages) != 1 || len(warnings) != 0 {
			t.Errorf("%d passages, warnings %q", len(passages), warnings)
		}
	})
	t.Run("a file of the same name replaces the built-in one", func(t *testing.T) {
		passages, _ := Passages(folder(t, map[string]string{"john-1-1-14-kjv.txt": "John 1:1\nMine\n\n1 Mine\n"}))
		if len(passages) != 1 || passages[0].Translation != "Mine" {
			t.Errorf("the passages are %+v", passages)
		}
	})
}

func TestFind(t *testing.T) {
	dir := folder(t, map[string]string{
		"isaiah.txt":        "Isaiah 52:13–53:1\nKing James Version\n\n52:13 Behold\n52:14 As many\n53:1 Who hath\n",
		"1john.txt":         "1 John 1:1-2\nKing James Version\n\n1 That which\n2 For the life\n",
		"john_recovery.txt": "John 1:1-2\nRecovery Version\n\n1 mine\n2 mine\n",
		"broken.txt":        "Mark 1\nKJV\n\nno number\n",
	})
	tests := []struct {
		reference  string
		want       string // title; "" for an error
		wantVerses int
	}{
		{"", "John 1:1–14, King James Version", 14},
		{"John 1:1–14", "John 1:1–14, King James Version", 14},
		{"john 1:1-14", "John 1:1–14, King James Version", 14},
		{"  JOHN   1 : 1 — 14 ", "John 1:1–14, King James Version", 14},
		{"john 1", "John 1:1–14, King James Version", 14},
		{"john", "John 1:1–14, King James Version", 14},
		{"john-1-1-14-kjv", "John 1:1–14, King James Version", 14},
		{"john-1-1-14-kjv.txt", "John 1:1–14, King James Version", 14},
		{"john kjv", "John 1:1–14, King James Version", 14},
		{"John 1:5", "John 1:5, King James Version", 1},
		{"John 1:5-8", "John 1:5–8, King James Version", 4},
		{"john 1 recovery", "John 1:1-2, Recovery Version", 2},
		{"john_recovery", "John 1:1-2, Recovery Version", 2},
		{"1 john 1", "1 John 1:1-2, King James Version", 2},
		{"1 john 1:2", "1 John 1:2, King James Version", 1},
		{"isaiah 52", "Isaiah 52:13–53:1, King James Version", 3},
		{"isaiah 52:14", "Isaiah 52:14, King James Version", 1},
		{"John 1:15", "", 0},
		{"John 1:8-5", "", 0},
		{"john 2", "", 0},
		{"john 14", "", 0},
		{"mark", "", 0},
		{"?", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.reference, func(t *testing.T) {
			got, err := Find(dir, tt.reference)
			if missing := (*NotFoundError)(nil); tt.want == "" && errors.As(err, &missing) {
				for _, part := range []string{"John 1:1–14, King James Version", "broken.txt is left out"} {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("the error %q does not say %q", err, part)
					}
				}
				return
			}
			if err != nil || got.Title() != tt.want || len(got.Verses) != tt.wantVerses {
				t.Errorf("found %q with %d verses, %v; want %q with %d", got.Title(), len(got.Verses), err, tt.want, tt.wantVerses)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Psalm 117\nKJV\n\n1 O praise\n")
	f.Add("# c\n\nA\n1 b")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parse(text)
		if err == nil && (p.Reference == "" || len(p.Verses) == 0) {
			t.Errorf("%q gave %+v without an error", text, p)
		}
	})
}

func builtIn(t *testing.T) []Passage {
	t.Helper()
	passages, warnings := Passages("")
	if len(passages) != 1 || len(warnings) != 0 {
		t.Fatalf("%d built-in passages, warnings %q", len(passages), warnings)
	}
	return passages
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
