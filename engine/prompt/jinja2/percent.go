package jinja2

import (
	"strings"

	"github.com/ardanlabs/jinja"
)

// percentFormat is Python's format % value.
func (r *render) percentFormat(format string, value jinja.Value) string {
	var args []jinja.Value
	if value.IsList() && r.kind(value) == tupleList {
		args = value.AsList().Items
	} else {
		args = []jinja.Value{value}
	}
	next := func() jinja.Value {
		if len(args) == 0 {
			fail("the format has more places than values")
		}
		v := args[0]
		args = args[1:]
		return v
	}
	named := false
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		rest := format[i+1:]
		take := next
		if name, after, ok := strings.Cut(strings.TrimPrefix(rest, "("), ")"); ok && strings.HasPrefix(rest, "(") {
			if !value.IsDict() {
				fail("the format wants a dict")
			}
			named = true
			take = func() jinja.Value { return r.item(value, jinja.NewString(name)) }
			rest = after
		}
		s, used := percentSpec(rest, func() int { return int(r.wholeOr(next(), 0)) })
		if s.kind == 0 {
			fail("the format ends inside a place")
		}
		if s.kind == '%' {
			b.WriteByte('%')
		} else {
			b.WriteString(r.percentValue(take(), s))
		}
		r.size(b.Len())
		i = len(format) - len(rest) + used - 1
	}
	if isMapping := value.IsDict() || value.IsList() && r.kind(value) == plainList; len(args) > 0 && !named && !isMapping {
		fail("the format has fewer places than values")
	}
	return b.String()
}

// percentSpec reads flags, width, precision and type; star gives a number that
// stands among the values. used counts bytes.
func percentSpec(s string, star func() int) (sp spec, used int) {
	sp.precision = -1
	i := 0
flags:
	for ; i < len(s); i++ {
		switch s[i] {
		case '-':
			sp.align = '<'
		case '0':
			sp.fill = '0'
		case '+', ' ':
			if sp.sign != '+' {
				sp.sign = s[i]
			}
		case '#':
			sp.alternate = true
		default:
			break flags
		}
	}
	number := func() int {
		if i < len(s) && s[i] == '*' {
			i++
			return star()
		}
		n := 0
		for ; i < len(s) && '0' <= s[i] && s[i] <= '9' && n < maxOutput; i++ {
			n = n*10 + int(s[i]-'0')
		}
		return n
	}
	if sp.width = number(); sp.width < 0 {
		sp.align, sp.width = '<', -sp.width
	}
	if i < len(s) && s[i] == '.' {
		i++
		sp.precision = max(0, number())
	}
	for i < len(s) && strings.IndexByte("hlL", s[i]) >= 0 {
		i++
	}
	if i < len(s) {
		sp.kind = s[i]
		i++
	}
	if sp.align == 0 {
		sp.align = '>'
		if sp.fill == '0' {
			sp.align = '='
		}
	} else {
		sp.fill = 0
	}
	return sp, i
}

// percentValue writes one value of a % format.
func (r *render) percentValue(v jinja.Value, s spec) string {
	switch s.kind {
	case 's', 'r', 'a':
		text := r.str(v)
		if s.kind != 's' {
			text = r.repr(v)
		}
		if s.align == '=' {
			s.align, s.fill = '>', 0
		}
		return r.aligned(truncated(text, s.precision), s)
	case 'c':
		if isWhole(v) {
			return r.aligned(string(rune(whole(v))), s)
		}
		return r.aligned(r.stringArg("%c", v), s)
	case 'd', 'i', 'u', 'x', 'X', 'o':
		if !isNumber(v) {
			r.mismatch("%"+string(s.kind), v, v)
		}
		if v.IsFloat() {
			v = wholeOf(v.AsFloat(), jinja.NewInt(0))
		}
		if s.kind == 'i' || s.kind == 'u' {
			s.kind = 'd'
		}
		return r.number(v, s)
	case 'f', 'F', 'e', 'E', 'g', 'G':
		if !isNumber(v) {
			r.mismatch("%"+string(s.kind), v, v)
		}
		return r.number(v, s)
	}
	fail("the format has an unknown type %q", s.kind)
	return ""
}
