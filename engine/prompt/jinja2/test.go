package jinja2

import (
	"slices"
	"strings"

	"github.com/ardanlabs/jinja"
)

// comparisonTests are the tests that compare, and their operators.
var comparisonTests = map[string]string{
	"eq": "==", "equalto": "==", "==": "==",
	"ne": "!=", "!=": "!=",
	"gt": ">", "greaterthan": ">", ">": ">",
	"ge": ">=", ">=": ">=",
	"lt": "<", "lessthan": "<", "<": "<",
	"le": "<=", "<=": "<=",
	"in": "in",
}

// plainTests are the other tests.
var plainTests = []string{
	"boolean", "callable", "defined", "divisibleby", "escaped", "even", "false", "filter", "float", "integer",
	"iterable", "lower", "mapping", "none", "number", "odd", "sameas", "sequence", "string", "test", "true",
	"undefined", "upper",
}

// test is "value is name(args)".
func (r *render) test(name string, v jinja.Value, args []jinja.Value, named *jinja.Dict) bool {
	r.work(1)
	if op, ok := comparisonTests[name]; ok {
		return r.compare(op, v, bind(name, args, named, "other")[0])
	}
	if name == "divisibleby" || name == "sameas" {
		other := bind(name, args, named, "num")[0]
		if name == "sameas" {
			return r.typeName(v) == r.typeName(other) && r.equal(v, other)
		}
		return r.equal(r.arithmetic("%", v, other), jinja.NewInt(0))
	}
	bind(name, args, named)
	switch name {
	case "defined":
		return !v.IsUndefined()
	case "undefined":
		return v.IsUndefined()
	case "none":
		return v.IsNone()
	case "boolean":
		return v.IsBool()
	case "true":
		return v.IsBool() && v.AsBool()
	case "false":
		return v.IsBool() && !v.AsBool()
	case "integer":
		return v.IsInt()
	case "float":
		return v.IsFloat()
	case "number":
		return isNumber(v)
	case "string":
		return v.IsString()
	case "mapping":
		return v.IsDict()
	case "sequence":
		_, ok := r.length(v)
		return ok && !(v.IsList() && r.kind(v) > rangeList)
	case "iterable":
		return v.IsUndefined() || v.IsString() || v.IsList() || v.IsDict() || isIterator(v)
	case "callable":
		return r.typeName(v) == "function" || v.IsUndefined()
	case "even", "odd":
		rest := r.arithmetic("%", v, jinja.NewInt(2))
		return r.equal(rest, jinja.NewInt(map[string]int64{"even": 0, "odd": 1}[name]))
	case "lower":
		return checks["islower"](r.str(v))
	case "upper":
		return checks["isupper"](r.str(v))
	case "escaped":
		return false
	case "filter":
		return v.IsString() && filterNamed(v.AsString()) != nil
	case "test":
		return v.IsString() && (slices.Contains(plainTests, v.AsString()) || comparisonTests[v.AsString()] != "")
	}
	fail("there is no test %q", strings.ToValidUTF8(name, "?"))
	return false
}
