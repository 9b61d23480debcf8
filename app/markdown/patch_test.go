package markdown

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// long are texts of one block each that grows long.
func long(n int) map[string]string {
	return map[string]string{
		"code":       "```go\n" + strings.Repeat("x := f(1) // two <&>\n", n/21),
		"list":       strings.Repeat("- an item of **some** length\n", n/29),
		"loose list": strings.Repeat("- an item of `some` length\n\n", n/30),
		"deep list":  strings.Repeat("- an item\n  - in it\n    1. and in that\n", n/40),
		"table":      "| a | b |\n|---|--:|\n" + strings.Repeat("| an item | of **some** length |\n", n/33),
		"paragraph":  strings.Repeat("A sentence of *some* length & <more>. ", n/38),
		"plain text": strings.Repeat("Words 🙂 & “words” é. ", n/27),
		"lines":      strings.Repeat("A line of *some* length.\n", n/25),
		"quote":      strings.Repeat("> A sentence of *some* length.\n", n/31),
	}
}

// What a page makes of the patches must be what it makes of the blocks.
func TestPatchesMakeTheBlocks(t *testing.T) {
	r := New()
	for name, text := range long(6_000) {
		t.Run(name, func(t *testing.T) {
			s := r.Stream(1)
			var page []*html.Node
			patched := 0
			for i := 0; i < len(text); i += 7 {
				u := s.Write(text[i:min(i+7, len(text))])
				page = page[:min(len(page), u.From+1)]
				blocks := u.Blocks
				if u.Patch != nil {
					patched++
					if n, most := len(u.Patch.HTML), 8<<10; n > most {
						t.Fatalf("a patch of %d bytes", n)
					}
					if err := apply(page[u.From], u.Patch); err != nil {
						t.Fatalf("after %d bytes: %v in %+v", i, err, u.Patch)
					}
					blocks = blocks[1:]
					if got, want := outer(page[u.From]), outer(parse(t, string(u.Blocks[0]))); got != want {
						t.Fatalf("after %d bytes, with %+v, the block is\n…%s, want\n…%s", i, u.Patch, ending(got), ending(want))
					}
				} else {
					page = page[:u.From]
				}
				for _, b := range blocks {
					page = append(page, parse(t, string(b)))
				}
			}
			if patched == 0 {
				t.Error("nothing was patched")
			}
			for i, b := range s.Blocks() {
				if got, want := outer(page[i]), outer(parse(t, string(b))); got != want {
					t.Errorf("block %d is\n…%s, want\n…%s", i, ending(got), ending(want))
				}
			}
		})
	}
}

// apply does what frontend/js/patch.js does.
func apply(block *html.Node, p *Patch) error {
	el := block
	for _, i := range p.Path {
		if el = child(el, i); el == nil {
			return fmt.Errorf("no child %d", i)
		}
	}
	keep := p.Keep
	nodes, err := html.ParseFragment(strings.NewReader(string(p.HTML)), &html.Node{Type: html.ElementNode, Data: "template", DataAtom: atom.Template})
	if err != nil {
		return err
	}
	if p.Text > 0 {
		text := child(el, keep)
		if text == nil || text.Type != html.TextNode {
			return fmt.Errorf("child %d is no text", keep)
		}
		text.Data = string(utf16.Decode(utf16.Encode([]rune(text.Data))[:p.Text]))
		if len(nodes) > 0 && nodes[0].Type == html.TextNode {
			text.Data += nodes[0].Data
			nodes = nodes[1:]
		}
		keep++
	}
	for old := child(el, keep); old != nil; old = child(el, keep) {
		el.RemoveChild(old)
	}
	for _, n := range nodes {
		el.AppendChild(n)
	}
	return nil
}

func child(n *html.Node, i int) *html.Node {
	c := n.FirstChild
	for ; c != nil && i > 0; i-- {
		c = c.NextSibling
	}
	return c
}

func parse(t *testing.T, block string) *html.Node {
	t.Helper()
	div := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(block), div)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		div.AppendChild(n)
	}
	return div
}

func outer(n *html.Node) string {
	var b strings.Builder
	html.Render(&b, n)
	return b.String()
}

func ending(s string) string { return s[max(0, len(s)-300):] }
