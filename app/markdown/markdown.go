// Package markdown turns the text of a model into HTML that is safe to show. It
// is the only producer of model HTML.
//
// The text is GitHub-flavoured Markdown with footnotes, definition lists and
// formulas; a line break in it is a line break on screen. HTML in it is shown as
// the text that it is (only <br> breaks a line). What goldmark makes of it passes
// an allowlist: no element,
// attribute, class or address that is not named in policy.go. Links lead to
// http, https and mailto and nowhere else; no image is ever fetched: it becomes
// a link or its description, save for a small one inside the text itself.
//
// Markup that the page builds on:
//
//   - <figure class="code" data-behaviour="code"> holds a code block, with its
//     language in <figcaption><span>, buttons of the classes wrap, lines and copy,
//     <pre tabindex="0"> and <code class="language-go">, in which an empty <i>
//     begins every line. While a long one is still being written it has
//     several <code>, one below the other.
//   - <figure class="code" data-behaviour="code diagram" data-diagram> holds the
//     source of a complete Mermaid diagram, with a hidden button of the class draw.
//   - <span class="math" data-behaviour="math" data-tex="…"> holds the TeX of a
//     formula, for the page to draw; with data-display it has lines of its own.
//     One without data-tex is still being written.
//   - <span class="hl-keyword"> and the like mark code; see CSS for all of them.
//   - <div class="table" role="group" tabindex="0"> scrolls a wide table.
//   - <div class="items"> holds some of the items of a long list.
//   - <span class="task"> holds ☑ or ☐.
//   - <div class="footnotes">, <a class="footnote-ref"> and "footnote-backref".
//   - <p class="plain"> holds what a user typed, with its white space.
//
// Render takes a whole text. A Stream takes one as it is written and tells which
// blocks changed. A Renderer may be used concurrently, a Stream may not.
package markdown

import (
	"bytes"
	"html"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/alecthomas/chroma/v2"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Renderer renders texts. Make it with New or NewIn, once.
type Renderer struct {
	labels func() Labels
	whole  goldmark.Markdown // for a text that is complete
	begun  goldmark.Markdown // for one that is not: footnotes need its end
	policy *bluemonday.Policy
	lexers map[string]chroma.Lexer // by name, in lower case
}

// Labels are the words around what is rendered, such as those on buttons.
type Labels struct {
	Wrap, Lines, Copy, Diagram string // on the buttons of a code block
	Text                       string // where a code block tells no language
	Table                      string // names a table's box
}

// New returns a Renderer that speaks English.
func New() *Renderer {
	return NewIn(func() Labels {
		return Labels{Wrap: "Wrap", Lines: "Lines", Copy: "Copy", Diagram: "Diagram", Text: "text", Table: "Table"}
	})
}

// NewIn returns a Renderer that asks for the labels anew with each text.
func NewIn(labels func() Labels) *Renderer {
	footnotes := extension.NewFootnote(extension.WithFootnoteIDPrefixFunction(notePrefix))
	return &Renderer{labels: labels, whole: dialect(footnotes, formulaic{}), begun: dialect(formulaic{open: true}), policy: newPolicy(), lexers: lexersByName()}
}

// Render returns the blocks of text, one element each; an empty text has none.
// Footnotes get ids, which turn keeps apart on a page: a turn that shows two
// texts, its reasoning and its answer, needs a number for each.
func (r *Renderer) Render(turn int64, text string) []template.HTML {
	blocks, _ := r.render(pass{md: r.whole, turn: turn, labels: r.labels()}, clean(text))
	return blocks
}

// Plain returns what a user typed, character by character: no Markdown, white
// space kept. It has one block, or none when text is empty.
func (r *Renderer) Plain(text string) []template.HTML {
	if text == "" {
		return nil
	}
	return []template.HTML{template.HTML(`<p class="plain">` + html.EscapeString(string(clean(text))) + `</p>`)}
}

func dialect(more ...goldmark.Extender) goldmark.Markdown {
	table := extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))
	return goldmark.New(
		goldmark.WithParser(newParser()),
		goldmark.WithExtensions(append(more, table, extension.Strikethrough, extension.Linkify, extension.TaskList, extension.DefinitionList)...),
		goldmark.WithRendererOptions(
			ghtml.WithHardWraps(),
			renderer.WithNodeRenderers(util.Prioritized(nodes{}, 100)), // before goldmark's own
		),
	)
}

// pass is what one rendering needs to know.
type pass struct {
	md     goldmark.Markdown
	turn   int64
	labels Labels
	refs   []parser.Reference // link definitions from earlier in the text
	code   map[string]string  // code figures made before, by language and code; may be nil
	open   bool               // the text goes on: a code block at its end is not complete
}

// document is a source that was parsed.
type document struct {
	pass
	policy *bluemonday.Policy
	source []byte
	root   *ast.Document
	parts  []string // see parse
	links  []parser.Reference
}

func (r *Renderer) parse(p pass, source []byte) document {
	pc := parser.NewContext()
	for _, ref := range p.refs {
		pc.AddReference(ref)
	}
	root := p.md.Parser().Parse(text.NewReader(source), parser.WithContext(pc)).(*ast.Document)
	root.SetMeta(map[string]any{turnKey: p.turn})
	return document{pass: p, policy: r.policy, source: source, root: root, parts: r.parts(p, root, source), links: pc.References()}
}

// render returns the blocks of source, and the link definitions in it on top of
// those of p.
func (r *Renderer) render(p pass, source []byte) ([]template.HTML, []parser.Reference) {
	doc := r.parse(p, source)
	return doc.blocks(nil), doc.links
}

// blocks renders the document, of which the first block may be a list that begun
// is the beginning of.
func (d document) blocks(begun *list) (blocks []template.HTML) {
	if begun != nil {
		blocks = slices.Clip(begun.before)
	}
	for node := d.root.FirstChild(); node != nil; node = node.NextSibling() {
		block := ""
		if n, ok := node.(*ast.List); ok {
			if begun == nil || n != d.root.FirstChild() {
				begun = newList(n)
			}
			block = begun.with(d, n)
		} else {
			block = d.html(node)
		}
		if block != "" {
			blocks = append(blocks, template.HTML(block))
		}
	}
	return blocks
}

// html renders a node.
func (d document) html(node ast.Node) string {
	var buf bytes.Buffer
	if err := d.md.Renderer().Render(&buf, d.source, node); err != nil {
		return "" // a bytes.Buffer takes every write
	}
	return furnish(string(bytes.TrimSpace(d.policy.SanitizeBytes(buf.Bytes()))), d.parts, d.labels)
}

// parts renders what the allowlist would not let model text write: code blocks
// and formulas. It leaves the number of its part with each, for the placeholder
// that the node renderer writes.
func (r *Renderer) parts(p pass, doc ast.Node, source []byte) []string {
	var last ast.Node // the block that the text ends in
	if p.open {
		for last = doc; last.LastChild() != nil && last.LastChild().Type() == ast.TypeBlock; {
			last = last.LastChild()
		}
	}
	var parts []string
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		part := ""
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			info := ""
			if n.Info != nil {
				info = string(n.Info.Segment.Value(source))
			}
			part = r.codePart(p, info, string(n.Lines().Value(source)), ast.Node(n) == last)
		case *ast.CodeBlock:
			part = r.codePart(p, "", string(n.Lines().Value(source)), ast.Node(n) == last)
		case *mathNode:
			part = formula(n.tex, n.display, true)
		case *mathBlock:
			if part = formula(n.tex(source), true, true); !n.closed {
				part = formula(n.mark.open+string(n.Lines().Value(source)), true, false)
			}
		default:
			return ast.WalkContinue, nil
		}
		n.SetAttributeString(partKey, strconv.Itoa(len(parts)))
		parts = append(parts, part)
		return ast.WalkSkipChildren, nil
	})
	return parts
}

func (r *Renderer) codePart(p pass, info, code string, open bool) string {
	if open {
		return p.labels.figure(info, html.EscapeString(code), false)
	}
	return r.codeFigure(p, info, code)
}

// furnish puts in what the allowlist would not let model text write: the parts
// for their placeholders, a box that scrolls around each table, and the direction
// of code. In sanitised HTML a "<" always begins a tag, so nothing else can match.
func furnish(block string, parts []string, labels Labels) string {
	block = strings.ReplaceAll(block, "<table>", `<div class="table" role="group" aria-label="`+html.EscapeString(labels.Table)+`" tabindex="0"><table>`)
	block = strings.ReplaceAll(block, "</table>", "</table></div>")
	block = inGroups(block)
	block = strings.ReplaceAll(block, "<code>", `<code dir="ltr">`)
	return placeholder.ReplaceAllStringFunc(block, func(found string) string {
		number := placeholder.FindStringSubmatch(found)[1]
		if i, err := strconv.Atoi(number); err == nil && i < len(parts) {
			return parts[i]
		}
		return ""
	})
}

// rowsTogether is how many rows of a table stand in one <tbody>. A browser looks
// at such a group as a whole when nothing in it has changed, and not at each cell
// of a table that grows (see prose.css).
const rowsTogether = 32

// inGroups parts the rows of long tables.
func inGroups(block string) string {
	const row = "<tr>"
	var b strings.Builder
	rows := 0
	parts := strings.Split(block, row)
	for i, part := range parts {
		if i > 0 {
			b.WriteString(row)
		}
		b.WriteString(part)
		if rows++; strings.Contains(part, "<thead>") || strings.Contains(part, "<tbody>") {
			rows = 0
		}
		if rows == rowsTogether && i+1 < len(parts) {
			b.WriteString("</tbody>\n<tbody>\n")
			rows = 0
		}
	}
	return b.String()
}

// clean replaces what HTML cannot hold, control characters and bytes that are
// not UTF-8, by U+FFFD. It leaves out carriage returns: lines end with \n.
func clean(s string) []byte {
	return []byte(strings.Map(func(c rune) rune {
		switch {
		case c == '\r':
			return -1
		case unicode.IsControl(c) && c != '\n' && c != '\t':
			return unicode.ReplacementChar
		}
		return c // strings.Map has U+FFFD for an invalid byte already
	}, s))
}
