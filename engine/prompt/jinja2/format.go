package jinja2

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ardanlabs/jinja"
)

// spec says how one value is written by Python's format and % alike.
type spec struct {
	fill      rune // 0 is a space
	align     byte // '<', '>', '^', '=', or 0
	sign      byte // '+', ' ' or 0
	alternate bool
	width     int
	group     byte // ',' or '_' between thousands, or 0
	precision int  // -1 is none
	kind      byte // letter of the type, or 0
}

// truncated is the first characters of s, as many as precision says; -1 is all.
func truncated(s string, precision int) string {
	if precision < 0 || precision >= len(s) {
		return s
	}
	n := 0
	for i := range s {
		if n == precision {
			return s[:i]
		}
		n++
	}
	return s
}

// bases are the types of a whole number.
var bases = map[byte]int{0: 10, 'd': 10, 'n': 10, 'b': 2, 'o': 8, 'x': 16, 'X': 16}

// number writes v by s.
func (r *render) number(v jinja.Value, s spec) string {
	negative := float(v) < 0 || v.IsFloat() && math.Signbit(v.AsFloat())
	digits := ""
	if base := bases[s.kind]; isWhole(v) && base > 0 {
		digits = strconv.FormatUint(magnitude(whole(v)), base)
		if s.precision > len(digits) {
			r.size(s.precision)
			digits = strings.Repeat("0", s.precision-len(digits)) + digits
		}
		if s.alternate && s.kind != 0 && s.kind != 'd' {
			digits = "0" + string(s.kind) + digits
		}
		if s.kind == 'X' {
			digits = strings.ToUpper(digits)
		}
	} else {
		digits = r.decimal(math.Abs(float(v)), s)
	}
	if s.group != 0 {
		digits = grouped(digits, s.group)
	}
	sign := ""
	switch {
	case negative:
		sign = "-"
	case s.sign != 0:
		sign = string(s.sign)
	}
	if s.align == '=' {
		inner := s
		inner.align, inner.width = '>', s.width-len(sign)
		return sign + r.aligned(digits, inner)
	}
	if s.align == 0 {
		s.align = '>'
	}
	return r.aligned(sign+digits, s)
}

// decimal writes f, which is not negative, as a float.
func (r *render) decimal(f float64, s spec) string {
	precision := s.precision
	if precision < 0 {
		precision = 6
	}
	r.size(precision)
	switch s.kind {
	case 'f', 'F':
		return strconv.FormatFloat(f, 'f', precision, 64)
	case '%':
		return strconv.FormatFloat(f*100, 'f', precision, 64) + "%"
	case 'e', 'E':
		return strconv.FormatFloat(f, s.kind, precision, 64)
	case 0:
		if s.precision < 0 {
			return floatRepr(f)
		}
	case 'g', 'G', 'n':
	default:
		fail("the format type %q does not go with a float", s.kind)
	}
	precision = max(1, precision)
	text := strconv.FormatFloat(f, 'e', precision-1, 64)
	exponent, _ := strconv.Atoi(text[strings.IndexByte(text, 'e')+1:])
	if exponent < -4 || exponent >= precision {
		mantissa, power, _ := strings.Cut(text, "e")
		text = trimZeros(mantissa) + "e" + power
	} else {
		text = trimZeros(strconv.FormatFloat(f, 'f', precision-1-exponent, 64))
	}
	if s.kind == 'G' {
		return strings.ToUpper(text)
	}
	if s.kind == 0 && !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// trimZeros takes the zeros at the end of a fraction away.
func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// grouped puts mark between the thousands of the whole part.
func grouped(digits string, mark byte) string {
	end := strings.IndexAny(digits, ".e%")
	if end < 0 {
		end = len(digits)
	}
	var b strings.Builder
	for i := range end {
		if i > 0 && (end-i)%3 == 0 {
			b.WriteByte(mark)
		}
		b.WriteByte(digits[i])
	}
	return b.String() + digits[end:]
}

// aligned fills s up to the width.
func (r *render) aligned(s string, sp spec) string {
	fill := sp.fill
	if fill == 0 {
		fill = ' '
	}
	missing := sp.width - utf8.RuneCountInString(s)
	if missing <= 0 {
		return s
	}
	r.size(len(s) + missing*utf8.RuneLen(fill))
	left := map[byte]int{'>': missing, '^': missing / 2}[sp.align]
	return strings.Repeat(string(fill), left) + s + strings.Repeat(string(fill), missing-left)
}
