// Package spelling finds the name that was meant when a mistyped one is not
// known: "/thinkng" → "/thinking".
package spelling

import (
	"slices"
	"strings"
)

// Near returns the names that word may stand for, nearest first: those that
// begin with it, and those that a typo or two (a letter missing, added, wrong
// or swapped) away. Case does not count. It is empty when none is near.
func Near(word string, names []string) []string {
	const most = 3 // suggestions; more help nobody
	type candidate struct {
		name  string
		typos int
	}
	word = strings.ToLower(word)
	if word == "" {
		return nil
	}
	var found []candidate
	for _, name := range names {
		lower := strings.ToLower(name)
		typos := distance([]rune(word), []rune(lower))
		switch {
		case strings.HasPrefix(lower, word):
			found = append(found, candidate{name, 0})
		case typos <= allowed(word):
			found = append(found, candidate{name, typos})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.typos - b.typos })
	var near []string
	for _, c := range found[:min(most, len(found))] {
		near = append(near, c.name)
	}
	return near
}

// allowed is how many typos a word of this length may have: a third of it, so
// that short words are not near to everything.
func allowed(word string) int { return min(2, len(word)/3) }

// distance is the number of single edits between a and b, where swapping two
// neighbours is one edit (the restricted Damerau–Levenshtein distance).
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
