package store

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuery bounds what is searched for, in bytes: far above what one types.
const maxQuery = 1000

// query is what a person searches for, as parts that must all be there.
type query struct {
	terms []string // each one or more words in a row
	open  bool     // the last word may go on
	plain bool     // the index does not know such words: compare letter by letter
}

// parseQuery reads words and "words in quotes". Anything else is left out, so
// that nothing a person types is an error.
func parseQuery(text string) query {
	if len(text) > maxQuery {
		text = text[:maxQuery]
	}
	text = strings.ToValidUTF8(text, " ")
	var q query
	for i, part := range strings.Split(strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`).Replace(text), `"`) {
		terms := []string{part}
		if i%2 == 0 {
			terms = strings.Fields(part)
		}
		for _, term := range terms {
			if term = q.clean(term); term != "" {
				q.terms = append(q.terms, term)
				q.open = i%2 == 0
			}
		}
	}
	return q
}

// clean drops what no text is searched by. Symbols, and scripts that part no
// words, make the query plain: the index would not find them inside a text.
func (q *query) clean(term string) string {
	words := strings.FieldsFunc(term, func(r rune) bool { return !isWord(r) && !isSymbol(r) })
	for _, word := range words {
		for _, r := range word {
			if isSymbol(r) || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
				q.plain = true
			}
		}
	}
	return strings.Join(words, " ")
}

// isWord tells what SQLite's unicode61 makes words of.
func isWord(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co) }

// isSymbol tells emoji and their like from punctuation.
func isSymbol(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.So, unicode.Sm, unicode.Sc)
}

// match is the query in the language of FTS5.
func (q query) match() string {
	quoted := make([]string, len(q.terms))
	for i, term := range q.terms {
		quoted[i] = `"` + term + `"` // no quotes are left in it
	}
	text := strings.Join(quoted, " AND ")
	if q.open {
		text += " *"
	}
	return text
}

// likes are the parts as patterns of LIKE, with \ as its escape.
func (q query) likes() []string {
	escape := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	patterns := make([]string, len(q.terms))
	for i, term := range q.terms {
		patterns[i] = "%" + escape.Replace(term) + "%"
	}
	return patterns
}
