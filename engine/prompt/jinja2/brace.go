package jinja2

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ardanlabs/jinja"
)

// braceFormat is Python's format.format(*args, **named).
func (r *render) braceFormat(format string, args []jinja.Value, named *jinja.Dict) string {
	f := braces{render: r, args: args, named: named}
	return f.expand(format, 2)
}

type braces struct {
	*render
	args  []jinja.Value
	named *jinja.Dict
	next  int // of the places without a name
}

// expand writes format; depth is how deep places may stand inside places.
func (f *braces) expand(format string, depth int) string {
	var b strings.Builder
	for format != "" {
		at := strings.IndexAny(format, "{}")
		if at < 0 {
			b.WriteString(format)
			break
		}
		b.WriteString(format[:at])
		if at+1 < len(format) && format[at+1] == format[at] {
			b.WriteByte(format[at])
			format = format[at+2:]
			continue
		}
		end := closingBrace(format[at:])
		if format[at] == '}' || end < 0 {
			fail("the format has a single brace")
		}
		b.WriteString(f.place(format[at+1:at+end], depth))
		format = format[at+end+1:]
		f.size(b.Len())
	}
	return b.String()
}

// closingBrace is the index of the brace that closes the one s begins with, or -1.
func closingBrace(s string) int {
	open := 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			open++
		case '}':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}

// place writes what stands between two braces: a field, a conversion, a spec.
func (f *braces) place(place string, depth int) string {
	if depth == 0 {
		fail("the format has places inside places inside places")
	}
	field, specText, _ := strings.Cut(place, ":")
	field, conversion, _ := strings.Cut(field, "!")
	v := f.field(field)
	specText = f.expand(specText, depth-1)
	switch conversion {
	case "":
	case "s":
		v = f.text(f.str(v))
	case "r", "a":
		v = f.text(f.repr(v))
	default:
		fail("the format has an unknown conversion %q", conversion)
	}
	s := braceSpec(specText)
	if isNumber(v) && (!v.IsBool() || specText != "") {
		return f.number(v, s)
	}
	if specText != "" && !v.IsString() {
		fail("a value of type %s takes no format", f.typeName(v))
	}
	if s.kind != 0 && s.kind != 's' || s.align == '=' || s.sign != 0 {
		fail("the format %q does not go with a text", specText)
	}
	if s.align == 0 {
		s.align = '<'
	}
	return f.aligned(truncated(f.str(v), s.precision), s)
}

// field finds the value that a place names: a number or a name, then attributes
// and items.
func (f *braces) field(field string) jinja.Value {
	end := strings.IndexAny(field, ".[")
	if end < 0 {
		end = len(field)
	}
	first, rest := field[:end], field[end:]
	if first == "" {
		first = strconv.Itoa(f.next)
		f.next++
	}
	var v jinja.Value
	if n, err := strconv.Atoi(first); err == nil {
		if n < 0 || n >= len(f.args) {
			fail("the format has more places than values")
		}
		v = f.args[n]
	} else {
		if f.named == nil || !f.named.Has(first) {
			fail("the format wants a value named %q", first)
		}
		v = f.named.Data[first]
	}
	for rest != "" {
		if rest[0] == '.' {
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			v = f.attribute(v, rest[1:1+end])
			rest = rest[1+end:]
			continue
		}
		end := strings.IndexByte(rest, ']')
		if rest[0] != '[' || end < 0 {
			fail("the format has a bad field %q", field)
		}
		key := jinja.NewString(rest[1:end])
		if n, err := strconv.ParseInt(rest[1:end], 10, 64); err == nil {
			key = jinja.NewInt(n)
		}
		v = f.item(v, key)
		rest = rest[end+1:]
	}
	return v
}

// braceSpec reads [[fill]align][sign][#][0][width][grouping][.precision][type].
func braceSpec(s string) spec {
	sp := spec{precision: -1}
	text := s
	if r, n := utf8.DecodeRuneInString(s); n < len(s) && strings.IndexByte("<>^=", s[n]) >= 0 {
		sp.fill, sp.align = r, s[n]
		s = s[n+1:]
	} else if s != "" && strings.IndexByte("<>^=", s[0]) >= 0 {
		sp.align = s[0]
		s = s[1:]
	}
	flag := func(set string) byte {
		if s == "" || strings.IndexByte(set, s[0]) < 0 {
			return 0
		}
		c := s[0]
		s = s[1:]
		return c
	}
	digits := func() int {
		end := len(s) - len(strings.TrimLeft(s, "0123456789"))
		n, err := strconv.Atoi(s[:end])
		if end > 0 && (err != nil || n > maxOutput) {
			fail("the format %q has too large a number", text)
		}
		s = s[end:]
		return n
	}
	if sp.sign = flag("+- "); sp.sign == '-' {
		sp.sign = 0
	}
	sp.alternate = flag("#") != 0
	if flag("0") != 0 && sp.align == 0 {
		sp.fill, sp.align = '0', '='
	}
	sp.width = digits()
	sp.group = flag(",_")
	if flag(".") != 0 {
		sp.precision = digits()
	}
	sp.kind = flag("sbcdoxXneEfFgG%")
	if s != "" {
		fail("the format %q is not understood", text)
	}
	return sp
}
