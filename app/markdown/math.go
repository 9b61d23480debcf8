package markdown

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

const (
	// maxInlineMath and maxDisplayMath bound a formula, in bytes: several times
	// the longest in textbooks. They also bound the search for its end.
	maxInlineMath  = 1 << 10
	maxDisplayMath = 8 << 10
)

// mathMarks are the pairs of marks around a formula, longer ones first.
func mathMarks() []mathMark {
	return []mathMark{
		{open: "$$", close: "$$", display: true},
		{open: `\[`, close: `\]`, display: true},
		{open: "$", close: "$"},
		{open: `\(`, close: `\)`},
	}
}

type mathMark struct {
	open, close string
	display     bool // on lines of its own
}

var (
	kindMath      = ast.NewNodeKind("Math")
	kindMathBlock = ast.NewNodeKind("MathBlock")
)

// mathNode is a formula within a paragraph.
type mathNode struct {
	ast.BaseInline
	tex     string
	display bool
}

func (*mathNode) Kind() ast.NodeKind              { return kindMath }
func (n *mathNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// mathBlock is a formula that begins a line and ends one. Its lines are the
// TeX; of a block that is not closed they are the text with its marks.
type mathBlock struct {
	ast.BaseBlock
	mark   mathMark
	closed bool
	done   bool   // closed by its last line
	after  string // what stands behind the closing mark: a full stop, say
}

func (*mathBlock) Kind() ast.NodeKind              { return kindMathBlock }
func (*mathBlock) IsRaw() bool                     { return true }
func (n *mathBlock) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

func (n *mathBlock) tex(source []byte) string {
	return strings.TrimSpace(string(n.Lines().Value(source))) + n.after
}

// formulaic adds formulas: $…$ as pandoc has it, $$…$$, \(…\) and \[…\].
type formulaic struct {
	open bool // a block may lack its end, which is still being written
}

func (m formulaic) Extend(md goldmark.Markdown) {
	md.Parser().AddOptions(
		parser.WithBlockParsers(util.Prioritized(mathBlockParser(m), 750)), // before fenced code, at 700
		parser.WithInlineParsers(util.Prioritized(mathParser{}, 150)),      // after code spans, at 100
	)
	md.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(mathRenderer{}, 100)))
}

type mathParser struct{}

func (mathParser) Trigger() []byte { return []byte{'$', '\\'} }

func (mathParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	mark, ok := markAt(line)
	if !ok || mark.open == "$" && !mayOpen(line, block.PrecendingCharacter()) {
		return nil
	}
	most := maxInlineMath
	if mark.display {
		most = maxDisplayMath
	}
	block.Advance(len(mark.open))
	var tex []byte
	for len(tex) <= most {
		line, _ := block.PeekLine()
		if line == nil {
			return nil
		}
		line = line[:min(len(line), most+len(mark.close))]
		at, found := findMark(line, mark.close)
		tex = append(tex, line[:at]...)
		if !found {
			block.AdvanceLine()
			continue
		}
		if len(tex) > most || !isFormula(mark, tex, line[at+len(mark.close):]) {
			return nil
		}
		block.Advance(at + len(mark.close))
		return &mathNode{tex: string(bytes.TrimSpace(tex)), display: mark.display}
	}
	return nil
}

// markAt returns the mark that line begins with.
func markAt(line []byte) (mathMark, bool) {
	for _, m := range mathMarks() {
		if bytes.HasPrefix(line, []byte(m.open)) {
			return m, true
		}
	}
	return mathMark{}, false
}

// mayOpen tells whether a dollar can begin a formula: something follows it at
// once, and it belongs to no word, as in US$.
func mayOpen(line []byte, before rune) bool {
	return len(line) > 1 && !util.IsSpace(line[1]) && before != '$' && !util.IsAlphaNumeric(byte(min(before, 0x7f)))
}

// findMark returns where the closing mark is in line, or the line's length. What
// a backslash escapes is no mark.
func findMark(line []byte, mark string) (at int, found bool) {
	for i := 0; i < len(line); i++ {
		if line[i] == mark[0] && strings.HasPrefix(string(line[i:min(len(line), i+len(mark))]), mark) {
			return i, true
		}
		if line[i] == '\\' {
			i++
		}
	}
	return len(line), false
}

// isFormula tells whether tex between marks is one. Of prices it is not: by
// pandoc's rule nothing blank stands before a closing dollar and no digit after
// it, and what begins like a price and goes on in words is prose.
func isFormula(mark mathMark, tex, after []byte) bool {
	switch {
	case util.IsBlank(tex) || bytes.IndexByte(tex, '`') >= 0: // code is never a part of it
		return false
	case mark.open == `\[`: // brackets in prose are escaped, too
		return bytes.ContainsAny(tex, mathSigns) || len(bytes.TrimSpace(tex)) == 1
	case mark.open != "$":
		return true
	case util.IsSpace(tex[len(tex)-1]), len(after) > 0 && after[0] >= '0' && after[0] <= '9':
		return false
	}
	price := tex[0] >= '0' && tex[0] <= '9' && bytes.IndexByte(tex, ' ') > 0
	return !price || bytes.ContainsAny(tex, mathSigns)
}

const mathSigns = `\^_{}=<>+-*/|`

type mathBlockParser struct{ open bool }

func (mathBlockParser) Trigger() []byte             { return []byte{'$', '\\'} }
func (mathBlockParser) CanInterruptParagraph() bool { return true }
func (mathBlockParser) CanAcceptIndentedLine() bool { return false }

func (p mathBlockParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	pos := pc.BlockOffset()
	if pos < 0 {
		return nil, parser.NoChildren
	}
	mark, ok := markAt(line[pos:])
	if !ok || !mark.display {
		return nil, parser.NoChildren
	}
	begin := segment.Start - segment.Padding + pos + len(mark.open)
	ends, known := blockEnd(reader.Source()[begin:], mark)
	if !ends && (known || !p.open) {
		return nil, parser.NoChildren
	}
	n := &mathBlock{mark: mark}
	n.take(text.NewSegment(begin, segment.Stop), reader.Source())
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

// blockEnd tells whether the formula that begins rest ends a line before the
// first blank one. It is not known while the text ends before that.
func blockEnd(rest []byte, mark mathMark) (ends, known bool) {
	begin := rest
	for len(begin)-len(rest) <= maxDisplayMath {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line = rest[:i+1]
		}
		if at, found := findMark(line, mark.close); found {
			tex := begin[:len(begin)-len(rest)+at]
			return len(bytes.Trim(line[at+len(mark.close):], " \t\n.,;:")) == 0 && isFormula(mark, tex, nil), true
		}
		rest = rest[len(line):]
		if len(rest) == 0 {
			return false, false
		}
		if next, _, _ := bytes.Cut(rest, []byte("\n")); len(bytes.Trim(next, " \t>")) == 0 && len(next) < len(rest) {
			return false, true
		}
	}
	return false, true
}

func (mathBlockParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	n := node.(*mathBlock)
	line, segment := reader.PeekLine()
	if n.done || util.IsBlank(line) {
		return parser.Close
	}
	n.take(segment, reader.Source())
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

func (mathBlockParser) Close(ast.Node, text.Reader, parser.Context) {}

// take adds a line, up to the closing mark if that is on it.
func (n *mathBlock) take(line text.Segment, source []byte) {
	value := line.Value(source)
	at, found := findMark(value, n.mark.close)
	if found {
		n.done, n.closed = true, true
		n.after = string(bytes.TrimSpace(value[at+len(n.mark.close):]))
		line = line.WithStop(line.Stop - (len(value) - at))
	}
	n.Lines().Append(line)
}

type mathRenderer struct{}

func (mathRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindMath, renderMath)
	reg.Register(kindMathBlock, renderMathBlock)
}

func renderMath(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		writePlaceholder(w, "span", node)
	}
	return ast.WalkSkipChildren, nil
}

func renderMathBlock(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString("<p>")
		writePlaceholder(w, "span", node)
		w.WriteString("</p>\n")
	}
	return ast.WalkSkipChildren, nil
}

// formula is the markup of a formula: its TeX, until the page has drawn it. One
// whose end is not yet written is shown as it stands.
func formula(tex string, display, whole bool) string {
	kind, source := "", html.EscapeString(tex)
	if display {
		kind = ` data-display tabindex="0"` // a wide one scrolls
	}
	if !whole {
		return fmt.Sprintf(`<span class="math" dir="ltr"%s>%s</span>`, kind, source)
	}
	return fmt.Sprintf(`<span class="math" dir="ltr"%s data-behaviour="math" data-tex="%s">%s</span>`, kind, source, source)
}
