package jinja2

import (
	"math/big"
	"slices"
	"strings"
)

// ex is a translated expression.
type ex struct {
	text   string
	height int // operators inside operators

	// call translates the call that the expression is, with a further keyword
	// argument; nil when it is no call.
	call func(extra string) string

	// markup tells that the value came out of a filter such as safe. Such text
	// escapes what is added to it, and model templates have come to rely on it.
	markup bool
}

// join makes an expression of code and the operands in it.
func join(code string, operands ...ex) ex {
	height := 0
	for _, o := range operands {
		height = max(height, o.height)
	}
	if height >= maxHeight {
		fail("an expression has more than %d operators inside operators", maxHeight)
	}
	return ex{text: code, height: height + 1}
}

// function makes a call of one of the functions of the render.
func function(name string, operands ...ex) ex {
	return join(name+"("+texts(operands)+")", operands...)
}

// texts is the code of operands, with commas between.
func texts(operands []ex) string {
	all := make([]string, len(operands))
	for i, o := range operands {
		all[i] = o.text
	}
	return strings.Join(all, ",")
}

// literal is the code of a string.
func literal(s string) ex { return ex{text: quote(s)} }

// deeper counts the brackets and operators that the parser is inside of.
func (t *translator) deeper() {
	t.height++
	if t.height > maxHeight {
		failAt(t.peek().line, "an expression has more than %d brackets inside brackets", maxHeight)
	}
}

func (t *translator) shallower() { t.height-- }

// tuple parses one expression with parse, or several with commas between.
func (t *translator) tuple(parse func() ex) ex {
	items, isTuple := t.items(parse)
	if len(items) == 0 {
		t.unexpected()
	}
	if !isTuple {
		return items[0]
	}
	return function("_tuple", items...)
}

// items parses expressions with commas between, up to where a tuple may end. One
// comma makes a tuple.
func (t *translator) items(parse func() ex) (items []ex, isTuple bool) {
	for !t.atTupleEnd() {
		items = append(items, parse())
		if !t.skipOperator(",") {
			return items, isTuple
		}
		isTuple = true
	}
	return items, isTuple
}

// atTupleEnd tells whether a comma was the last of its tuple.
func (t *translator) atTupleEnd() bool {
	tok := t.peek()
	return tok.kind == tokenPrintEnd || tok.kind == tokenBlockEnd || tok.isOperator(")") || tok.isName("recursive")
}

// expression parses a condition, which binds most loosely:
//
//	value [if condition [else other]]
//
// The functions below follow it from loose to tight. They differ from Python's
// order in three places: ~ binds tighter than +, filters and tests bind as tightly
// as attributes, and ** goes from left to right.
func (t *translator) expression() ex {
	t.deeper()
	defer t.shallower()
	value := t.or()
	for t.skipName("if") {
		condition := t.or()
		if t.skipName("else") {
			other := t.expression()
			value = join("("+value.text+" if "+condition.text+" else "+other.text+")", value, condition, other)
		} else {
			value = join("("+value.text+" if "+condition.text+")", value, condition)
		}
	}
	return value
}

// or parses left or right. The library evaluates it: it stops where Python does,
// and its value is one of the operands.
func (t *translator) or() ex {
	left := t.and()
	for t.skipName("or") {
		right := t.and()
		left = join("("+left.text+" or "+right.text+")", left, right)
	}
	return left
}

// and parses left and right.
func (t *translator) and() ex {
	left := t.not()
	for t.skipName("and") {
		right := t.not()
		left = join("("+left.text+" and "+right.text+")", left, right)
	}
	return left
}

// not parses a negation.
func (t *translator) not() ex {
	if t.skipName("not") {
		t.deeper()
		defer t.shallower()
		operand := t.not()
		return join("(not "+operand.text+")", operand)
	}
	return t.comparison()
}

var comparisons = []string{"==", "!=", "<", ">", "<=", ">="}

// comparison parses a chain such as 1 < x <= 9, into one call. All operands are
// evaluated, where Python stops at the first that fails.
func (t *translator) comparison() ex {
	parts := []ex{t.sum()}
	for {
		tok := t.peek()
		op := ""
		switch {
		case tok.kind == tokenOperator && slices.Contains(comparisons, tok.text), tok.isName("in"):
			op = tok.text
			t.next()
		case tok.isName("not") && t.tokens[t.pos+1].isName("in"):
			op = "not in"
			t.pos += 2
		}
		if op == "" {
			break
		}
		parts = append(parts, literal(op), t.sum())
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return function("_compare", parts...)
}

// sum parses + and -. A run of + becomes one call, since templates add up dozens
// of texts.
func (t *translator) sum() ex {
	left := t.concat()
	for {
		switch {
		case t.peek().isOperator("+"):
			terms := []ex{left}
			for t.skipOperator("+") {
				terms = append(terms, t.concat())
			}
			left = added(terms)
		case t.skipOperator("-"):
			left = function("_subtract", left, t.concat())
		default:
			return left
		}
	}
}

// added is the sum of terms, of which some may be markup.
func added(terms []ex) ex {
	if !slices.ContainsFunc(terms, func(e ex) bool { return e.markup }) {
		return function("_add", terms...)
	}
	sum := terms[0]
	for _, term := range terms[1:] {
		if sum.markup != term.markup {
			sum, term = sum.escaped(), term.escaped()
		}
		sum = ex{text: "_add(" + sum.text + "," + term.text + ")", height: max(sum.height, term.height), markup: sum.markup}
	}
	markup := sum.markup
	sum = join(sum.text, sum)
	sum.markup = markup
	return sum
}

// escaped is e as an operand of markup.
func (e ex) escaped() ex {
	if e.markup {
		return e
	}
	escaped := function("_escape", e)
	escaped.markup = true
	return escaped
}

// concat parses ~, which joins the texts of its operands.
func (t *translator) concat() ex {
	parts := []ex{t.product()}
	for t.skipOperator("~") {
		parts = append(parts, t.product())
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return function("_concat", parts...)
}

// product parses *, /, // and %.
func (t *translator) product() ex {
	left := t.power()
	for {
		tok := t.peek()
		if tok.kind != tokenOperator || !slices.Contains([]string{"*", "/", "//", "%"}, tok.text) {
			return left
		}
		t.next()
		left = function("_arithmetic", literal(tok.text), left, t.power())
	}
}

// power parses **.
func (t *translator) power() ex {
	left := t.unary(true)
	for t.skipOperator("**") {
		left = function("_arithmetic", literal("**"), left, t.unary(true))
	}
	return left
}

// unary parses a sign and what it stands before. -1|abs is the filter of -1, but
// -x.y is the sign of x.y.
func (t *translator) unary(withFilter bool) ex {
	var value ex
	if op := t.peek(); op.isOperator("-") || op.isOperator("+") {
		t.next()
		t.deeper()
		value = function("_sign", literal(op.text), t.unary(false))
		t.shallower()
	} else {
		value = t.primary()
	}
	value = t.postfix(value)
	if withFilter {
		value = t.filters(value)
	}
	return value
}

// primary parses a name, a literal or what stands in brackets.
func (t *translator) primary() ex {
	tok := t.next()
	switch tok.kind {
	case tokenName:
		switch tok.text {
		case "true", "True":
			return ex{text: "true"}
		case "false", "False":
			return ex{text: "false"}
		case "none", "None":
			return ex{text: "none"}
		}
		return ex{text: t.load(tok.text)}
	case tokenString:
		s := tok.text
		for t.peek().kind == tokenString {
			s += t.next().text
		}
		return literal(s)
	case tokenInt:
		n, ok := new(big.Int).SetString(tok.text, 0)
		if !ok {
			n, ok = new(big.Int).SetString(tok.text, 10)
		}
		if !ok || !n.IsInt64() {
			failAt(tok.line, "the number %s is too large", tok.text)
		}
		return ex{text: n.String()}
	case tokenFloat:
		return ex{text: "_float(" + quote(tok.text) + ")"}
	case tokenOperator:
		switch tok.text {
		case "(":
			t.deeper()
			defer t.shallower()
			items, isTuple := t.items(t.expression)
			t.expectOperator(")")
			if len(items) == 1 && !isTuple {
				return items[0]
			}
			return function("_tuple", items...)
		case "[":
			items := t.list("]", func() []ex { return []ex{t.expression()} })
			return join("["+texts(items)+"]", items...)
		case "{":
			return function("_dict", t.list("}", func() []ex {
				key := t.expression()
				t.expectOperator(":")
				return []ex{key, t.expression()}
			})...)
		}
	}
	t.pos--
	t.unexpected()
	return ex{}
}

// list parses items up to the closing bracket; a comma may follow the last.
func (t *translator) list(closing string, item func() []ex) (items []ex) {
	t.deeper()
	defer t.shallower()
	for !t.skipOperator(closing) {
		if len(items) > 0 {
			t.expectOperator(",")
			if t.skipOperator(closing) {
				break
			}
		}
		items = append(items, item()...)
	}
	return items
}

// load is the code of a variable's value.
func (t *translator) load(name string) string {
	if alias, ok := t.aliases[variable(name)]; ok {
		return alias
	}
	t.reads[name] = true
	if slices.Contains(specials, name) {
		t.special[name] = true
	}
	if name == "loop" && len(t.loops) > 0 {
		return "loop"
	}
	return variable(name)
}
