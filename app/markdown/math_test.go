package markdown

import (
	"html/template"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// formulas are the formulas of a text: inline ones as they are, those on lines
// of their own between brackets, those without an end between braces.
func formulas(blocks []template.HTML) (list []string) {
	for _, b := range blocks {
		for _, m := range mathSpan.FindAllStringSubmatch(string(b), -1) {
			tex := m[3]
			switch {
			case m[2] == "":
				tex = "{" + tex + "}"
			case m[1] != "":
				tex = "[" + tex + "]"
			}
			list = append(list, tex)
		}
	}
	return list
}

var mathSpan = regexp.MustCompile(`(?s)<span class="math" dir="ltr"( data-display tabindex="0")?( data-behaviour="math" data-tex="[^"]*")?>(.*?)</span>`)

func TestFormulasAreFound(t *testing.T) {
	r := New()
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"prices", "It costs $5 and $6.", nil},
		{"one price", "It costs $5.", nil},
		{"prices with a closing mark that is none", "From $5-$10, or 7$ each.", nil},
		{"a price before the number and one behind", "I had $20 and he paid 6$ more.", nil},
		{"a currency", "US$5 and A$6 are not the same$", nil},
		{"an escaped dollar", `\$x$ and $x\$`, nil},
		{"a variable", "Let $x$ be.", []string{"x"}},
		{"what begins with a number", "So $2x+1$ and $3 - 1$ and $5$.", []string{"2x+1", "3 - 1", "5"}},
		{"beside punctuation", "($x$), $y$; $z$.", []string{"x", "y", "z"}},
		{"an escaped dollar inside", `$x = \$5$`, []string{`x = \$5`}},
		{"underscores and stars are its own", "$a_1 * b_2 * c_3$ *d*", []string{"a_1 * b_2 * c_3"}},
		{"over two lines", "$a +\nb$", []string{"a +\nb"}},
		{"not over a blank line", "$a +\n\nb$", nil},
		{"brackets", `\(x\) and \(a<b\)`, []string{"x", "a&lt;b"}},
		{"brackets without an end", `\(x and \[y`, nil},
		{"a display within a line", `so $$x^2$$ holds, and \[y = 1\] too`, []string{"[x^2]", "[y = 1]"}},
		{"escaped brackets in prose", `see \[1, 2\] and \[a link\](x)`, nil},
		{"on lines of its own", "$$\nx\n= y\n- z\n$$", []string{"[x\n= y\n- z]"}},
		{"brackets on lines of their own", "text\n\\[\n\\frac{a}{b}\n\\].\ntext", []string{`[\frac{a}{b}.]`}},
		{"on one line", "$$ x^2 $$", []string{"[x^2]"}},
		{"in a list", "1. a\n   $$\n   x\n   $$\n2. b", []string{"[x]"}},
		{"in a quote", "> \\[ x^2\n> + y \\]", []string{"[x^2\n+ y]"}},
		{"in a table", "| a |\n|---|\n| $x^2$ |", []string{"x^2"}},
		{"in a heading", "# Of $x$", []string{"x"}},
		{"a display without an end", "$$\nx\n\ny", nil},
		{"a line that begins with a display and goes on", "$$x$$ is it", []string{"[x]"}},
		{"in code", "`$x$` and\n\n    $$x$$\n\n```\n$$\nx\n$$\n\\(y\\)\n```", nil},
		{"around code", "a $ `b` $x `c$` $d`e$`", nil},
		{"nothing", "$$ $$ and $ $", nil},
		{"longer than any", "$" + strings.Repeat("x", 2*maxInlineMath) + "$", nil},
		{"HTML in it", `$<img src=x onerror="a">$`, []string{"&lt;img src=x onerror=&#34;a&#34;&gt;"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := formulas(r.Render(1, tt.text)); !slices.Equal(got, tt.want) {
				t.Errorf("%q has the formulas %q, want %q\n%s", tt.text, got, tt.want, r.Render(1, tt.text))
			}
		})
	}
}

func TestFormulaIsShownWhileItIsWritten(t *testing.T) {
	r := New()
	s := r.Stream(1)
	for _, step := range []struct {
		delta string
		want  []string
	}{
		{"Then\n\n$$\n\\fr", []string{"{$$\n\\fr}"}},
		{"ac{a}{b} * c\n", []string{"{$$\n\\frac{a}{b} * c\n}"}},
		{"- d\n", []string{"{$$\n\\frac{a}{b} * c\n- d\n}"}},
		{"$$\n", []string{"[\\frac{a}{b} * c\n- d]"}},
		{"\nwhere $a", []string{"[\\frac{a}{b} * c\n- d]"}},
		{"$", []string{"[\\frac{a}{b} * c\n- d]", "a"}},
	} {
		s.Write(step.delta)
		if got := formulas(s.Blocks()); !slices.Equal(got, step.want) {
			t.Errorf("after %q the formulas are %q, want %q\n%s", step.delta, got, step.want, s.Blocks())
		}
	}
}
