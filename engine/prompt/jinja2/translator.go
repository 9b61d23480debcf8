package jinja2

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Limits of one template. Templates of public models have at most 40 KB, nest
// about ten blocks and a few dozen operators.
const (
	maxSource     = 512 << 10 // bytes of a template
	maxTranslated = 8 << 20   // bytes of its translation
	maxBlocks     = 60        // blocks inside blocks
	maxHeight     = 200       // operators inside operators
)

// failure is the panic that ends a translation or a render; the two borders of
// the package turn it into an *engine.TemplateError.
type failure struct{ reason string }

// fail ends the translation or the render.
func fail(format string, args ...any) { panic(failure{fmt.Sprintf(format, args...)}) }

// failAt ends the translation because of a line.
func failAt(line int, format string, args ...any) {
	fail("line %d: %s", line, fmt.Sprintf(format, args...))
}

// translator reads a template by Jinja2's grammar and writes it again in the
// part of the language that means the same to the library: if, for, set, macro,
// and, or, not, and calls. See the package comment.
//
// Names of the template begin with v_ in the translation (other scripts than
// ASCII with u_), names of the translator with a single underscore.
type translator struct {
	tokens []token
	pos    int
	out    *strings.Builder

	unique  int               // numbers the translator's own names
	blocks  int               // open blocks
	height  int               // open operators, brackets and calls
	scope   map[string]bool   // names assigned in the scope being written
	aliases map[string]string // loop targets inside the loop's own condition
	loops   []string          // for each enclosing loop, the macro that is its recursion, or ""
	reads   map[string]bool   // variables that the template reads
	special map[string]bool   // which of varargs, kwargs and caller the macro being written uses
}

// translate returns the translation of source and the names of the variables
// that it reads. It panics with a failure.
func translate(source string) (translation string, reads map[string]bool) {
	if len(source) > maxSource {
		fail("it has %d bytes, the limit is %d", len(source), maxSource)
	}
	t := &translator{
		tokens:  lex(source),
		out:     new(strings.Builder),
		scope:   map[string]bool{},
		aliases: map[string]string{},
		reads:   map[string]bool{},
		special: map[string]bool{},
	}
	t.body()
	return t.out.String(), t.reads
}

// peek is the token that comes next.
func (t *translator) peek() token { return t.tokens[t.pos] }

// next moves past a token and returns it. The end stays.
func (t *translator) next() token {
	tok := t.tokens[t.pos]
	if tok.kind != tokenEnd {
		t.pos++
	}
	return tok
}

// skipName moves past a name if it comes next.
func (t *translator) skipName(name string) bool {
	if t.peek().isName(name) {
		t.pos++
		return true
	}
	return false
}

// skipOperator moves past an operator if it comes next.
func (t *translator) skipOperator(op string) bool {
	if t.peek().isOperator(op) {
		t.pos++
		return true
	}
	return false
}

// unexpected refuses the token that comes next.
func (t *translator) unexpected() {
	failAt(t.peek().line, "unexpected %s", t.peek())
}

func (t *translator) expectOperator(op string) {
	if !t.skipOperator(op) {
		failAt(t.peek().line, "expected %q, got %s", op, t.peek())
	}
}

func (t *translator) expectName(name string) {
	if !t.skipName(name) {
		failAt(t.peek().line, "expected %q, got %s", name, t.peek())
	}
}

// expect moves past a token that must be of a kind.
func (t *translator) expect(kind tokenKind) token {
	if t.peek().kind != kind {
		t.unexpected()
	}
	return t.next()
}

// fresh returns a name that only the translation has.
func (t *translator) fresh() string {
	t.unique++
	return fmt.Sprintf("_%d", t.unique)
}

// statement writes a block tag. The line break after it never shows, and spares
// the library a search for text between tags.
func (t *translator) statement(format string, args ...any) {
	t.write("{% ", fmt.Sprintf(format, args...), " %}\n")
}

// print writes a tag that prints code.
func (t *translator) print(code string) { t.write("{{", code, "}}") }

// output writes a tag that prints the value of code as a template sees it.
func (t *translator) output(code string) { t.print("_print(" + code + ")") }

// write adds to the translation.
func (t *translator) write(parts ...string) {
	for _, p := range parts {
		t.out.WriteString(p)
	}
	if t.out.Len() > maxTranslated {
		fail("it is too large")
	}
}

// capture returns what f writes.
func (t *translator) capture(f func()) string {
	outer := t.out
	t.out = new(strings.Builder)
	f()
	inner := t.out.String()
	t.out = outer
	return inner
}

// inScope runs f in a scope of its own and returns what it wrote and the names
// it assigned, sorted.
func (t *translator) inScope(f func()) (code string, assigned []string) {
	outer := t.scope
	t.scope = map[string]bool{}
	code = t.capture(f)
	assigned = slices.Sorted(maps.Keys(t.scope))
	t.scope = outer
	return code, assigned
}

// scoped writes what f writes so that its assignments end with it. The library
// has no such scope: the names are saved before and set back after.
func (t *translator) scoped(f func()) {
	code, assigned := t.inScope(f)
	saved := t.fresh()
	for _, name := range assigned {
		t.statement("set %s%s = %s", saved, name, name)
	}
	t.write(code)
	for _, name := range assigned {
		t.statement("set %s = %s%s", name, saved, name)
		t.scope[name] = true // a continue may leave it set
	}
}

// variable is the translation's name for a variable of the template.
func variable(name string) string {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return fmt.Sprintf("u_%x", name)
		}
	}
	return "v_" + name
}

var quoter = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

// quote writes s as a string literal of the library.
func quote(s string) string { return "'" + quoter.Replace(s) + "'" }
