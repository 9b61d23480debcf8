package jinja2

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// body translates up to a block tag that begins with one of ends, or to the end
// of the template when ends is empty. It returns the name it stopped at, which
// is skipped; the rest of that tag is not.
func (t *translator) body(ends ...string) string {
	t.blocks++
	if t.blocks > maxBlocks {
		failAt(t.peek().line, "more than %d blocks inside blocks", maxBlocks)
	}
	defer func() { t.blocks-- }()
	for {
		switch tok := t.next(); tok.kind {
		case tokenText:
			t.output(quote(tok.text))
		case tokenPrintBegin:
			t.output(t.tuple(t.expression).text)
			t.expect(tokenPrintEnd)
		case tokenBlockBegin:
			name := t.expect(tokenName)
			if slices.Contains(ends, name.text) {
				return name.text
			}
			t.block(name)
			t.expect(tokenBlockEnd)
		default:
			if len(ends) > 0 {
				failAt(tok.line, "expected %q, got %s", ends[len(ends)-1], tok)
			}
			return ""
		}
	}
}

// inner translates a block's body after its opening tag.
func (t *translator) inner(ends ...string) string {
	t.skipOperator(":")
	t.expect(tokenBlockEnd)
	return t.body(ends...)
}

// block translates one statement, without the end of its last tag.
func (t *translator) block(name token) {
	switch name.text {
	case "if":
		t.ifBlock()
	case "for":
		t.forBlock()
	case "set":
		t.setBlock()
	case "macro":
		t.macroBlock()
	case "call":
		t.callBlock()
	case "filter":
		t.filterBlock()
	case "with":
		t.withBlock()
	case "generation":
		t.scoped(func() { t.inner("endgeneration") })
	case "print":
		t.output(t.expression().text)
		for t.skipOperator(",") {
			t.output(t.expression().text)
		}
	case "break", "continue":
		if len(t.loops) == 0 {
			failAt(name.line, "%q outside of a loop", name.text)
		}
		t.statement("%s", name.text)
	default:
		failAt(name.line, "unknown statement %q", name.text)
	}
}

// ifBlock translates a condition; the library's own is the same.
func (t *translator) ifBlock() {
	t.statement("if %s", t.tuple(t.or).text)
	for {
		switch t.inner("elif", "else", "endif") {
		case "elif":
			t.statement("elif %s", t.tuple(t.or).text)
		case "else":
			t.statement("else")
			t.inner("endif")
			t.statement("endif")
			return
		default:
			t.statement("endif")
			return
		}
	}
}

// forBlock translates a loop. Each of its rounds begins with the variables as
// they were before the loop; the library keeps those of the round before, so
// they are set back. A recursive loop becomes a macro that calls itself. An else is
// for a loop of which no round came to its end, be it by break or continue.
func (t *translator) forBlock() {
	target := t.targets()
	t.expectName("in")
	items := t.tuple(t.or).text
	item := t.fresh()
	bound := target.bindings(item)

	condition := ""
	if t.skipName("if") {
		outer := t.aliases
		t.aliases = map[string]string{}
		for _, b := range bound {
			t.aliases[b.name] = b.value
		}
		condition = " if " + t.expression().text
		t.aliases = outer
	}
	recursion := ""
	if t.skipName("recursive") {
		recursion = t.fresh()
		t.statement("macro %s(_items,_depth)", recursion)
		t.print("_enter()")
	}

	t.loops = append(t.loops, recursion)
	end := ""
	body, assigned := t.inScope(func() { end = t.inner("else", "endfor") })
	t.loops = t.loops[:len(t.loops)-1]

	saved := t.fresh()
	var before, first strings.Builder
	for _, name := range assigned {
		if !slices.ContainsFunc(bound, func(b binding) bool { return b.name == name }) {
			fmt.Fprintf(&before, "{%% set %s%s = %s %%}\n", saved, name, name)
			fmt.Fprintf(&first, "{%% set %s = %s%s %%}\n", name, saved, name)
		}
	}
	for _, b := range bound {
		fmt.Fprintf(&first, "{%% set %s = %s %%}\n", b.name, b.value)
	}

	t.write(before.String())
	touched := t.fresh() // an empty dict until a round comes to its end
	over, depth := items, "1"
	if recursion != "" {
		over, depth = "_items", "_depth"
	}
	if end == "else" {
		t.statement("set %s = _dict()", touched)
	}
	t.statement("for %s in _iterate(%s)%s", item, over, condition)
	t.print("_round(loop," + depth + ")")
	t.write(first.String(), body)
	if end == "else" {
		t.print("_touch(" + touched + ")")
	}
	t.statement("endfor")
	if end == "else" {
		t.statement("if not %s", touched)
		t.scoped(func() { t.inner("endfor") })
		t.statement("endif")
	}
	if recursion != "" {
		t.print("_leave()")
		t.statement("endmacro")
		t.output(recursion + "(" + items + ",1)")
	}
}

// setBlock translates an assignment, of a value or of what a block prints.
func (t *translator) setBlock() {
	target := t.target()
	if t.skipOperator("=") {
		t.assign(target, t.tuple(t.expression).text)
		return
	}
	value := t.fresh()
	filtered := ex{text: value}
	if t.peek().isOperator("|") {
		filtered = t.filters(filtered)
	}
	t.captured(value, "endset")
	t.assign(target, filtered.text)
}

// captured sets name to what the block that ends with end prints.
func (t *translator) captured(name, end string) {
	t.statement("set %s", name)
	t.scoped(func() { t.inner(end) })
	t.statement("endset")
}

// filterBlock translates a block whose text is filtered.
func (t *translator) filterBlock() {
	value := t.fresh()
	filtered := t.filters(t.filter(ex{text: value}))
	t.captured(value, "endfilter")
	t.output(filtered.text)
}

// withBlock translates a block with variables of its own. All values are evaluated
// before the first is assigned.
func (t *translator) withBlock() {
	var targets []target
	var values []string
	for t.peek().kind != tokenBlockEnd {
		if len(targets) > 0 {
			t.expectOperator(",")
		}
		targets = append(targets, t.targets())
		t.expectOperator("=")
		value := t.fresh()
		t.statement("set %s = %s", value, t.expression().text)
		values = append(values, value)
	}
	t.scoped(func() {
		for i, target := range targets {
			t.assign(target, values[i])
		}
		t.inner("endwith")
	})
}

// macroBlock translates the definition of a macro, which is an assignment.
func (t *translator) macroBlock() {
	name := t.expect(tokenName).text
	t.statement("set %s = %s", variable(name), t.macro(name, t.signature(), "endmacro"))
	t.scope[variable(name)] = true
}

// callBlock hands its body to the called macro as the macro named caller.
func (t *translator) callBlock() {
	var params []param
	if t.peek().isOperator("(") {
		params = t.signature()
	}
	called := t.expression()
	if called.call == nil {
		failAt(t.peek().line, "a call block must call something")
	}
	caller := t.macro("caller", params, "endcall")
	t.output(called.call("'caller'," + caller))
}

// param is a parameter of a macro. Its default is code, or "".
type param struct{ name, value string }

// signature parses the parameters of a macro.
func (t *translator) signature() (params []param) {
	t.expectOperator("(")
	for !t.skipOperator(")") {
		if len(params) > 0 {
			t.expectOperator(",")
		}
		p := param{name: t.expect(tokenName).text}
		if t.skipOperator("=") {
			p.value = t.expression().text
		} else if len(params) > 0 && params[len(params)-1].value != "" {
			failAt(t.peek().line, "a parameter without a default follows one with a default")
		}
		params = append(params, p)
	}
	return params
}

// macro writes a macro of the library and returns the code of a function that
// binds arguments to it as Jinja2 does.
func (t *translator) macro(name string, params []param, end string) string {
	id := t.fresh()
	loops, special := t.loops, t.special
	t.special = map[string]bool{}
	if end == "endmacro" {
		t.loops = nil
	}
	body, _ := t.inScope(func() {
		for _, p := range params {
			if p.value != "" {
				v := variable(p.name)
				t.statement("if _missing(%s)", v)
				t.statement("set %s = %s", v, p.value)
				t.statement("endif")
			}
		}
		t.inner(end)
	})
	used := t.special
	t.loops, t.special = loops, special
	maps.Copy(t.special, used) // Jinja2 looks into macros inside macros too

	names, variables := make([]string, len(params)), make([]string, len(params))
	for i, p := range params {
		names[i], variables[i] = quote(p.name), variable(p.name)
		if p.value == "" {
			names[i] += ",false"
		} else {
			names[i] += ",true"
		}
	}
	for _, special := range specials {
		if v := variable(special); slices.Contains(variables, v) {
			variables = append(variables, "_unused")
		} else {
			variables = append(variables, v)
		}
	}
	t.statement("macro %s(%s)", id, strings.Join(variables, ","))
	t.print("_enter()")
	t.write(body)
	t.print("_leave()")
	t.statement("endmacro")
	return fmt.Sprintf("_macro(%s,%s,%t,%t,%t,[%s])", id, quote(name), used["varargs"], used["kwargs"], used["caller"], strings.Join(names, ","))
}

// specials are the variables that every macro has.
var specials = []string{"varargs", "kwargs", "caller"}
