package jinja2

import "strings"

// postfix parses what may follow a value directly: attributes, subscripts, calls.
func (t *translator) postfix(value ex) ex {
	for {
		switch {
		case t.skipOperator("."):
			value = t.attribute(value)
		case t.skipOperator("["):
			value = t.subscript(value)
		case t.peek().isOperator("("):
			value = t.callOf(value)
		default:
			return value
		}
	}
}

// attribute parses what follows a dot: a name, the call of a method, or an index.
func (t *translator) attribute(value ex) ex {
	name := t.next()
	if name.kind == tokenInt {
		return function("_item", value, ex{text: name.text})
	}
	if name.kind != tokenName {
		t.pos--
		t.unexpected()
	}
	if t.peek().isOperator("(") {
		return t.arguments("_method", value, literal(name.text))
	}
	return function("_attribute", value, literal(name.text))
}

// subscript parses what follows an opening bracket.
func (t *translator) subscript(value ex) ex {
	var keys []ex
	t.deeper()
	defer t.shallower()
	for !t.skipOperator("]") {
		if len(keys) > 0 {
			t.expectOperator(",")
		}
		bounds, isSlice := t.bounds()
		if isSlice {
			// A slice among several keys has no meaning for any value here.
			t.expectOperator("]")
			return function("_slice", append([]ex{value}, bounds...)...)
		}
		keys = append(keys, bounds[0])
	}
	switch len(keys) {
	case 0:
		t.unexpected()
	case 1:
		return function("_item", value, keys[0])
	}
	return function("_item", value, function("_tuple", keys...))
}

// bounds parses a key, or the three bounds of a slice.
func (t *translator) bounds() (all []ex, isSlice bool) {
	for i := range 3 {
		bound := ex{text: "none"}
		if tok := t.peek(); !tok.isOperator(":") && !tok.isOperator("]") && !tok.isOperator(",") {
			bound = t.expression()
		}
		all = append(all, bound)
		if i < 2 && t.skipOperator(":") {
			isSlice = true
		} else if i == 0 {
			break
		}
	}
	return all, isSlice
}

// callOf parses the call of a value. In a recursive loop, loop(items) is the next
// level.
func (t *translator) callOf(value ex) ex {
	if value.text == "loop" && len(t.loops) > 0 && t.loops[len(t.loops)-1] != "" {
		t.expectOperator("(")
		items := t.expression()
		t.expectOperator(")")
		return function(t.loops[len(t.loops)-1], items, ex{text: "_add(_depth,1)"})
	}
	return t.arguments("_call", value)
}

// filters parses what may follow a value and its postfixes: filters, tests, calls.
func (t *translator) filters(value ex) ex {
	for {
		switch {
		case t.skipOperator("|"):
			value = t.filter(value)
		case t.skipName("is"):
			value = t.test(value)
		case t.peek().isOperator("("):
			value = t.callOf(value)
		default:
			return value
		}
	}
}

// filter parses a filter after its bar.
func (t *translator) filter(value ex) ex {
	name := t.dottedName()
	if value.markup && (name == "e" || name == "escape") {
		return value // once is enough
	}
	var filtered ex
	if t.peek().isOperator("(") {
		filtered = t.arguments("_filter", literal(name), value)
		filtered.call = nil
	} else {
		filtered = function("_filter", literal(name), value, ex{text: "[]"})
	}
	switch name {
	case "safe", "escape", "e", "forceescape":
		filtered.markup = true
	case "trim", "upper", "lower", "capitalize", "string", "indent", "default", "d":
		filtered.markup = value.markup
	}
	return filtered
}

// test parses a test after its is. The test's one argument may stand without
// brackets: x is divisibleby 3.
func (t *translator) test(value ex) ex {
	negated := t.skipName("not")
	name := literal(t.dottedName())
	var result ex
	if t.peek().isOperator("(") {
		result = t.arguments("_test", name, value)
		result.call = nil
	} else if t.testArgumentFollows() {
		argument := t.postfix(t.primary())
		result = join("_test("+name.text+","+value.text+",["+argument.text+"])", value, argument)
	} else {
		result = function("_test", name, value, ex{text: "[]"})
	}
	if negated {
		result = join("(not "+result.text+")", result)
	}
	return result
}

// testArgumentFollows tells whether a test's one argument stands without brackets.
func (t *translator) testArgumentFollows() bool {
	tok := t.peek()
	switch tok.kind {
	case tokenName:
		if tok.text == "is" {
			failAt(tok.line, "tests cannot be chained with is")
		}
		return tok.text != "else" && tok.text != "or" && tok.text != "and"
	case tokenString, tokenInt, tokenFloat:
		return true
	}
	return tok.isOperator("[") || tok.isOperator("{")
}

// dottedName parses the name of a filter or test.
func (t *translator) dottedName() string {
	name := t.expect(tokenName).text
	for t.skipOperator(".") {
		name += "." + t.expect(tokenName).text
	}
	return name
}

// arguments parses a call's arguments and makes the call of one of the render's
// functions: its own operands, a list of the arguments, then a dict of those
// with names.
func (t *translator) arguments(name string, operands ...ex) ex {
	t.deeper()
	defer t.shallower()
	t.expectOperator("(")
	var args, named []ex
	for !t.skipOperator(")") {
		if len(args)+len(named) > 0 {
			t.expectOperator(",")
			if t.skipOperator(")") {
				break
			}
		}
		tok := t.peek()
		switch {
		case tok.isOperator("*") || tok.isOperator("**"):
			failAt(tok.line, "arguments with %s are not supported", tok.text)
		case tok.kind == tokenName && t.tokens[t.pos+1].isOperator("="):
			t.pos += 2
			named = append(named, literal(tok.text), t.expression())
		case len(named) > 0:
			failAt(tok.line, "an argument without a name follows one with a name")
		default:
			args = append(args, t.expression())
		}
	}
	call := func(extra string) string {
		parts := []string{texts(operands), "[" + texts(args) + "]"}
		if len(named) > 0 || extra != "" {
			pairs := texts(named)
			if pairs != "" && extra != "" {
				pairs += ","
			}
			parts = append(parts, "_dict("+pairs+extra+")")
		}
		return name + "(" + strings.Join(parts, ",") + ")"
	}
	e := join(call(""), append(append(operands, args...), named...)...)
	e.call = call
	return e
}
