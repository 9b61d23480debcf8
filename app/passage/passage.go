// Package passage holds the texts that /quote reads aloud, verse by verse.
//
// One is built in: John 1:1–14 in the King James Version, which is in the
// public domain. Others are plain text files, named *.txt, in a folder of the
// user's. The first line is the reference, the second the translation; then,
// after an empty line, one verse a line, each beginning with its number:
//
//	Psalm 117
//	King James Version
//
//	1 O praise the LORD, all ye nations: praise him, all ye people.
//	2 For his merciful kindness is great toward us: and the truth …
//
// A number may name its chapter ("52:13"). Lines that begin with # are left
// out. The text is UTF-8 and taken literally: what looks like Markdown in it
// is shown as written.
package passage

import (
	"iter"
	"regexp"
)

// Passage is a run of verses.
type Passage struct {
	Reference   string // such as "John 1:1–14"
	Translation string // such as "King James Version"; may be empty
	File        string // name of its file, without the folder
	Verses      []Verse
}

// Verse is one verse. Number is text, since it may name its chapter.
type Verse struct {
	Number string
	Text   string
}

// Title names the passage in one line.
func (p Passage) Title() string {
	if p.Translation == "" {
		return p.Reference
	}
	return p.Reference + ", " + p.Translation
}

// Pieces yields the passage as Markdown, first its title and then one verse at
// a time. Joined, the pieces are the whole.
func (p Passage) Pieces() iter.Seq[string] {
	return func(yield func(string) bool) {
		title := "**" + escape(p.Reference) + "**"
		if p.Translation != "" {
			title += " · " + escape(p.Translation)
		}
		if !yield(title) {
			return
		}
		for _, v := range p.Verses {
			if !yield("\n\n**" + escape(v.Number) + "** " + escape(v.Text)) {
				return
			}
		}
	}
}

// escape keeps a text literal within a Markdown paragraph: every mark that can
// have a meaning inside a line gets a backslash.
func escape(text string) string {
	return regexp.MustCompile("[\\\\`*_~\\[\\]<>&|]").ReplaceAllString(text, `\$0`)
}
