// Package markdown turns the text of a model into HTML that is safe to show. It
// is the only producer of model HTML.
//
// The text is GitHub-flavoured Markdown with footnotes; a line break in it is a
// line break on screen. HTML in it is shown as the text that it is (only <br>
// breaks a line). What goldmark makes of it passes an allowlist: no element,
// attribute, class or address that is not named in policy.go. Links lead to
// http, https and mailto and nowhere else; no image is ever fetched: it becomes
// a link or its description, save for a small one inside the text itself.
//
// Markup that the page builds on:
//
//   - <figure class="code" data-behaviour="code"> holds a code block, with its
//     language in <figcaption><span>, <button class="copy">, <pre tabindex="0">
//     and <code class="language-go">. While a long one is still being written it
//     comes in parts, the later ones <figure class="code code-more">.
//   - <span class="hl-keyword"> and the like mark code; see CSS for all of them.
//   - <div class="table" role="group" tabindex="0"> scrolls a wide table.
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

// Renderer renders texts. Make it with New, once.
type Renderer struct {
	whole  goldmark.Markdown // for a text that is complete
	begun  goldmark.Markdown // for one that is not: footnotes need its end
	policy *bluemonday.Policy
	lexers map[string]chroma.Lexer // by name, in lower case
}

// New returns a Renderer.
func New() *Renderer {
	footnotes := extension.NewFootnote(extension.WithFootnoteIDPrefixFunction(notePrefix))
	return &Renderer{whole: dialect(footnotes), begun: dialect(), policy: newPolicy(), lexers: lexersByName()}
}

// Render returns the blocks of text, one element each; an empty text has none.
// Footnotes get ids, which turn keeps apart on a page: a turn that shows two
// texts, its reasoning and its answer, needs a number for each.
func (r *Renderer) Render(turn int64, text string) []template.HTML {
	blocks, _ := r.render(pass{md: r.whole, turn: turn}, clean(text))
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
		goldmark.WithExtensions(append(more, table, extension.Strikethrough, extension.Linkify, extension.TaskList)...),
		goldmark.WithRendererOptions(
			ghtml.WithHardWraps(),
			renderer.WithNodeRenderers(util.Prioritized(nodes{}, 100)), // before goldmark's own
		),
	)
}

// pass is what one rendering needs to know.
type pass struct {
	md   goldmark.Markdown
	turn int64
	refs []parser.Reference // link definitions from earlier in the text
	code map[string]string  // code figures made before, by language and code; may be nil
	open bool               // the text goes on: a code block at its end is not complete
}

// render returns the blocks of source, and the link definitions in it on top of
// those of p.
func (r *Renderer) render(p pass, source []byte) ([]template.HTML, []parser.Reference) {
	pc := parser.NewContext()
	for _, ref := range p.refs {
		pc.AddReference(ref)
	}
	doc := p.md.Parser().Parse(text.NewReader(source), parser.WithContext(pc)).(*ast.Document)
	doc.SetMeta(map[string]any{turnKey: p.turn})
	figures := r.figures(p, doc, source)

	var blocks []template.HTML
	var buf bytes.Buffer
	for node := doc.FirstChild(); node != nil; node = node.NextSibling() {
		buf.Reset()
		if err := p.md.Renderer().Render(&buf, source, node); err != nil {
			continue // a bytes.Buffer takes every write
		}
		if block := bytes.TrimSpace(r.policy.SanitizeBytes(buf.Bytes())); len(block) > 0 {
			blocks = append(blocks, furnish(string(block), figures))
		}
	}
	return blocks, pc.References()
}

// figures renders every code block of doc. It leaves the number of its figure
// with each, for the placeholder that the node renderer writes.
func (r *Renderer) figures(p pass, doc ast.Node, source []byte) []string {
	var last ast.Node // the block that the text ends in
	if p.open {
		for last = doc; last.LastChild() != nil && last.LastChild().Type() == ast.TypeBlock; {
			last = last.LastChild()
		}
	}
	var figures []string
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		info := ""
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			if n.Info != nil {
				info = string(n.Info.Segment.Value(source))
			}
		case *ast.CodeBlock:
		default:
			return ast.WalkContinue, nil
		}
		if entering {
			n.SetAttributeString(figureKey, strconv.Itoa(len(figures)))
			code := string(n.Lines().Value(source))
			if n == last {
				figures = append(figures, figure(info, html.EscapeString(code)))
			} else {
				figures = append(figures, r.codeFigure(p.code, info, code))
			}
		}
		return ast.WalkSkipChildren, nil
	})
	return figures
}

// furnish puts in what the allowlist would not let model text write: code
// figures for their placeholders, and a box that scrolls around each table. In
// sanitised HTML a "<" always begins a tag, so nothing else can match.
func furnish(block string, figures []string) template.HTML {
	block = strings.ReplaceAll(block, "<table>", `<div class="table" role="group" aria-label="Table" tabindex="0"><table>`)
	block = strings.ReplaceAll(block, "</table>", "</table></div>")
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(block, placeholderOpen)
		out.WriteString(before)
		if !found {
			return template.HTML(out.String())
		}
		number, after, _ := strings.Cut(rest, placeholderClose)
		if i, err := strconv.Atoi(number); err == nil && i < len(figures) {
			out.WriteString(figures[i])
		}
		block = after
	}
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
