package words

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Anew says in w's language a sentence that was kept with a turn: why a reply
// failed, said in whatever language the app spoke then. What was filled in stays
// as it was, unless Of knows it. A sentence that no language has stays too.
func (w Words) Anew(sentence string) string {
	for _, k := range keepable() {
		m := k.match.FindStringSubmatch(sentence)
		switch {
		case m == nil:
			continue
		case k.language == w.Code():
			return sentence
		}
		args := make([]any, len(k.order))
		for i, at := range k.order {
			args[at] = w.Of(m[i+1])
		}
		return w.Say(k.key, args...)
	}
	return w.Of(sentence)
}

// kept is a text in one language, ready to be known again.
type kept struct {
	key, language string
	match         *regexp.Regexp
	order         []int // which argument each group is
	letters       int   // of its own
}

// keepable lists the sentences that an error becomes, in every language, those
// with the most letters of their own first.
var keepable = sync.OnceValue(func() (list []kept) {
	for language, texts := range catalogue() {
		for key, text := range texts {
			part, _, _ := strings.Cut(key, ".")
			if !slices.Contains([]string{"error", "remote"}, part) && key != "device.gone" {
				continue
			}
			k := kept{key: key, language: language}
			pattern, from := "(?s)^", 0
			for i, at := range filled.FindAllStringSubmatchIndex(text, -1) {
				pattern += literal(text[from:at[0]]) + "(.*?)"
				from = at[1]
				place := i
				if at[2] >= 0 {
					fmt.Sscan(text[at[2]:at[3]], &place)
					place--
				}
				k.order = append(k.order, place)
			}
			k.match = regexp.MustCompile(pattern + literal(text[from:]) + "$")
			k.letters = len(filled.ReplaceAllString(text, ""))
			if len(k.order) == 0 || k.letters >= fewKept {
				list = append(list, k)
			}
		}
	}
	slices.SortFunc(list, func(a, b kept) int {
		return cmp.Or(b.letters-a.letters, strings.Compare(a.key, b.key), strings.Compare(a.language, b.language))
	})
	return list
})

// fewKept letters of its own make a sentence that could be any.
const fewKept = 12

var filled = regexp.MustCompile(`%(?:\[(\d)\])?[sv]`)

func literal(text string) string { return regexp.QuoteMeta(strings.ReplaceAll(text, "%%", "%")) }
