package markdown

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// itemsTogether is how many items of a long list stand in one <div>, as rows of a
// table stand in one <tbody>, see rowsTogether. The first ones stand in none: a
// list that grows moves nothing that is there.
const itemsTogether = 32

// list is a list of the top level, rendered item by item: it may be long, and of
// one that grows only the last items can change.
type list struct {
	before []template.HTML // blocks that stand before it without a blank line between
	size   int             // bytes of the text that before and items are
	loose  bool            // whether its items are paragraphs

	tag, start string
	items      string
	count      int
}

func newList(n *ast.List) *list {
	l := &list{tag: "ul", loose: !n.IsTight}
	if n.IsOrdered() {
		l.tag = "ol"
		if n.Start != 1 {
			l.start = fmt.Sprintf(` start="%d"`, n.Start)
		}
	}
	return l
}

// goesOn tells whether doc begins with more of the list.
func (l *list) goesOn(doc document) bool {
	n, ok := doc.root.FirstChild().(*ast.List)
	return ok && n.IsTight != l.loose
}

// with is the whole list, with n for its last items.
func (l list) with(d document, n *ast.List) string {
	l.add(d, n.FirstChild(), nil)
	if l.count > itemsTogether {
		l.items += "</div>\n"
	}
	return "<" + l.tag + l.start + ">\n" + l.items + "</" + l.tag + ">"
}

// add takes the items from first on, up to end, which may be nil.
func (l *list) add(d document, first, end ast.Node) {
	var b strings.Builder
	b.WriteString(l.items)
	for item := first; item != end; item = item.NextSibling() {
		if l.count > 0 && l.count%itemsTogether == 0 {
			if l.count > itemsTogether {
				b.WriteString("</div>\n")
			}
			b.WriteString("<div class=\"items\">\n")
		}
		b.WriteString(d.html(item))
		b.WriteString("\n")
		l.count++
	}
	l.items = b.String()
}
