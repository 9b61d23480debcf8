package markdown

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

const (
	turnKey = "turn" // of a document's metadata: int64
	partKey = "part" // attribute of a code block or a formula: index of its part

	// maxImageBytes bounds an image inside the text, decoded: an icon or a small
	// plot, not a photograph that would be sent again with every change.
	maxImageBytes = 64 << 10
)

// nodes renders the nodes where goldmark would put HTML, addresses or images of
// the model's choice.
type nodes struct{}

func (nodes) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHTMLBlock, renderHTMLBlock)
	reg.Register(ast.KindRawHTML, renderRawHTML)
	reg.Register(ast.KindLink, renderLink)
	reg.Register(ast.KindAutoLink, renderAutoLink)
	reg.Register(ast.KindImage, renderImage)
	reg.Register(ast.KindCodeBlock, renderCode)
	reg.Register(ast.KindFencedCodeBlock, renderCode)
	reg.Register(xast.KindTaskCheckBox, renderTask)
}

func renderHTMLBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		n := node.(*ast.HTMLBlock)
		raw := n.Lines().Value(source)
		if n.HasClosure() {
			raw = append(bytes.Clone(raw), n.ClosureLine.Value(source)...)
		}
		shown := showHTML(strings.TrimRight(string(raw), "\n"))
		fmt.Fprintf(w, "<p>%s</p>\n", strings.ReplaceAll(shown, "\n", "<br>\n"))
	}
	return ast.WalkSkipChildren, nil
}

func renderRawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString(showHTML(string(node.(*ast.RawHTML).Segments.Value(source))))
	}
	return ast.WalkSkipChildren, nil
}

// showHTML shows HTML as the text that it is. Line breaks alone do what they
// say: models write them in tables, where Markdown has no other way.
func showHTML(raw string) string {
	return lineBreak.ReplaceAllString(html.EscapeString(raw), "<br>")
}

var lineBreak = regexp.MustCompile(`(?i)&lt;br ?/?&gt;`)

func renderLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	writeLink(w, util.URLEscape(node.(*ast.Link).Destination, true), entering)
	return ast.WalkContinue, nil
}

func renderAutoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		n := node.(*ast.AutoLink)
		address := util.URLEscape(n.URL(source), false)
		if n.AutoLinkType == ast.AutoLinkEmail && !bytes.HasPrefix(bytes.ToLower(address), []byte("mailto:")) {
			address = append([]byte("mailto:"), address...)
		}
		writeLink(w, address, true)
		w.WriteString(html.EscapeString(string(n.Label(source))))
		writeLink(w, address, false)
	}
	return ast.WalkSkipChildren, nil
}

// writeLink opens or closes a link; to an address that nothing may lead to it
// writes nothing, so that the words alone remain.
func writeLink(w util.BufWriter, address []byte, open bool) {
	switch {
	case !mayLink(string(address)):
	case open:
		fmt.Fprintf(w, `<a href="%s" rel="noreferrer noopener">`, html.EscapeString(string(address)))
	default:
		w.WriteString("</a>")
	}
}

func mayLink(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch u.Scheme { // lower case, as url.Parse has it
	case "http", "https":
		return u.Host != ""
	case "mailto":
		return u.Opaque != ""
	}
	return false
}

func renderImage(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	address := util.URLEscape(node.(*ast.Image).Destination, true)
	alt := strings.TrimSpace(words(node, source))
	switch {
	case isSmallImage(string(address)):
		fmt.Fprintf(w, `<img src="%s" alt="%s">`, html.EscapeString(string(address)), html.EscapeString(alt))
	case insideLink(node):
		w.WriteString(html.EscapeString(alt))
	default:
		if alt == "" && mayLink(string(address)) {
			alt = string(address)
		}
		writeLink(w, address, true)
		w.WriteString(html.EscapeString(alt))
		writeLink(w, address, false)
	}
	return ast.WalkSkipChildren, nil
}

// words is the text within node, without its markup.
func words(node ast.Node, source []byte) string {
	var out strings.Builder
	for c := node.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			out.Write(util.UnescapePunctuations(c.Segment.Value(source)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.String:
			out.Write(c.Value)
		case *mathNode:
			out.WriteString(c.tex)
		default:
			out.WriteString(words(c, source))
		}
	}
	return out.String()
}

func insideLink(node ast.Node) bool {
	for p := node.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}

// isSmallImage tells whether address holds a whole small picture. SVG is none:
// it can carry scripts and fetch things.
func isSmallImage(address string) bool {
	data := imageData.FindString(address)
	if data == "" {
		return false
	}
	encoded := address[len(data):]
	if base64.StdEncoding.DecodedLen(len(encoded)) > maxImageBytes {
		return false
	}
	_, err := base64.StdEncoding.DecodeString(encoded)
	return err == nil && encoded != ""
}

var imageData = regexp.MustCompile(`^data:image/(?:png|jpeg|gif|webp);base64,`)

// placeholder stands for a part until the allowlist has been passed.
var placeholder = regexp.MustCompile(`<(?:pre|span) data-part="([0-9]+)"></(?:pre|span)>`)

func writePlaceholder(w util.BufWriter, element string, node ast.Node) {
	number, _ := node.AttributeString(partKey)
	fmt.Fprintf(w, `<%s data-part="%s"></%[1]s>`, element, number)
}

func renderCode(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		writePlaceholder(w, "pre", node)
		w.WriteByte('\n')
	}
	return ast.WalkSkipChildren, nil
}

func renderTask(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		box := "☐"
		if node.(*xast.TaskCheckBox).IsChecked {
			box = "☑"
		}
		fmt.Fprintf(w, `<span class="task">%s</span> `, box)
	}
	return ast.WalkContinue, nil
}

// notePrefix keeps the footnotes of one turn apart from those of another.
func notePrefix(node ast.Node) []byte {
	return fmt.Appendf(nil, "t%d-", node.OwnerDocument().Meta()[turnKey])
}
