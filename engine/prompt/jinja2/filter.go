package jinja2

import (
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ardanlabs/jinja"
)

// filter is a filter of Jinja2. args begins with the value that is filtered.
type filter func(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value

// filterNamed returns a filter, or nil when there is none of that name. Those
// that make markup (urlize, xmlattr and their like) are not here: a prompt has
// none.
func filterNamed(name string) filter {
	switch name {
	case "tojson":
		return (*render).tojson
	case "default", "d":
		return defaultFilter
	case "length", "count":
		return lengthFilter
	case "string", "safe":
		return onText(func(s string) string { return s })
	case "lower":
		return onText(strings.ToLower)
	case "upper":
		return onText(upper)
	case "capitalize":
		return onText(capitalize)
	case "title":
		return onText(titleWords)
	case "escape", "e", "forceescape":
		return onText(escapeMarkup)
	case "trim":
		return trimFilter
	case "replace":
		return replaceFilter
	case "indent":
		return indentFilter
	case "center":
		return centerFilter
	case "truncate":
		return truncateFilter
	case "wordcount":
		return wordcountFilter
	case "striptags":
		return onText(stripTags)
	case "urlencode":
		return onText(func(s string) string {
			return strings.NewReplacer("+", "%20", "%2F", "/", "%7E", "~").Replace(url.QueryEscape(s))
		})
	case "format":
		return formatFilter
	case "int":
		return intFilter
	case "float":
		return floatFilter
	case "abs":
		return absFilter
	case "round":
		return roundFilter
	case "attr":
		return attrFilter
	}
	return sequenceFilter(name)
}

// filter is "value|name(args)".
func (r *render) filter(name string, v jinja.Value, args []jinja.Value, named *jinja.Dict) jinja.Value {
	f := filterNamed(name)
	if f == nil {
		fail("there is no filter %q", name)
	}
	if v.IsString() {
		r.work(len(v.AsString()))
	}
	r.work(len(args))
	return f(r, append([]jinja.Value{v}, args...), named)
}

// onText makes a filter of what it does to the value's text.
func onText(convert func(string) string) filter {
	return func(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
		return r.text(convert(r.str(bind("the filter", args, named, "value")[0])))
	}
}

var markupEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;")

// escapeMarkup makes s safe in HTML, in the entities that Python's markupsafe uses.
func escapeMarkup(s string) string { return markupEscaper.Replace(s) }

// defaultFilter replaces what is undefined, or with a third argument what is not
// truthy.
func defaultFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("default", args, named, "value", "default_value", "boolean")
	if !a[0].IsUndefined() && (!a[2].IsTruthy() || a[0].IsTruthy()) {
		return a[0]
	}
	if len(args) < 2 && (named == nil || !named.Has("default_value")) {
		return jinja.NewString("")
	}
	return a[1]
}

// lengthFilter counts characters, items or keys.
func lengthFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	v := bind("length", args, named, "value")[0]
	n, ok := r.length(v)
	if !ok {
		fail("a value of type %s has no length", r.typeName(v))
	}
	return jinja.NewInt(int64(n))
}

// trimFilter is the method strip on the value's text.
func trimFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("trim", args, named, "value", "chars")
	return r.stringMethod(r.str(a[0]), "strip")(a[1:], nil)
}

// replaceFilter is the method replace on texts; unlike it, it takes any value.
func replaceFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("replace", args, named, "s", "old", "new", "count")
	return r.replace(r.str(a[0]), r.str(a[1]), r.str(a[2]), r.wholeOr(a[3], -1))
}

var wordStarts = regexp.MustCompile(`[-\s({\[<]+`)

// titleWords is the filter title; unlike the method it starts words at few
// characters.
func titleWords(s string) string {
	var b strings.Builder
	word := func(w string) {
		first, n := utf8.DecodeRuneInString(w)
		if n > 0 {
			b.WriteString(string(unicode.ToUpper(first)) + strings.ToLower(w[n:]))
		}
	}
	for s != "" {
		at := wordStarts.FindStringIndex(s)
		if at == nil {
			at = []int{len(s), len(s)}
		}
		word(s[:at[0]])
		b.WriteString(s[at[0]:at[1]])
		s = s[at[1]:]
	}
	return b.String()
}

// indentFilter indents all lines but the first and those that are empty, unless
// told otherwise. It drops a line break at the end.
func indentFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("indent", args, named, "s", "width", "first", "blank")
	indent := ""
	if a[1].IsString() {
		indent = a[1].AsString()
	} else {
		indent = r.repeat(jinja.NewString(" "), jinja.NewInt(r.wholeOr(a[1], 4))).AsString()
	}
	lines := splitLines(r.stringArg("indent", a[0])+"\n", false)
	for i, line := range lines {
		if i == 0 && !a[2].IsTruthy() || i > 0 && line == "" && !a[3].IsTruthy() {
			continue
		}
		r.size(len(indent) + len(line))
		lines[i] = indent + line
	}
	return r.join(lines, "\n")
}

// centerFilter is the method center with a width of 80.
func centerFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("center", args, named, "value", "width")
	return r.pad(r.str(a[0]), "center", []jinja.Value{jinja.NewInt(r.wholeOr(a[1], 80)), jinja.Undefined()})
}

// truncateFilter cuts a text that is more than leeway characters too long, after a
// word unless killwords is set.
func truncateFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("truncate", args, named, "s", "length", "killwords", "end", "leeway")
	end := "..."
	if !a[3].IsUndefined() {
		end = r.stringArg("truncate", a[3])
	}
	runes, length := r.runes(r.stringArg("truncate", a[0])), int(r.wholeOr(a[1], 255))
	room := length - utf8.RuneCountInString(end)
	if room < 0 {
		fail("truncate wants a length that its ending fits in")
	}
	if len(runes)-length <= int(r.wholeOr(a[4], 5)) {
		return a[0]
	}
	s := string(runes[:room])
	if at := strings.LastIndexByte(s, ' '); at >= 0 && !a[2].IsTruthy() {
		s = s[:at]
	}
	return r.text(s + end)
}

var words = regexp.MustCompile(`[\pL\pN_]+`)

// wordcountFilter counts runs of letters, digits and underscores.
func wordcountFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	s := r.str(bind("wordcount", args, named, "s")[0])
	return jinja.NewInt(int64(len(words.FindAllStringIndex(s, -1))))
}

var tags = regexp.MustCompile(`(?s)<!--.*?-->|<[^>]*>`)

// stripTags takes the tags of HTML away, and joins what is left by single spaces.
func stripTags(s string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(s, "")), " ")
}

// formatFilter is the operator % with the arguments as a tuple or as a dict.
func formatFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	switch {
	case named == nil:
		return r.text(r.percentFormat(r.str(args[0]), r.tuple(args[1:]...)))
	case len(args) > 1:
		fail("format takes arguments with names or without, not both")
	}
	return r.text(r.percentFormat(r.str(args[0]), r.copyOf(named)))
}

// intFilter never fails: what is no number becomes the default. A text may be a
// float, whose fraction is cut off.
func intFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("int", args, named, "value", "default", "base")
	missing := a[1]
	if missing.IsUndefined() {
		missing = jinja.NewInt(0)
	}
	undefined(a[0])
	switch v := a[0]; {
	case isWhole(v):
		return jinja.NewInt(whole(v))
	case v.IsFloat():
		return wholeOf(v.AsFloat(), missing)
	case v.IsString():
		s, base := strings.TrimFunc(v.AsString(), isSpace), int(r.wholeOr(a[2], 10))
		if base != 10 {
			s = strings.TrimPrefix(strings.ToLower(s), map[int]string{2: "0b", 8: "0o", 16: "0x"}[base])
		}
		if n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), base, 64); err == nil {
			return jinja.NewInt(n)
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return wholeOf(f, missing)
		}
	}
	return missing
}

// wholeOf cuts f's fraction off.
func wholeOf(f float64, missing jinja.Value) jinja.Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return missing
	}
	if math.Abs(f) >= 1<<63 {
		overflow()
	}
	return jinja.NewInt(int64(f))
}

// floatFilter never fails: what is no number becomes the default.
func floatFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("float", args, named, "value", "default")
	undefined(a[0])
	if isNumber(a[0]) {
		return jinja.NewFloat(float(a[0]))
	}
	if a[0].IsString() {
		if f, err := strconv.ParseFloat(strings.TrimFunc(a[0].AsString(), isSpace), 64); err == nil {
			return jinja.NewFloat(f)
		}
	}
	if a[1].IsUndefined() {
		return jinja.NewFloat(0)
	}
	return a[1]
}

// absFilter is the magnitude of a number.
func absFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	v := bind("abs", args, named, "value")[0]
	if isNumber(v) && float(v) < 0 {
		return r.sign("-", v)
	}
	return r.sign("+", v)
}

// roundFilter rounds to a number of decimals, halves to even. A whole number stays
// one.
func roundFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("round", args, named, "value", "precision", "method")
	if !isNumber(a[0]) {
		r.mismatch("round", a[0], a[1])
	}
	precision := r.wholeOr(a[1], 0)
	scale := math.Pow(10, float64(precision))
	switch method := a[2]; {
	case method.IsString() && method.AsString() == "ceil":
		return jinja.NewFloat(math.Ceil(float(a[0])*scale) / scale)
	case method.IsString() && method.AsString() == "floor":
		return jinja.NewFloat(math.Floor(float(a[0])*scale) / scale)
	case !method.IsUndefined() && !(method.IsString() && method.AsString() == "common"):
		fail("round knows the methods common, ceil and floor")
	}
	if isWhole(a[0]) && precision >= 0 {
		return jinja.NewInt(whole(a[0]))
	}
	f := math.RoundToEven(float(a[0])*scale) / scale
	if precision >= 0 { // the exact decimal value decides, as in Python
		f, _ = strconv.ParseFloat(strconv.FormatFloat(float(a[0]), 'f', int(min(precision, 400)), 64), 64)
	}
	if isWhole(a[0]) {
		return wholeOf(f, jinja.NewInt(0))
	}
	return jinja.NewFloat(f)
}

// attrFilter takes an attribute, and never an item.
func attrFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("attr", args, named, "obj", "name")
	name := r.str(a[1])
	if attributes, ok := namespace(a[0]); ok {
		v, _ := attributes.Get(name)
		return v
	}
	undefined(a[0])
	m, _ := r.method(a[0], name)
	return m
}
