package jinja2

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/ardanlabs/jinja"
)

// FromJSON turns a JSON text into a value, its objects with their keys in order.
func FromJSON(data []byte) (jinja.Value, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := decode(d)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return jinja.Value{}, err
	}
	if d.More() {
		return jinja.Value{}, fmt.Errorf("more follows the JSON value")
	}
	return v, nil
}

// decode reads one value. The standard decoder would forget the order of keys.
func decode(d *json.Decoder) (jinja.Value, error) {
	token, err := d.Token()
	if err != nil {
		return jinja.Value{}, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return decodeObject(d)
		}
		var items []jinja.Value
		for d.More() {
			item, err := decode(d)
			if err != nil {
				return jinja.Value{}, err
			}
			items = append(items, item)
		}
		_, err = d.Token()
		return jinja.NewList(items), err
	case json.Number:
		return decodeNumber(token)
	case string:
		return jinja.NewString(token), nil
	case bool:
		return jinja.NewBool(token), nil
	}
	return jinja.None(), nil
}

// decodeObject reads what follows an opening brace. A key that comes twice has the
// last value, in the first place, as in Python.
func decodeObject(d *json.Decoder) (jinja.Value, error) {
	object := jinja.NewDict()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return jinja.Value{}, err
		}
		value, err := decode(d)
		if err != nil {
			return jinja.Value{}, err
		}
		name := key.(string)
		if strings.HasPrefix(name, keyMark) {
			name = keyMark + "s" + name
		}
		object.AsDict().Set(name, value)
	}
	_, err := d.Token()
	return object, err
}

// decodeNumber keeps whole numbers whole: 1 and 1.0 print differently.
func decodeNumber(n json.Number) (jinja.Value, error) {
	if i, err := n.Int64(); err == nil {
		return jinja.NewInt(i), nil
	}
	f, err := n.Float64()
	if err != nil {
		return jinja.Value{}, fmt.Errorf("the number %s is too large", n)
	}
	return jinja.NewFloat(f), nil
}

// tojson is the filter as transformers defines it: json.dumps with ensure_ascii
// and sort_keys off.
func (r *render) tojson(args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("tojson", args, named, "value", "ensure_ascii", "indent", "separators", "sort_keys")
	w := jsonWriter{render: r, ascii: a[1].IsTruthy(), sorted: a[4].IsTruthy(), item: ", ", key: ": "}
	if indent := a[2]; !indent.IsUndefined() && !indent.IsNone() {
		w.indented, w.item = true, ","
		if indent.IsString() {
			w.indent = indent.AsString()
		} else {
			w.indent = r.repeat(jinja.NewString(" "), jinja.NewInt(r.wholeOr(indent, 0))).AsString()
		}
	}
	if separators := a[3]; !separators.IsUndefined() && !separators.IsNone() {
		pair := r.unpack(separators, 2).AsList()
		w.item, w.key = r.stringArg("tojson", pair.Get(0)), r.stringArg("tojson", pair.Get(1))
	}
	w.write(a[0], 0)
	return jinja.NewString(w.out.String())
}

type jsonWriter struct {
	*render
	out           strings.Builder
	item, key     string // separators
	indent        string // of one level
	indented      bool
	ascii, sorted bool
}

// write writes v, which stands level deep.
func (w *jsonWriter) write(v jinja.Value, level int) {
	w.enter()
	defer w.leave()
	before := w.out.Len()
	switch {
	case v.IsNone():
		w.out.WriteString("null")
	case v.IsBool():
		w.out.WriteString(strconv.FormatBool(v.AsBool()))
	case v.IsInt():
		w.out.WriteString(strconv.FormatInt(v.AsInt(), 10))
	case v.IsFloat():
		w.out.WriteString(jsonFloat(v.AsFloat()))
	case v.IsString():
		w.quoted(v.AsString())
	case v.IsList() && w.kind(v) <= tupleList:
		items := v.AsList().Items
		w.group("[", "]", len(items), level, func(i int) { w.write(items[i], level+1) })
		return
	case v.IsDict():
		d := v.AsDict()
		keys := d.Keys
		if w.sorted {
			keys = slices.Sorted(slices.Values(keys))
		}
		w.group("{", "}", len(keys), level, func(i int) {
			w.quoted(w.keyText(keyValue(keys[i])))
			w.out.WriteString(w.key)
			w.write(d.Data[keys[i]], level+1)
		})
		return
	default:
		fail("tojson has no form for a value of type %s", w.typeName(v))
	}
	w.size(w.out.Len() - before)
}

// group writes n members between brackets.
func (w *jsonWriter) group(opening, closing string, n, level int, member func(i int)) {
	w.out.WriteString(opening)
	for i := range n {
		if i > 0 {
			w.out.WriteString(w.item)
		}
		w.lineBreak(level + 1)
		member(i)
	}
	if n > 0 {
		w.lineBreak(level)
	}
	w.out.WriteString(closing)
}

// lineBreak begins a line when the form is indented.
func (w *jsonWriter) lineBreak(level int) {
	if !w.indented {
		return
	}
	w.repeated(len(w.indent), level)
	w.size(1 + len(w.indent)*level)
	w.out.WriteByte('\n')
	for range level {
		w.out.WriteString(w.indent)
	}
}

// keyText is the text of a key that need not be a string.
func (w *jsonWriter) keyText(key jinja.Value) string {
	switch {
	case key.IsUndefined():
		fail("tojson has no form for a key that is undefined")
	case key.IsNone():
		return "null"
	case key.IsBool():
		return strconv.FormatBool(key.AsBool())
	}
	return w.str(key)
}

// jsonFloat is how Python writes a float, infinities included.
func jsonFloat(f float64) string {
	switch s := floatRepr(f); s {
	case "inf":
		return "Infinity"
	case "-inf":
		return "-Infinity"
	case "nan":
		return "NaN"
	default:
		return s
	}
}

// quoted writes a string. Python escapes less than Go: no HTML, no U+2028.
func (w *jsonWriter) quoted(s string) {
	w.out.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			w.out.WriteByte('\\')
			w.out.WriteRune(c)
		case c == '\n':
			w.out.WriteString(`\n`)
		case c == '\r':
			w.out.WriteString(`\r`)
		case c == '\t':
			w.out.WriteString(`\t`)
		case c == '\b':
			w.out.WriteString(`\b`)
		case c == '\f':
			w.out.WriteString(`\f`)
		case c < 0x20 || w.ascii && c > 0x7e && c < 0x10000:
			w.out.WriteString(`\u` + hex(c, 4))
		case w.ascii && c >= 0x10000:
			high, low := utf16.EncodeRune(c)
			w.out.WriteString(`\u` + hex(high, 4) + `\u` + hex(low, 4))
		default:
			w.out.WriteRune(c)
		}
	}
	w.out.WriteByte('"')
}
