package passage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// NotFoundError says that no passage has the reference, and which ones there
// are.
type NotFoundError struct {
	Reference string
	Known     []string // titles
	Warnings  []string // see Passages: the one meant may have been left out
}

func (e *NotFoundError) Error() string {
	text := fmt.Sprintf("There is no passage %q. Known: %s. Others can be added as text files to the folder \"passages\" beside the settings.",
		e.Reference, strings.Join(e.Known, "; "))
	return strings.Join(append([]string{text}, e.Warnings...), " ")
}

// Find returns the passage that reference means, built in or in the folder
// dir: a reference in any usual spelling ("john 1", "John 1:1-14"), a part of
// one ("John 1:5"), a file name, or words of reference, translation and file
// name together ("john kjv"). An empty reference means the first built-in one.
// Errors: *NotFoundError.
func Find(dir, reference string) (Passage, error) {
	passages, warnings := Passages(dir)
	query := plain(reference)
	for _, matches := range []func(Passage, string) (Passage, bool){byName, byVerses, byWords} {
		for _, p := range passages {
			if found, ok := matches(p, query); ok {
				return found, nil
			}
		}
	}
	err := &NotFoundError{Reference: reference, Warnings: warnings}
	for _, p := range passages[:min(10, len(passages))] {
		err.Known = append(err.Known, p.Title())
	}
	return Passage{}, err
}

func byName(p Passage, query string) (Passage, bool) {
	file := plain(p.File)
	names := []string{"", plain(p.Reference), plain(p.Title()), file, strings.TrimSuffix(file, ".txt")}
	return p, slices.Contains(names, query)
}

// byVerses matches "john 1" and "john 1:5-8" with a passage of that chapter,
// and cuts it to the verses asked for.
func byVerses(p Passage, query string) (Passage, bool) {
	reference := regexp.MustCompile(`^(.*\D) (\d+)(?::(\d+)(?:-(\d+))?)?`)
	asked, has := reference.FindStringSubmatch(query), reference.FindStringSubmatch(plain(p.Reference))
	if asked == nil || has == nil || asked[0] != query || asked[1] != has[1] || asked[2] != has[2] {
		return Passage{}, false
	}
	chapter, first, last := asked[2], asked[3], asked[4]
	if first == "" {
		return p, true
	}
	if last == "" {
		last = first
	}
	from, to := p.index(chapter, first), p.index(chapter, last)
	if from < 0 || to < from {
		return Passage{}, false
	}
	p.Verses = p.Verses[from : to+1]
	p.Reference = strings.TrimSuffix(strings.Split(p.Reference, ":")[0], " ") + ":" + strings.Join(slices.Compact([]string{first, last}), "–")
	return p, true
}

// index is where verse number of chapter stands in p, or −1.
func (p Passage) index(chapter, number string) int {
	return slices.IndexFunc(p.Verses, func(v Verse) bool {
		return v.Number == number || v.Number == chapter+":"+number
	})
}

// byWords matches when every word of the query stands in the reference, the
// translation or the file name. Numbers at the end are a reference, and no
// part of one is as good as another.
func byWords(p Passage, query string) (Passage, bool) {
	if strings.TrimRight(query, "0123456789") != query {
		return Passage{}, false
	}
	split := func(text string) []string {
		return strings.FieldsFunc(plain(text), func(r rune) bool { return strings.ContainsRune(" :-_.,", r) })
	}
	known := append(split(p.Title()), split(p.File)...)
	for _, word := range split(query) {
		if !slices.Contains(known, word) {
			return Passage{}, false
		}
	}
	return p, true
}

// plain is text in one spelling: small letters, hyphens for dashes, single
// spaces, none around a colon or a dash.
func plain(text string) string {
	text = strings.NewReplacer("–", "-", "—", "-", "‑", "-").Replace(strings.ToLower(text))
	text = regexp.MustCompile(`\s*([:-])\s*`).ReplaceAllString(text, "$1")
	return strings.Join(strings.Fields(text), " ")
}
