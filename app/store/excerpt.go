package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Span is a part of a text; Found says that it is what was searched for.
type Span struct {
	Text  string
	Found bool
}

// Plain is the text of spans.
func Plain(spans []Span) string {
	var text strings.Builder
	for _, s := range spans {
		text.WriteString(s.Text)
	}
	return text.String()
}

// excerptRunes is the length of an excerpt: about two lines of the sidebar.
// leadRunes of them stand before what was found.
const (
	excerptRunes = 140
	leadRunes    = 36
)

// excerpt cuts out of text what stands around the first place where the query's
// words are, with the words marked. Line breaks become spaces. A text without
// them gives its beginning.
func (q query) excerpt(text string) []Span {
	text = strings.ToValidUTF8(text, "�")
	marks := q.places(text)
	from := 0
	if len(marks) > 0 {
		from = back(text, marks[0][0], leadRunes)
	}
	to := forth(text, from, excerptRunes)
	var spans []Span
	add := func(part string, found bool) {
		if part = spaces(part); part != "" {
			spans = append(spans, Span{part, found})
		}
	}
	if from > 0 {
		add("…", false)
	}
	at := from
	for _, m := range marks {
		if m[0] >= to {
			break
		}
		add(text[at:m[0]], false)
		add(text[m[0]:min(m[1], to)], true)
		at = min(m[1], to)
	}
	add(text[at:to], false)
	if to < len(text) {
		add("…", false)
	}
	return spans
}

// mark is all of a text, with the query's words marked.
func (q query) mark(text string) []Span {
	text = strings.ToValidUTF8(text, "�")
	var spans []Span
	at := 0
	for _, m := range q.places(text) {
		if m[0] > at {
			spans = append(spans, Span{Text: text[at:m[0]]})
		}
		spans = append(spans, Span{text[m[0]:m[1]], true})
		at = m[1]
	}
	if at < len(text) {
		spans = append(spans, Span{Text: text[at:]})
	}
	return spans
}

// mostPlaces is how many marks an excerpt can need.
const mostPlaces = 40

// places finds the query's words in text: byte offsets, from and to, in order.
func (q query) places(text string) [][2]int {
	if q.plain {
		return q.plainPlaces(text)
	}
	var terms [][]string
	for _, term := range q.terms {
		terms = append(terms, strings.Fields(fold(term)))
	}
	var places [][2]int
	words := wordsOf(text)
	var last []wordAt // enough of them for the longest term
	for w, ok := words(); ok && len(places) < mostPlaces; w, ok = words() {
		last = append(last, w)
		if len(last) > 32 {
			last = last[1:]
		}
		longest := -1
		for i, term := range terms {
			if n := len(term); n <= len(last) && n > longest && q.ends(last[len(last)-n:], term, i == len(terms)-1) {
				longest = n
			}
		}
		if longest <= 0 {
			continue
		}
		from, to := last[len(last)-longest].from, w.to
		if n := len(places); n > 0 && places[n-1][1] > from { // a term inside another
			places[n-1][1] = to
			continue
		}
		places = append(places, [2]int{from, to})
	}
	return places
}

// ends tells whether the words are the term's; the last word of an open query
// need only begin with it.
func (q query) ends(words []wordAt, term []string, last bool) bool {
	for i, want := range term {
		got := words[i].folded
		if got == want || last && q.open && i == len(term)-1 && strings.HasPrefix(got, want) {
			continue
		}
		return false
	}
	return true
}

// plainPlaces compares letter by letter, ASCII in either case, as LIKE does.
func (q query) plainPlaces(text string) [][2]int {
	lower := asciiLower(text)
	var places [][2]int
	for at := 0; at < len(text) && len(places) < mostPlaces; {
		from, size := -1, 0
		for _, term := range q.terms {
			if i := strings.Index(lower[at:], asciiLower(term)); i >= 0 && (from < 0 || at+i < from) {
				from, size = at+i, len(term)
			}
		}
		if from < 0 {
			break
		}
		places = append(places, [2]int{from, from + size})
		at = from + size
	}
	return places
}

// asciiLower keeps every byte where it is.
func asciiLower(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// wordAt is a word of a text, as the index knows it, and where it stands.
type wordAt struct {
	folded   string
	from, to int
}

// wordsOf yields the words of text one by one.
func wordsOf(text string) func() (wordAt, bool) {
	at := 0
	return func() (wordAt, bool) {
		for at < len(text) {
			r, size := utf8.DecodeRuneInString(text[at:])
			if isWord(r) {
				break
			}
			at += size
		}
		from := at
		for at < len(text) {
			r, size := utf8.DecodeRuneInString(text[at:])
			if !isWord(r) {
				break
			}
			at += size
		}
		return wordAt{fold(text[from:at]), from, at}, from < at
	}
}

// fold takes the case and the accents off, as remove_diacritics does.
func fold(text string) string {
	ascii := true
	for i := 0; i < len(text) && ascii; i++ {
		ascii = text[i] < utf8.RuneSelf
	}
	if ascii {
		return strings.ToLower(text)
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// back is the offset of a word's beginning, at most n runes before at.
func back(text string, at, n int) int {
	from := at
	for i := 0; i < n && from > 0; i++ {
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	if from == 0 {
		return 0
	}
	if i := strings.IndexFunc(text[from:at], unicode.IsSpace); i >= 0 {
		return from + i
	}
	return from
}

// forth is the offset at most n runes after from.
func forth(text string, from, n int) int {
	to := from
	for i := 0; i < n && to < len(text); i++ {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	return to
}

// spaces makes one space of each run of them, and of control characters.
func spaces(text string) string {
	var b strings.Builder
	was := false
	for _, r := range text {
		is := unicode.IsSpace(r) || unicode.IsControl(r)
		if is && !was {
			b.WriteByte(' ')
		}
		if !is {
			b.WriteRune(r)
		}
		was = is
	}
	return b.String()
}
