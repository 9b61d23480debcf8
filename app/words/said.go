package words

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Of says in w's language what a package that knows no catalogue has said in
// English: why a model file is refused, what is wrong with a setting, how a
// worker ended. Its texts are in said_*.json under their English form, with %s
// for what was filled in, which is said in w's language too where it is such a
// text itself. A text that is not there, such as one of llama.cpp, stays as it
// is. A test holds the files to the sources of those packages.
func (w Words) Of(english string) string {
	if w.Code() == "en" || english == "" {
		return english
	}
	if text, known := w.of(english, 0); known {
		return text
	}
	return english
}

// deepest is how many texts stand within each other: a warning, its reason, and
// what that is about.
const deepest = 4

// fewLetters of its own make a text that could be anything: such a one counts
// only when what is filled in is known as well.
const fewLetters = 6

func (w Words) of(english string, depth int) (text string, known bool) {
	if depth > deepest {
		return english, false
	}
	for _, s := range heard() {
		m := s.match.FindStringSubmatch(english)
		if m == nil || depth > 0 && s.word {
			continue
		}
		args, all := make([]any, len(m)-1), true
		for i, part := range m[1:] {
			said, known := w.of(part, depth+1)
			args[i], all = said, all && known
		}
		if s.letters < fewLetters && !all {
			continue
		}
		return w.Say(s.key, args...), true
	}
	if either.MatchString(english) {
		return strings.Replace(english, " or ", " "+w.Say("time.or")+" ", 1), true
	}
	return english, false
}

// either matches a list of things to choose from: "md, html or txt".
var either = regexp.MustCompile(`^(?:[^ ,]+, )*[^ ,]+ or [^ ]+$`)

// heardText is a text that packages say, ready to be known again.
type heardText struct {
	key     string
	match   *regexp.Regexp
	letters int  // of its own
	word    bool // a single word, which within another text may be anything: a name, say
}

// heard lists the texts, those with the most letters of their own first.
var heard = sync.OnceValue(func() (list []heardText) {
	for key, text := range catalogue()["en"] {
		if !strings.HasPrefix(key, "said_") {
			continue
		}
		parts := strings.Split(text, "%s")
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(strings.ReplaceAll(part, "%%", "%"))
		}
		list = append(list, heardText{
			key:     key,
			match:   regexp.MustCompile("(?s)^" + strings.Join(parts, "(.*?)") + "$"),
			letters: len(strings.ReplaceAll(text, "%s", "")),
			word:    !strings.ContainsAny(text, " %"),
		})
	}
	slices.SortFunc(list, func(a, b heardText) int {
		return cmp.Or(b.letters-a.letters, strings.Compare(a.key, b.key))
	})
	return list
})
