package webtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// silent are the roles of what a screen reader passes over: boxes, and the parts
// of a text.
var silent = []string{"none", "generic", "InlineTextBox", "LineBreak", "ListMarker", "paragraph", "LabelText", "MenuListPopup"}

// told are the properties of a node that a screen reader tells.
var told = []accessibility.PropertyName{"level", "focused", "busy", "live", "modal", "hasPopup", "expanded", "selected", "checked", "pressed", "disabled", "invalid", "activedescendant"}

// Tree writes what a screen reader finds of the first element that selector
// names: a line a node with its role, its name and its states, and a line a text
// that is no name. What Chromium tells its screen readers by other ways than
// CDP, it takes from the attributes.
func (p *Page) Tree(selector string) string {
	p.t.Helper()
	p.settle()
	all := int64(-1)
	page, err := chromedp.Call(p.ctx, dom.GetDocument, dom.GetDocumentParams{Depth: &all})
	if err != nil {
		p.t.Fatal(err)
	}
	root, err := chromedp.Call(p.ctx, dom.QuerySelector, dom.QuerySelectorParams{NodeID: page.Root.NodeID, Selector: selector})
	if err != nil {
		p.t.Fatalf("%s: %v", selector, err)
	}
	t := tree{elements: map[cdp.BackendNodeID]*cdp.Node{}, nodes: map[accessibility.NodeID]*accessibility.Node{}}
	var place cdp.BackendNodeID
	var visit func(*cdp.Node)
	visit = func(n *cdp.Node) {
		t.elements[n.BackendNodeID] = n
		if n.NodeID == root.NodeID {
			place = n.BackendNodeID
		}
		for _, child := range n.Children {
			visit(child)
		}
	}
	visit(page.Root)
	if _, err := chromedp.Call(p.ctx, accessibility.Enable, chromedp.Void{}); err != nil {
		p.t.Fatal(err)
	}
	got, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, accessibility.Disable, chromedp.Void{}); err != nil {
		p.t.Fatal(err)
	}
	var top *accessibility.Node
	for _, n := range got.Nodes {
		t.nodes[n.NodeID] = n
		if n.BackendDOMNodeID == place {
			top = n
		}
	}
	if top == nil {
		p.t.Fatalf("a screen reader finds nothing of %s", selector)
	}
	t.write(top, 0, "")
	return t.out.String()
}

type tree struct {
	elements map[cdp.BackendNodeID]*cdp.Node
	nodes    map[accessibility.NodeID]*accessibility.Node
	out      strings.Builder
}

// write writes n and what is in it; around is the name of what it is in.
func (t *tree) write(n *accessibility.Node, depth int, around string) {
	role, name := word(n.Role), word(n.Name)
	switch {
	case n.Ignored || slices.Contains(silent, role):
	case role == "StaticText":
		if !strings.Contains(around, strings.TrimSpace(name)) {
			fmt.Fprintf(&t.out, "%s%q\n", strings.Repeat("  ", depth), name)
		}
		return
	default:
		fmt.Fprintf(&t.out, "%s%s", strings.Repeat("  ", depth), role)
		if name != "" {
			fmt.Fprintf(&t.out, " %q", name)
		}
		t.writeStates(n)
		t.out.WriteByte('\n')
		depth++
		around = name
	}
	for _, id := range n.ChildIDs {
		if child := t.nodes[id]; child != nil {
			t.write(child, depth, around)
		}
	}
}

func (t *tree) writeStates(n *accessibility.Node) {
	if v := word(n.Value); v != "" {
		fmt.Fprintf(&t.out, " value=%q", v)
	}
	for _, key := range told {
		for _, p := range n.Properties {
			v := word(p.Value)
			if p.Name != key || v == "false" && key != "expanded" && key != "checked" && key != "pressed" || v == "off" {
				continue
			}
			if len(p.Value.RelatedNodes) > 0 {
				v = p.Value.RelatedNodes[0].Idref
			}
			fmt.Fprintf(&t.out, " %s=%s", key, v)
		}
	}
	element := t.elements[n.BackendDOMNodeID]
	if element == nil {
		return
	}
	attributes := map[string]string{}
	for i := 0; i+1 < len(element.Attributes); i += 2 {
		attributes[element.Attributes[i]] = element.Attributes[i+1]
	}
	if v := attributes["aria-current"]; v != "" && v != "false" {
		fmt.Fprintf(&t.out, " current=%s", v)
	}
	if v := attributes["aria-setsize"]; v != "" {
		fmt.Fprintf(&t.out, " %s of %s", attributes["aria-posinset"], v)
	}
}

// word is a value as text.
func word(v *accessibility.Value) string {
	if v == nil || len(v.Value) == 0 {
		return ""
	}
	var text any
	if err := json.Unmarshal(v.Value, &text); err != nil || text == nil {
		return ""
	}
	return fmt.Sprint(text)
}
