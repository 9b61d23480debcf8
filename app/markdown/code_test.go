package markdown

import (
	"html/template"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2/lexers"
	"golang.org/x/net/html"
)

// plainText is what a reader sees of block.
func plainText(t *testing.T, block template.HTML) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(string(block)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			out.WriteString(n.Data)
		}
	}
	return out.String()
}

func TestHighlightingKeepsEveryCharacter(t *testing.T) {
	r := New()
	code := "\n# a 'comment' \"string\" <b>&amp; 1.5e3\n\tif (x) { return `y` } // é 漢\n-- +1\n- gone\n@@ -1 +1 @@\n$ ls\n<?php ?>\n\n"
	for name := range r.lexers {
		if language(name) != name {
			continue // nobody can write this after a fence
		}
		got := plainText(t, r.Render(1, "```"+name+"\n"+code+"```\n")[0])
		if want := name + "WrapLinesCopy" + code; got != want {
			t.Errorf("%s code reads %q, want %q", name, got, want)
		}
	}
}

// scraps are what code is made of.
const scraps = "\n \n\n \t # // /* */ ' \" ` \"\"\" ''' < > </ /> <!-- --> <?php ?> { } {{ }} {% %} ( ) [ ] ; : , . = == => -> @ $ ${ " +
	"% & && \\ ! ? + - * ** / ~ ^ | || if then else end begin def class func return import from for do done case esac var const struct " +
	"<<EOF EOF 0 1.5e3 0xff foo Bar _x é 漢 := :: <- r' f\" %w( =begin =end @@ +++ --- SELECT <script> </script> <style> a{b:c}"

// A lexer that does not end keeps this test from ending, too.
func TestEveryLexerEndsWhateverTheCode(t *testing.T) {
	parts := strings.Split(scraps, " ")
	for _, name := range languages() {
		lexer := lexers.Get(name)
		if lexer == nil || lexer.Config().Name != name {
			t.Fatalf("chroma has no %s", name)
		}
		random := rand.New(rand.NewPCG(7, 8))
		for range 20 {
			var code strings.Builder
			for range random.IntN(60) {
				code.WriteString(parts[random.IntN(len(parts))] + " "[random.IntN(2):])
			}
			code.WriteByte('\n')
			marked := template.HTML(highlight(lexer, code.String()))
			if got := plainText(t, "<pre>\n"+marked+"</pre>"); got != code.String() {
				t.Errorf("%s: %q reads %q", name, code.String(), got)
			}
		}
	}
}

// JSONata, which is not among ours, emits nothing for ever.
func TestLexerThatFailsLeavesThePlainCode(t *testing.T) {
	const code = "\n# a 'comment' \"string\" <b>&amp; 1.5e3\n\tif (x) { return `y` } // é 漢\n"
	if got, want := highlight(lexers.Get("JSONata"), code), html.EscapeString(code); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLanguagesPeopleWriteAreKnown(t *testing.T) {
	r := New()
	for _, name := range strings.Fields("go golang python py python3 js javascript ts typescript tsx jsx java c cpp c++ h c# cs csharp rust rs " +
		"sh bash zsh shell console sql html css scss json yaml yml toml xml diff patch php ruby rb swift kotlin kt scala lua r dockerfile " +
		"makefile ini powershell ps1 haskell hs perl pl zig dart elixir julia matlab tex latex proto graphql hcl terraform nginx cmake") {
		if r.lexers[language(name)] == nil {
			t.Errorf("%s is not highlighted", name)
		}
	}
}
