package markdown

import (
	"bytes"
	"html/template"
	"slices"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// An open block costs its length each time, which adds up when it is a table of a
// hundred rows. So one that is longer than longTail, in bytes, is looked at
// again only when it has grown by 1/tailSteps: four tokens behind, at first, for
// a cost that stays in proportion to the text. Of a list only what s.list does not
// keep counts.
const (
	longTail  = 2 << 10
	tailSteps = 128
)

// keptFrom is how long a list is, in bytes, when its first items are kept.
const keptFrom = 256

// Stream renders a text while it is written. A block that can no longer change
// is settled: rendered once and never looked at again. So a delta costs what
// the open block costs, however long the text before it is, and a long block of
// code or of anything else costs in proportion to its length.
//
// Two things can still change a settled block: the definition of a link or a
// footnote that comes after its use. Both wait for Close, after which the blocks
// are those of Render for the whole text.
type Stream struct {
	r      *Renderer
	turn   int64
	labels Labels

	text    []byte // everything, for Close
	partial []byte // the beginning of a rune at the end of text
	tail    []byte // cleaned text from the end of the settled blocks on
	looked  int    // bytes of tail that open shows
	fence   *fence // set while tail is a fenced code block without its end
	list    *list  // set while tail ends with a long list: that of it which can no longer change

	settled []template.HTML
	open    []template.HTML
	refs    []parser.Reference
	code    map[string]string // figures within the tail
}

// Update says that the blocks from index From on are now Blocks; those before
// are as they were.
type Update struct {
	From   int
	Blocks []template.HTML
	Patch  *Patch // makes Blocks[0] of what it was, when that is a long block; else nil
}

// Stream starts a text. For one that goes on, write what there is first.
func (r *Renderer) Stream(turn int64) *Stream {
	return &Stream{r: r, turn: turn, labels: r.labels(), code: map[string]string{}}
}

// Write takes the next bit of text, cut wherever it may be.
func (s *Stream) Write(delta string) Update {
	s.text = append(s.text, delta...)
	s.partial = append(s.partial, delta...)
	whole := len(s.partial) - unfinished(s.partial)
	s.tail = append(s.tail, clean(string(s.partial[:whole]))...)
	s.partial = append(s.partial[:0], s.partial[whole:]...)

	rest := len(s.rest())
	if s.fence == nil && rest > longTail && len(s.tail)-s.looked < rest/tailSteps {
		return Update{From: len(s.settled) + len(s.open)}
	}
	before, from := s.open, len(s.settled)
	s.settle()
	s.looked = len(s.tail)
	if s.fence != nil {
		s.open = []template.HTML{s.fence.figure(s.tail)}
	} else {
		s.open = s.render()
	}
	return update(from, before, append(slices.Clip(s.settled[from:]), s.open...))
}

// rest is the tail without what s.list is.
func (s *Stream) rest() []byte {
	if s.list == nil {
		return s.tail
	}
	return s.tail[s.list.size:]
}

// render returns the blocks of the tail.
func (s *Stream) render() []template.HTML {
	doc := s.parse(s.rest())
	if s.list != nil && !s.list.goesOn(doc) {
		s.list = nil
		doc = s.parse(s.tail)
	}
	blocks := doc.blocks(s.list)
	if len(doc.source) > keptFrom {
		s.keep(doc, blocks)
	}
	return blocks
}

func (s *Stream) parse(source []byte) document {
	return s.r.parse(pass{md: s.r.begun, turn: s.turn, labels: s.labels, refs: s.refs, code: s.code, open: true}, source)
}

// keep makes s.list of the list that doc ends with, up to its last two items: what
// is between those tells whether the list is loose as well as all of it does. It
// leaves s.list as it is where that is not so, or where the last item may yet
// turn out to be none.
func (s *Stream) keep(doc document, blocks []template.HTML) {
	n, ok := doc.root.LastChild().(*ast.List)
	if !ok || n.ChildCount() < 3 {
		return
	}
	last := n.LastChild()
	from := last.PreviousSibling()
	if bytes.IndexByte(doc.source[lineStart(doc.source, last.Pos()):], '\n') < 0 || !last.HasChildren() || !from.HasChildren() {
		return
	}
	l := newList(n)
	l.size = len(s.tail) - len(doc.source)
	l.before = blocks[:len(blocks)-1]
	if s.list != nil && n == doc.root.FirstChild() {
		*l = *s.list
	}
	at := lineStart(doc.source, from.Pos())
	if !l.goesOn(s.parse(doc.source[at:])) {
		return
	}
	l.size += at
	l.add(doc, n.FirstChild(), from)
	s.list = l
}

// Close ends the text: the blocks are now what Render makes of all of it.
func (s *Stream) Close() Update {
	before := s.Blocks()
	s.settled, s.open = s.r.Render(s.turn, string(s.text)), nil
	s.tail, s.partial, s.fence, s.list, s.code = nil, nil, nil, nil, nil
	return update(0, before, s.settled)
}

// Blocks returns all blocks as they are now.
func (s *Stream) Blocks() []template.HTML {
	return append(slices.Clip(s.settled), s.open...)
}

// update compares two lists of blocks that start at index from.
func update(from int, before, after []template.HTML) Update {
	same := 0
	for same < len(before) && same < len(after) && before[same] == after[same] {
		same++
	}
	u := Update{From: from + same, Blocks: after[same:]}
	if same < len(before) && same < len(after) {
		u.Patch = diff(string(before[same]), string(after[same]))
	}
	return u
}

// settle moves what can no longer change from the tail to the settled blocks.
func (s *Stream) settle() {
	for {
		if s.fence != nil {
			end := s.fence.end(s.tail)
			if end < 0 {
				return
			}
			s.cut(end)
			s.fence = nil
			continue
		}
		start, fenced := s.boundary()
		if start > 0 {
			s.cut(start)
		}
		if !fenced {
			return
		}
		s.fence = newFence(s.tail, s.labels)
	}
}

// cut settles the first n bytes of the tail.
func (s *Stream) cut(n int) {
	blocks, refs := s.r.render(pass{md: s.r.begun, turn: s.turn, labels: s.labels, refs: s.refs, code: s.code}, s.tail[:n])
	s.settled = append(s.settled, blocks...)
	s.refs = refs
	s.tail = bytes.Clone(s.tail[n:])
	s.list = nil
	clear(s.code)
}

// boundary returns where the last part of the tail begins that can be parsed on
// its own: at a block of the top level that follows a blank line, or at the top
// of a fenced code block, which it reports. Everything before that is closed
// whatever comes, as soon as the block's first line is complete.
func (s *Stream) boundary() (start int, fenced bool) {
	rest := s.rest()
	before := len(s.tail) - len(rest)
	doc := s.r.begun.Parser().Parse(text.NewReader(rest))
	for n := doc.LastChild(); n != nil; n = n.PreviousSibling() {
		start := lineStart(rest, n.Pos())
		if start == 0 && s.list != nil {
			break // it goes on
		}
		if start < 0 || bytes.IndexByte(rest[start:], '\n') < 0 {
			continue
		}
		if n.Kind() == ast.KindFencedCodeBlock {
			return before + start, true
		}
		if mayBeDefined(n) {
			continue
		}
		if start == 0 || util.IsBlank(rest[lineStart(rest, start-1):start]) {
			return before + start, false
		}
	}
	return 0, false
}

// mayBeDefined tells whether a line ": …" may still make n part of the list of
// definitions before it, or has.
func mayBeDefined(n ast.Node) bool {
	_, list := n.(*xast.DefinitionList)
	if _, paragraph := n.(*ast.Paragraph); paragraph && n.PreviousSibling() != nil {
		_, list = n.PreviousSibling().(*xast.DefinitionList)
	}
	return list
}

// lineStart returns where the line that holds index at begins, -1 for no line.
func lineStart(b []byte, at int) int {
	if at < 0 || at >= len(b) {
		return -1
	}
	return bytes.LastIndexByte(b[:at], '\n') + 1
}

// unfinished counts the bytes at the end of b that begin a rune and do not end
// it.
func unfinished(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if end := b[len(b)-n:]; utf8.RuneStart(end[0]) {
			if utf8.FullRune(end) {
				return 0
			}
			return n
		}
	}
	return 0
}
