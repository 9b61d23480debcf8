package words

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryLanguageHasTheSameEntries(t *testing.T) {
	english := catalogue()["en"]
	for _, l := range Languages()[1:] {
		texts := catalogue()[l.Code]
		for key, text := range english {
			other, ok := texts[key]
			switch {
			case !ok:
				t.Errorf("%s has no %q", l.Name, key)
			case verbs(text) != verbs(other):
				t.Errorf("%q takes %s in English and %s in %s", key, verbs(text), verbs(other), l.Name)
			case other == "":
				t.Errorf("%q is empty in %s", key, l.Name)
			}
		}
		for key := range texts {
			if _, ok := english[key]; !ok {
				t.Errorf("%s has %q, which English does not", l.Name, key)
			}
		}
	}
}

// verb matches a verb of package fmt: its number, if any, and its letter.
var verb = regexp.MustCompile(`%(?:\[(\d)\])?[-+# 0]*[\d.]*([a-zA-Z])`)

// verbs lists a text's verbs in the order of their arguments.
func verbs(text string) string {
	var found []string
	next := '1'
	for _, m := range verb.FindAllStringSubmatch(strings.ReplaceAll(text, "%%", ""), -1) {
		if m[1] == "" {
			m[1] = string(next)
		}
		next = rune(m[1][0]) + 1
		found = append(found, m[1]+m[2])
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}

// said matches a key where it is said: in Go and JavaScript as a quoted word
// with a dot, in templates likewise.
var said = regexp.MustCompile(`["'\x60]([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)["'\x60]`)

func TestEveryEntryIsSaidSomewhereAndEveryKeyIsThere(t *testing.T) {
	english := catalogue()["en"]
	parts := map[string]bool{}
	for key := range english {
		part, _, _ := strings.Cut(key, ".")
		parts[part] = true
	}
	used := map[string]bool{}
	for _, root := range []string{"..", "../../frontend/templates", "../../frontend/js"} {
		all := sources(t, root)
		if root == ".." {
			all = append(all, wiring(t)...)
		}
		for _, source := range all {
			for _, m := range said.FindAllStringSubmatch(source, -1) {
				used[m[1]] = true
			}
			for _, m := range calls.FindAllStringSubmatch(source, -1) {
				if key := m[2]; english[key] == "" && english[key+".one"] == "" && english[key+".other"] == "" && key != "time.month" && !strings.HasSuffix(key, "_") {
					t.Errorf("%s%q says what the catalogue does not have", m[1], key)
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(english)) {
		counted := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		if !used[key] && !used[counted] && !strings.HasPrefix(key, "time.month") && !computed(key) {
			t.Errorf("nobody says %q", key)
		}
	}
}

// calls matches the functions that say a key.
var calls = regexp.MustCompile(`\b([sS]ay|[cC]ount)(?:\(| )["'\x60]([a-z][a-z0-9_]*\.[a-z0-9_.]+)["'\x60]`)

// computed tells the keys that the program puts together: the summary of a
// command, the name of a setting.
func computed(key string) bool {
	return strings.HasPrefix(key, "said_") || strings.HasPrefix(key, "command.") || strings.HasPrefix(key, "category.") || strings.HasPrefix(key, "setting.") || strings.HasPrefix(key, "shortcut.")
}

// wiring is the source of the program's roles, at the top of the repository.
func wiring(t *testing.T) (texts []string) {
	t.Helper()
	names, err := filepath.Glob("../../*.go")
	if err != nil || len(names) == 0 {
		t.Fatal(err, len(names))
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(raw))
	}
	return texts
}

func sources(t *testing.T, root string) (texts []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".json") {
			return err
		}
		raw, err := fs.ReadFile(os.DirFS(root), name)
		texts = append(texts, string(raw))
		return err
	})
	if err != nil || len(texts) == 0 {
		t.Fatalf("%d files in %s, %v", len(texts), root, err)
	}
	return texts
}

func TestWordsFollowTheirLanguage(t *testing.T) {
	english, french := In("en", ""), In("system", "fr_FR.UTF-8")
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct{ name, got, want string }{
		{"English thousands", english.Number(1234567), "1,234,567"},
		{"French thousands", french.Number(1234567), "1\u202f234\u202f567"},
		{"three digits", english.Number(123), "123"},
		{"a negative number", english.Number(-123456), "-123,456"},
		{"a French decimal", french.Decimal(0.25, 1), "0,2"},
		{"a day of this year", english.Date(day, day), "1 May"},
		{"a French day of another year", french.Date(day, day.AddDate(1, 0, 0)), "1 mai 2026"},
		{"one in English", english.Count("page.commands", 1), "1 command"},
		{"none in English", english.Count("page.commands", 0), "0 commands"},
		{"none in French", french.Count("page.commands", 0), "0 commande"},
		{"a language that is not there", In("tlh", "").Code(), "en"},
		{"an environment without one", In("system", "C").Code(), "en"},
		{"the zero value", Words{}.Say("page.copied"), "Copied."},
	} {
		if test.got != test.want {
			t.Errorf("%s is %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestEnvironmentGoesByPOSIX(t *testing.T) {
	env := map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "fr_CA.UTF-8"}
	if got := Environment(func(name string) string { return env[name] }); got != "fr_CA" {
		t.Errorf("the environment asks for %q, want fr_CA", got)
	}
	if got := Environment(func(string) string { return "" }); got != "en" {
		t.Errorf("an empty environment asks for %q, want en", got)
	}
}

func TestSizesHaveTheUnitThatPeopleRead(t *testing.T) {
	for _, tt := range []struct {
		bytes  int64
		en, fr string
	}{
		{0, "0 bytes", "0 octet"}, {1, "1 byte", "1 octet"}, {999, "999 bytes", "999 octets"}, {1000, "1 kB", "1 ko"}, {999_499, "999 kB", "999 ko"}, {999_500, "1.0 MB", "1,0 Mo"},
		{2_100_000, "2.1 MB", "2,1 Mo"}, {812_000_000, "812 MB", "812 Mo"}, {999_600_000, "1.00 GB", "1,00 Go"}, {1_915_305_312, "1.92 GB", "1,92 Go"},
	} {
		if en, fr := In("en", "").Size(tt.bytes), In("fr", "").Size(tt.bytes); en != tt.en || fr != tt.fr {
			t.Errorf("%d bytes are %q and %q, want %q and %q", tt.bytes, en, fr, tt.en, tt.fr)
		}
	}
}
