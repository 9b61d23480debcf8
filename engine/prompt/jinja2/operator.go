package jinja2

import (
	"cmp"
	"math"
	"math/bits"
	"strings"

	"github.com/ardanlabs/jinja"
)

// isNumber tells whether v takes part in arithmetic; Python's booleans do.
func isNumber(v jinja.Value) bool { return v.IsNumber() || v.IsBool() }

// isWhole tells whether v is an int or a boolean.
func isWhole(v jinja.Value) bool { return v.IsInt() || v.IsBool() }

// whole is v as a whole number; a boolean is 0 or 1.
func whole(v jinja.Value) int64 {
	switch {
	case v.IsInt():
		return v.AsInt()
	case v.IsBool() && v.AsBool():
		return 1
	}
	return 0
}

// float is v, which is a number, as a float.
func float(v jinja.Value) float64 {
	if v.IsFloat() {
		return v.AsFloat()
	}
	return float64(whole(v))
}

// mismatch refuses operands. It never returns; the result is for its callers' sake.
func (r *render) mismatch(op string, a, b jinja.Value) jinja.Value {
	undefined(a, b)
	fail("%s does not go with values of type %s and %s", op, r.typeName(a), r.typeName(b))
	return jinja.Value{}
}

// overflow refuses a whole number of more than 64 bits, which Python would go on
// with.
func overflow() { fail("a number is too large") }

// add adds numbers and joins texts, lists and tuples, each with its own kind only.
func (r *render) add(a, b jinja.Value) jinja.Value {
	switch {
	case a.IsString() && b.IsString():
		r.size(len(a.AsString()) + len(b.AsString()))
		return jinja.NewString(a.AsString() + b.AsString())
	case isWhole(a) && isWhole(b):
		x, y := whole(a), whole(b)
		if sum := x + y; sum > x == (y > 0) {
			return jinja.NewInt(sum)
		}
		overflow()
	case isNumber(a) && isNumber(b):
		return jinja.NewFloat(float(a) + float(b))
	case a.IsList() && b.IsList() && r.kind(a) == r.kind(b) && r.kind(a) <= tupleList:
		r.spend((a.AsList().Len() + b.AsList().Len()) * itemSize)
		items := append(append([]jinja.Value{}, a.AsList().Items...), b.AsList().Items...)
		return r.sequence(r.kind(a), items)
	}
	return r.mismatch("+", a, b)
}

// subtract takes numbers only.
func (r *render) subtract(a, b jinja.Value) jinja.Value {
	switch {
	case isWhole(a) && isWhole(b):
		x, y := whole(a), whole(b)
		if difference := x - y; difference < x == (y > 0) {
			return jinja.NewInt(difference)
		}
		overflow()
	case isNumber(a) && isNumber(b):
		return jinja.NewFloat(float(a) - float(b))
	}
	return r.mismatch("-", a, b)
}

// arithmetic is one of *, /, //, % and **. Between other values than numbers, *
// repeats and % formats.
func (r *render) arithmetic(op string, a, b jinja.Value) jinja.Value {
	r.work(1)
	if op == "*" && (isWhole(a) || isWhole(b)) && !(isNumber(a) && isNumber(b)) {
		return r.repeat(a, b)
	}
	if op == "%" && a.IsString() {
		return r.text(r.percentFormat(a.AsString(), b))
	}
	if !isNumber(a) || !isNumber(b) {
		return r.mismatch(op, a, b)
	}
	if float(b) == 0 && (op == "/" || op == "//" || op == "%") {
		fail("it divides by zero")
	}
	if isWhole(a) && isWhole(b) && op != "/" {
		return wholeArithmetic(op, whole(a), whole(b))
	}
	x, y := float(a), float(b)
	switch op {
	case "*":
		return jinja.NewFloat(x * y)
	case "/":
		return jinja.NewFloat(x / y)
	case "//", "%":
		quotient, rest := floatDivision(x, y)
		if op == "//" {
			return jinja.NewFloat(quotient)
		}
		return jinja.NewFloat(rest)
	}
	return jinja.NewFloat(math.Pow(x, y))
}

// floatDivision is Python's divmod: the rest has the sign of y, and the quotient is
// whole because it is made of the rest. 2.5 // 0.1 is 24, not 25.
func floatDivision(x, y float64) (quotient, rest float64) {
	rest = math.Mod(x, y)
	quotient = (x - rest) / y
	if rest != 0 && (rest < 0) != (y < 0) {
		rest, quotient = rest+y, quotient-1
	}
	if rest == 0 {
		rest = math.Copysign(0, y)
	}
	if quotient == 0 {
		return math.Copysign(0, x/y), rest
	}
	return math.Round(quotient), rest
}

// wholeArithmetic divides towards minus infinity, as Python does.
func wholeArithmetic(op string, x, y int64) jinja.Value {
	switch op {
	case "*":
		high, low := bits.Mul64(magnitude(x), magnitude(y))
		if high != 0 || low > math.MaxInt64 {
			overflow()
		}
		return jinja.NewInt(x * y)
	case "//", "%":
		if x == math.MinInt64 && y == -1 {
			overflow()
		}
		quotient, rest := x/y, x%y
		if rest != 0 && (rest < 0) != (y < 0) {
			quotient, rest = quotient-1, rest+y
		}
		if op == "//" {
			return jinja.NewInt(quotient)
		}
		return jinja.NewInt(rest)
	}
	if y < 0 {
		return jinja.NewFloat(math.Pow(float64(x), float64(y)))
	}
	power := jinja.NewInt(1)
	if magnitude(x) < 2 && y > 2 {
		y = 2 - y%2 // further steps go back and forth
	}
	for ; y > 0; y-- { // overflows within 63 rounds
		power = wholeArithmetic("*", power.AsInt(), x)
	}
	return power
}

// magnitude is n without its sign, right for the smallest number too.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// repeat is a sequence times a number, in either order.
func (r *render) repeat(a, b jinja.Value) jinja.Value {
	if isWhole(a) {
		a, b = b, a
	}
	times := int(max(0, whole(b)))
	switch {
	case a.IsString():
		r.repeated(len(a.AsString()), times)
		r.size(len(a.AsString()) * times)
		if a.AsString() == "" {
			return a
		}
		return jinja.NewString(strings.Repeat(a.AsString(), times))
	case a.IsList() && r.kind(a) <= tupleList:
		items := a.AsList().Items
		r.repeated(len(items)*itemSize, times)
		if len(items) == 0 {
			times = 0
		}
		all := make([]jinja.Value, 0, len(items)*times)
		for range times {
			all = append(all, items...)
		}
		return r.sequence(r.kind(a), all)
	}
	return r.mismatch("*", a, b)
}

// sign is +v or -v.
func (r *render) sign(op string, v jinja.Value) jinja.Value {
	switch {
	case isWhole(v) && op == "-":
		return r.subtract(jinja.NewInt(0), v)
	case isWhole(v):
		return jinja.NewInt(whole(v))
	case v.IsFloat() && op == "-":
		return jinja.NewFloat(-v.AsFloat())
	case v.IsFloat():
		return v
	}
	undefined(v)
	fail("%s does not go with a value of type %s", op, r.typeName(v))
	return v
}

// compare is Python's comparison of a with b.
func (r *render) compare(op string, a, b jinja.Value) bool {
	switch op {
	case "==":
		return r.equal(a, b)
	case "!=":
		return !r.equal(a, b)
	case "in":
		return r.contains(b, a)
	case "not in":
		return !r.contains(b, a)
	}
	if a.IsFloat() && math.IsNaN(a.AsFloat()) || b.IsFloat() && math.IsNaN(b.AsFloat()) {
		return false
	}
	order := r.order(a, b)
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// equal is Python's ==: numbers by value, booleans among them, sequences of one kind
// item by item, dicts in any order.
func (r *render) equal(a, b jinja.Value) bool {
	r.enter()
	defer r.leave()
	switch {
	case isWhole(a) && isWhole(b):
		return whole(a) == whole(b)
	case isNumber(a) && isNumber(b):
		return float(a) == float(b)
	case a.IsString() && b.IsString():
		r.work(min(len(a.AsString()), len(b.AsString())))
		return a.AsString() == b.AsString()
	case a.IsList() && b.IsList():
		x, y := a.AsList().Items, b.AsList().Items
		if len(x) != len(y) || r.kind(a) != r.kind(b) {
			return false
		}
		for i := range x {
			if !r.equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case a.IsDict() && b.IsDict():
		x, y := a.AsDict(), b.AsDict()
		if x.Len() != y.Len() {
			return false
		}
		for _, key := range x.Keys {
			other, ok := y.Get(key)
			if !ok || !r.equal(x.Data[key], other) {
				return false
			}
		}
		return true
	}
	return a.IsNone() && b.IsNone() || a.IsUndefined() && b.IsUndefined()
}

// order is negative, zero or positive as a stands before, with or after b.
func (r *render) order(a, b jinja.Value) int {
	r.enter()
	defer r.leave()
	switch {
	case isWhole(a) && isWhole(b):
		return cmp.Compare(whole(a), whole(b))
	case isNumber(a) && isNumber(b):
		return cmp.Compare(float(a), float(b))
	case a.IsString() && b.IsString():
		r.work(min(len(a.AsString()), len(b.AsString())))
		return cmp.Compare(a.AsString(), b.AsString())
	case a.IsList() && b.IsList() && r.kind(a) == r.kind(b) && r.kind(a) <= tupleList:
		x, y := a.AsList().Items, b.AsList().Items
		for i := range min(len(x), len(y)) {
			if !r.equal(x[i], y[i]) {
				return r.order(x[i], y[i])
			}
		}
		return cmp.Compare(len(x), len(y))
	}
	r.mismatch("a comparison", a, b)
	return 0
}

// contains is item in container: a part of a text, a key of a dict, or an item.
func (r *render) contains(container, item jinja.Value) bool {
	switch {
	case container.IsString():
		if !item.IsString() {
			r.mismatch("in", item, container)
		}
		r.work(len(container.AsString()))
		return strings.Contains(container.AsString(), item.AsString())
	case container.IsDict():
		return container.AsDict().Has(r.key(item))
	}
	for _, v := range r.items(container) {
		if r.equal(v, item) {
			return true
		}
	}
	return false
}
