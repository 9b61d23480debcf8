package jinja2

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ardanlabs/jinja"
)

// str is Python's str(v): what a template prints.
func (r *render) str(v jinja.Value) string {
	switch {
	case v.IsString():
		return v.AsString()
	case v.IsUndefined():
		return ""
	}
	return r.repr(v)
}

// repr is Python's repr(v): how a value looks inside a printed list.
func (r *render) repr(v jinja.Value) string {
	var b strings.Builder
	r.writeRepr(&b, v)
	return b.String()
}

// writeRepr writes v. What it writes is counted as it goes.
func (r *render) writeRepr(b *strings.Builder, v jinja.Value) {
	r.enter()
	defer r.leave()
	before := b.Len()
	switch {
	case v.IsUndefined():
		b.WriteString("Undefined")
	case v.IsNone():
		b.WriteString("None")
	case v.IsBool():
		b.WriteString(map[bool]string{true: "True", false: "False"}[v.AsBool()])
	case v.IsInt():
		b.WriteString(strconv.FormatInt(v.AsInt(), 10))
	case v.IsFloat():
		b.WriteString(floatRepr(v.AsFloat()))
	case v.IsString():
		writeQuoted(b, v.AsString())
	case v.IsList():
		r.writeListRepr(b, v)
		return
	case v.IsDict():
		r.writeDictRepr(b, v.AsDict())
		return
	default:
		if attributes, ok := namespace(v); ok {
			b.WriteString("<Namespace ")
			r.writeDictRepr(b, attributes)
			b.WriteString(">")
			return
		}
		b.WriteString("<" + r.typeName(v) + ">")
	}
	r.size(b.Len() - before)
}

// writeListRepr writes any of Python's sequences.
func (r *render) writeListRepr(b *strings.Builder, v jinja.Value) {
	items := v.AsList().Items
	opening, closing := "[", "]"
	switch r.kind(v) {
	case tupleList:
		opening, closing = "(", ")"
		if len(items) == 1 {
			closing = ",)"
		}
	case rangeList:
		opening, closing = "range([", "])"
	case keysView, valuesView, itemsView:
		opening, closing = r.typeName(v)+"([", "])"
	}
	b.WriteString(opening)
	for i, item := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		r.writeRepr(b, item)
	}
	b.WriteString(closing)
}

// writeDictRepr writes a dict.
func (r *render) writeDictRepr(b *strings.Builder, d *jinja.Dict) {
	b.WriteByte('{')
	for i, key := range d.Keys {
		if i > 0 {
			b.WriteString(", ")
		}
		r.writeRepr(b, keyValue(key))
		b.WriteString(": ")
		r.writeRepr(b, d.Data[key])
	}
	b.WriteByte('}')
}

// writeQuoted writes s as Python's repr of a string does.
func writeQuoted(b *strings.Builder, s string) {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	b.WriteRune(quote)
	for _, c := range s {
		switch {
		case c == quote || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == ' ' || unicode.IsPrint(c):
			b.WriteRune(c)
		case c < 0x100:
			b.WriteString(`\x` + hex(c, 2))
		case c < 0x10000:
			b.WriteString(`\u` + hex(c, 4))
		default:
			b.WriteString(`\U` + hex(c, 8))
		}
	}
	b.WriteRune(quote)
}

// hex is c in at least so many hexadecimal digits.
func hex(c rune, digits int) string {
	s := strconv.FormatInt(int64(c), 16)
	return strings.Repeat("0", max(0, digits-len(s))) + s
}

// floatRepr is Python's repr of a float: the shortest text that reads as f.
func floatRepr(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	exponent, err := strconv.Atoi(s[strings.IndexByte(s, 'e')+1:])
	if err == nil && (exponent < -4 || exponent >= 16) {
		return s
	}
	s = strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// Keys of the library's dicts are strings. A key of another type is written as a
// string that begins with keyMark, its type and its repr.
const keyMark = "\x00"

// key is the library's key for v. It refuses what Python cannot hash.
func (r *render) key(v jinja.Value) string {
	switch {
	case v.IsString():
		r.work(len(v.AsString()))
		if s := v.AsString(); !strings.HasPrefix(s, keyMark) {
			return s
		}
		return keyMark + "s" + v.AsString()
	case v.IsUndefined():
		return keyMark + "u"
	case v.IsNone():
		return keyMark + "n"
	case v.IsBool():
		return keyMark + "b" + r.repr(v)
	case v.IsInt():
		return keyMark + "i" + r.repr(v)
	case v.IsFloat():
		if f := v.AsFloat(); f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return keyMark + "i" + strconv.FormatInt(int64(f), 10)
		}
		return keyMark + "f" + r.repr(v)
	}
	fail("a value of type %s cannot be a key", r.typeName(v))
	return ""
}

// keyValue is the value that a dict's key stands for.
func keyValue(key string) jinja.Value {
	if len(key) < 2 || key[:1] != keyMark {
		return jinja.NewString(key)
	}
	switch text := key[2:]; key[1] {
	case 'u':
		return jinja.Undefined()
	case 'n':
		return jinja.None()
	case 'b':
		return jinja.NewBool(text == "True")
	case 'i':
		n, _ := strconv.ParseInt(text, 10, 64)
		return jinja.NewInt(n)
	case 'f':
		f, _ := strconv.ParseFloat(text, 64)
		return jinja.NewFloat(f)
	default:
		return jinja.NewString(text)
	}
}

// items returns what a loop over v goes through.
func (r *render) items(v jinja.Value) []jinja.Value {
	r.work(1)
	switch {
	case v.IsList():
		return v.AsList().Items
	case v.IsUndefined():
		return nil
	case v.IsString():
		s := v.AsString()
		all := make([]jinja.Value, 0, utf8.RuneCountInString(s))
		r.spend(cap(all) * itemSize)
		for _, c := range s {
			all = append(all, jinja.NewString(string(c)))
		}
		return all
	case v.IsDict():
		return r.keys(v.AsDict())
	}
	if left, ok := object(v, iteratorName); ok {
		return left.AsList().Items
	}
	fail("a value of type %s cannot be looped over", r.typeName(v))
	return nil
}

// keys are the keys of d as values.
func (r *render) keys(d *jinja.Dict) []jinja.Value {
	r.spend(len(d.Keys) * itemSize)
	all := make([]jinja.Value, len(d.Keys))
	for i, key := range d.Keys {
		all[i] = keyValue(key)
	}
	return all
}

// pairs are the keys and values of d as tuples.
func (r *render) pairs(d *jinja.Dict) []jinja.Value {
	all := make([]jinja.Value, len(d.Keys))
	for i, key := range d.Keys {
		all[i] = r.tuple(keyValue(key), d.Data[key])
	}
	return all
}

// length is Python's len(v); ok is false when it has none.
func (r *render) length(v jinja.Value) (n int, ok bool) {
	switch {
	case v.IsUndefined():
		return 0, true
	case v.IsString():
		r.work(len(v.AsString()))
		return utf8.RuneCountInString(v.AsString()), true
	case v.IsList():
		return v.AsList().Len(), true
	case v.IsDict():
		return v.AsDict().Len(), true
	}
	return 0, false
}

// isSpace tells whether Python counts c as white space.
func isSpace(c rune) bool { return unicode.IsSpace(c) || 0x1c <= c && c <= 0x1f }
