package markdown

import (
	"html"
	"html/template"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// patchedFrom is the size in bytes from which on a block that grows is patched
// rather than sent anew: a page draws a smaller one in less than a millisecond.
const patchedFrom = 2 << 10

// Patch makes of a block's old HTML its new one. Both begin and end alike, so
// what lies between is replaced, somewhere deep in the block: the last item of a
// list, the last words of a paragraph. In the element that Path leads to, the
// first Keep child nodes stay, and Text units of the one after them, a text; HTML
// comes in the place of the rest.
type Patch struct {
	Path []int         `json:"path"` // from the block down: which child node, at each step
	Keep int           `json:"keep"`
	Text int           `json:"text"` // in UTF-16, as a page counts
	HTML template.HTML `json:"html"`
}

// diff finds the patch from old to new, both well-formed. There is none when it
// would hardly be smaller than the block.
func diff(old, new string) *Patch {
	if len(new) < patchedFrom {
		return nil
	}
	w := walk{html: new, open: []element{{}}}
	w.to(commonPrefix(old, new))
	same := 0 // bytes that end both
	for most := min(len(old), len(new)) - w.at; same < most && old[len(old)-1-same] == new[len(new)-1-same]; {
		same++
	}
	p, deepest := Patch{Path: []int{}}, len(w.open)-1
	level, end := w.close(len(new) - same)
	for _, e := range w.open[1 : level+1] {
		p.Path = append(p.Path, e.index)
	}
	start := w.at
	p.Keep = w.open[level].kids
	if level < deepest { // what is open inside is replaced whole
		start = w.open[level+1].start
		p.Keep = w.open[level+1].index
	} else if w.text < w.at {
		p.Text = len(utf16.Encode([]rune(html.UnescapeString(new[w.text:w.at]))))
	}
	if end-start > len(new)/2 {
		return nil
	}
	p.HTML = template.HTML(new[start:end])
	return &p
}

// walk goes through HTML tag by tag. It knows what the sanitiser and this package
// write: every element is closed or has no inside, and a ">" ends a tag.
type walk struct {
	html string
	at   int
	text int       // where the text begins that ends at at; at itself for none
	open []element // from the block on; the first stands for the block
}

type element struct {
	start int // of its tag
	index int // among the child nodes of its parent
	kids  int // child nodes so far
}

// to goes as far as the tags and texts up to end, and to the last whole
// character of a text that goes on after it.
func (w *walk) to(end int) {
	for w.at < end {
		top := &w.open[len(w.open)-1]
		if w.html[w.at] != '<' {
			size := strings.IndexByte(w.html[w.at:], '<')
			if size < 0 || w.at+size >= end {
				w.text, w.at = w.at, whole(w.html, w.at, end)
				return
			}
			w.at += size
			top.kids++
			continue
		}
		size := strings.IndexByte(w.html[w.at:], '>') + 1
		if size == 0 || w.at+size > end {
			break
		}
		switch tag := w.html[w.at : w.at+size]; {
		case tag[1] == '/':
			w.open = w.open[:max(1, len(w.open)-1)]
		default:
			top.kids++
			if !empty(tag) {
				w.open = append(w.open, element{start: w.at, index: top.kids - 1})
			}
		}
		w.at += size
	}
	w.text = w.at
}

// close returns the deepest of the open elements that ends at from or later, and
// where its closing tag begins.
func (w *walk) close(from int) (level, end int) {
	level = len(w.open) - 1
	inside := 0
	for at := w.at; level > 0; {
		next := strings.IndexByte(w.html[at:], '<')
		if next < 0 {
			break
		}
		at += next
		size := strings.IndexByte(w.html[at:], '>') + 1
		tag := w.html[at : at+size]
		switch {
		case tag[1] != '/':
			if !empty(tag) {
				inside++
			}
		case inside > 0:
			inside--
		case at >= from:
			return level, at
		default:
			level--
		}
		at += size
	}
	return 0, len(w.html)
}

// empty tells whether a tag opens nothing.
func empty(tag string) bool {
	name := strings.TrimRight(tag[1:len(tag)-1], "/ ")
	if i := strings.IndexByte(name, ' '); i >= 0 {
		name = name[:i]
	}
	switch name {
	case "br", "hr", "img", "input", "wbr", "col":
		return true
	}
	return strings.HasSuffix(tag, "/>")
}

// whole is end, or where the character or entity of html[from:] begins that it
// would cut.
func whole(html string, from, end int) int {
	if amp := strings.LastIndexByte(html[from:end], '&'); amp >= 0 && strings.IndexByte(html[from+amp:end], ';') < 0 {
		return from + amp
	}
	for end > from && end < len(html) && !utf8.RuneStart(html[end]) {
		end--
	}
	return end
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
