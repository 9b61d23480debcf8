package markdown

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Text returns what is left of a text when its marks are taken away: what the
// window shows, as plain text. Lists keep their signs, cells are parted by tabs.
func (r *Renderer) Text(source string) string {
	var parts []string
	for _, block := range r.Render(0, source) {
		root, err := html.Parse(strings.NewReader(string(block)))
		if err != nil {
			continue // the sanitiser lets nothing through that has none
		}
		var w plainWriter
		w.write(root)
		if text := strings.TrimRight(w.text.String(), " \n"); strings.TrimSpace(text) != "" {
			parts = append(parts, strings.TrimLeft(text, "\n"))
		}
	}
	return strings.Join(parts, "\n\n")
}

// plainWriter writes the text of elements as a reader sees it.
type plainWriter struct {
	text  strings.Builder
	pre   bool
	depth int // of lists
}

func (w *plainWriter) write(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		w.words(n.Data)
		return
	case n.Type != html.ElementNode && n.Type != html.DocumentNode:
		return
	}
	switch n.DataAtom {
	case atom.Figcaption, atom.Button:
		return
	case atom.Br:
		w.text.WriteByte('\n')
	case atom.Hr:
		w.line()
		w.text.WriteString("———\n")
	case atom.Pre:
		w.line()
		w.pre = true
		defer func() { w.pre = false; w.line() }()
	case atom.Ul, atom.Ol:
		w.line()
		w.depth++
		defer func() { w.depth--; w.line() }()
	case atom.Li:
		w.line()
		w.text.WriteString(strings.Repeat("  ", w.depth-1) + sign(n))
	case atom.Td, atom.Th:
		if before(n) > 0 {
			w.text.WriteByte('\t')
		}
	case atom.P:
		if n.Parent.DataAtom != atom.Li || before(n) > 0 {
			w.paragraph()
		}
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote:
		w.paragraph()
	case atom.Tr, atom.Div, atom.Figure:
		w.line()
	}
	for child := range n.ChildNodes() {
		w.write(child)
	}
}

// words writes text: as it is inside of <pre>, else with single spaces.
func (w *plainWriter) words(text string) {
	if w.pre {
		w.text.WriteString(text)
		return
	}
	if strings.TrimSpace(text) == "" && strings.Contains(text, "\n") {
		return // between elements
	}
	w.text.WriteString(strings.ReplaceAll(strings.Trim(text, "\n"), "\n", " "))
}

// line begins a line unless one has just begun.
func (w *plainWriter) line() {
	if s := w.text.String(); s != "" && !strings.HasSuffix(s, "\n") {
		w.text.WriteByte('\n')
	}
}

func (w *plainWriter) paragraph() {
	w.line()
	if s := w.text.String(); s != "" && !strings.HasSuffix(s, "\n\n") {
		w.text.WriteByte('\n')
	}
}

// sign is what stands before a list's item.
func sign(item *html.Node) string {
	if item.Parent.DataAtom != atom.Ol {
		return "• "
	}
	first := 1
	for _, a := range item.Parent.Attr {
		if a.Key == "start" {
			fmt.Sscan(a.Val, &first)
		}
	}
	return fmt.Sprintf("%d. ", first+before(item))
}

// before counts the elements before n in its parent.
func before(n *html.Node) (count int) {
	for s := n.PrevSibling; s != nil; s = s.PrevSibling {
		if s.Type == html.ElementNode {
			count++
		}
	}
	return count
}
