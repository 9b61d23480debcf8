package jinja2

import "fmt"

// target is what an assignment assigns to: a variable, an attribute of a
// namespace, or several targets that a sequence is unpacked into.
type target struct {
	name  string
	attr  string
	items []target
}

// binding gives a variable of the translation its value, as code.
type binding struct{ name, value string }

// target parses the targets before "in" or "=".
func (t *translator) target() target {
	if len(t.tokens) > t.pos+2 && t.tokens[t.pos+1].isOperator(".") {
		name := t.expect(tokenName).text
		t.next()
		return target{name: name, attr: t.expect(tokenName).text}
	}
	return t.targets()
}

// targets parses one target, or several with commas between.
func (t *translator) targets() target {
	first := t.oneTarget()
	if !t.peek().isOperator(",") {
		return first
	}
	items := []target{first}
	for t.skipOperator(",") {
		if k := t.peek(); k.kind != tokenName && !k.isOperator("(") || k.isName("in") {
			break
		}
		items = append(items, t.oneTarget())
	}
	return target{items: items}
}

// oneTarget parses a name, or targets in brackets.
func (t *translator) oneTarget() target {
	if t.skipOperator("(") {
		t.deeper()
		defer t.shallower()
		inner := t.targets()
		t.expectOperator(")")
		return inner
	}
	name := t.expect(tokenName)
	switch name.text {
	case "true", "false", "none", "True", "False", "None":
		failAt(name.line, "%s cannot be assigned to", name.text)
	}
	return target{name: name.text}
}

// bindings says what each variable of g gets from value.
func (g target) bindings(value string) []binding {
	if g.items == nil {
		return []binding{{variable(g.name), value}}
	}
	var all []binding
	for i, item := range g.items {
		all = append(all, item.bindings(fmt.Sprintf("_unpack(%s,%d)[%d]", value, len(g.items), i))...)
	}
	return all
}

// assign writes the assignment of value, which is code, to g.
func (t *translator) assign(g target, value string) {
	if g.attr != "" {
		t.print(fmt.Sprintf("_set(%s,%s,%s)", t.load(g.name), quote(g.attr), value))
		return
	}
	if g.items != nil {
		whole := t.fresh()
		t.statement("set %s = %s", whole, value)
		value = whole
	}
	for _, b := range g.bindings(value) {
		t.statement("set %s = %s", b.name, b.value)
		t.scope[b.name] = true
	}
}
