// Package words is the catalogue: every text that the app says to people, once,
// in each of its languages.
//
// The texts are in en/*.json and fr/*.json, one file for each part of the app.
// A text is named by its file and a name within it: "turn.copy" is the entry
// "copy" of turn.json. Texts may hold the verbs of package fmt, with numbers
// where the order differs between languages ("%[2]s of %[1]s"). A text that
// depends on a count has two entries, "chats.one" and "chats.other".
//
// The templates say {{say "turn.copy"}}, the page's script say('page.copied')
// (see Page), Go a Words' Say. A test holds the languages to the same entries
// and finds the ones that nobody says.
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed en/*.json fr/*.json
var files embed.FS

// Words says things in one language. The zero value speaks English. It may be
// used concurrently.
type Words struct {
	language string // "" is English
}

// In returns the words of a language, such as "fr". "system" and "" stand for
// the one that the environment names (see Environment). A language that is not
// there is English.
func In(language, environment string) Words {
	if language == "" || language == "system" {
		language = environment
	}
	language, _, _ = strings.Cut(strings.ToLower(language), "_")
	if _, known := catalogue()[language]; !known {
		language = "en"
	}
	return Words{language}
}

// Environment names the language that the user's environment asks for, in the
// order that POSIX gives: LC_ALL, LC_MESSAGES, LANG.
func Environment(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			language, _, _ := strings.Cut(value, ".")
			return language
		}
	}
	return "en"
}

// Languages lists the languages with their own names, English first.
func Languages() []Language {
	return []Language{{"en", "English"}, {"fr", "Français"}}
}

// Language is one that the app speaks.
type Language struct {
	Code string // ISO 639-1
	Name string // as its speakers call it
}

// Code is the language's ISO 639-1 code.
func (w Words) Code() string {
	if w.language == "" {
		return "en"
	}
	return w.language
}

// Say returns the text of a key, with args in the place of its verbs. A key that
// is not there is said as it is, which the tests do not let happen.
func (w Words) Say(key string, args ...any) string {
	text, ok := catalogue()[w.Code()][key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Count says the text of key for n things: the entry key.one or key.other, as
// the language has it (French counts 0 as one). The text's first verb is the
// number, as a string; args follow.
func (w Words) Count(key string, n int, args ...any) string {
	form := ".other"
	if n == 1 || n == 0 && w.Code() == "fr" {
		form = ".one"
	}
	return w.Say(key+form, append([]any{w.Number(n)}, args...)...)
}

// Number groups thousands: 8192 is 8,192 in English, 8 192 in French.
func (w Words) Number(n int) string {
	digits := strconv.Itoa(n)
	var grouped strings.Builder
	for i, digit := range digits {
		if left := len(digits) - i; i > 0 && left%3 == 0 && digits[i-1] != '-' {
			grouped.WriteString(w.Say("time.thousands"))
		}
		grouped.WriteRune(digit)
	}
	return grouped.String()
}

// Decimal shows a number with so many digits behind the point.
func (w Words) Decimal(n float64, digits int) string {
	return strings.Replace(strconv.FormatFloat(n, 'f', digits, 64), ".", w.Say("time.point"), 1)
}

// Short shows a number with no more digits than it has, at most four that mean
// something.
func (w Words) Short(n float64) string {
	return strings.Replace(strconv.FormatFloat(n, 'g', 4, 64), ".", w.Say("time.point"), 1)
}

// Size shows bytes in powers of 1000 with three digits at most, as download pages
// do: 1.92 GB, 1,92 Go in French. What rounds up to a thousand has the next unit.
func (w Words) Size(n int64) string {
	size := float64(n)
	switch {
	case size >= 999.5e6:
		return w.Say("models.gb", w.Decimal(size/1e9, 2))
	case size >= 10e6:
		return w.Say("models.mb", w.Decimal(size/1e6, 0))
	case size >= 999.5e3:
		return w.Say("models.mb", w.Decimal(size/1e6, 1))
	case size >= 1e3:
		return w.Say("models.kb", w.Decimal(size/1e3, 0))
	}
	return w.Count("models.bytes", int(n))
}

// Date is the day of t: "12 May", with the year if it is not now's.
func (w Words) Date(t, now time.Time) string {
	text := fmt.Sprintf("%d %s", t.Day(), w.Month(t.Month()))
	if t.Year() != now.Year() {
		text += " " + strconv.Itoa(t.Year())
	}
	return text
}

// Month is the month's name.
func (w Words) Month(m time.Month) string { return w.Say("time.month" + strconv.Itoa(int(m))) }

// All is every text, by key.
func (w Words) All() map[string]string { return maps.Clone(catalogue()[w.Code()]) }

// Page is the part of the catalogue that the page's script says, by key: the
// entries of page.json.
func (w Words) Page() map[string]string {
	texts := map[string]string{}
	for key, text := range catalogue()[w.Code()] {
		if strings.HasPrefix(key, "page.") {
			texts[key] = text
		}
	}
	return texts
}

// frenchSpaces keeps a line from beginning with the mark that belongs to the one
// before. The files have plain spaces, which translators can see.
var frenchSpaces = strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!", " »", "\u00a0»", "« ", "«\u00a0", " %%", "\u00a0%%")

// catalogue reads the files, once: text by key by language. They are part of the
// program, so one that cannot be read is a fault in it.
var catalogue = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	names, err := fs.Glob(files, "*/*.json")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		language, part := path.Dir(name), strings.TrimSuffix(path.Base(name), ".json")
		if all[language] == nil {
			all[language] = map[string]string{}
		}
		raw, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		var texts map[string]string
		if err := json.Unmarshal(raw, &texts); err != nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		for key, text := range texts {
			if language == "fr" {
				text = frenchSpaces.Replace(text)
			}
			all[language][part+"."+key] = text
		}
	}
	return all
})
