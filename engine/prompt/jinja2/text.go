package jinja2

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ardanlabs/jinja"
)

// conversions are the methods of a str that take nothing and return a str.
var conversions = map[string]func(string) string{
	"upper":      upper,
	"lower":      strings.ToLower,
	"casefold":   func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "ß", "ss") },
	"title":      title,
	"capitalize": capitalize,
	"swapcase": func(s string) string {
		return strings.Map(func(c rune) rune {
			if unicode.IsUpper(c) {
				return unicode.ToLower(c)
			}
			return unicode.ToUpper(c)
		}, s)
	},
}

// checks are the methods of a str that take nothing and return a bool.
var checks = map[string]func(string) bool{
	"isdigit":   all(unicode.IsDigit),
	"isdecimal": all(unicode.IsDigit),
	"isnumeric": all(unicode.IsNumber),
	"isalpha":   all(unicode.IsLetter),
	"isalnum":   all(func(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) }),
	"isspace":   all(isSpace),
	"isascii":   func(s string) bool { return s == "" || all(func(c rune) bool { return c < 0x80 })(s) },
	"isupper":   func(s string) bool { return cased(s, unicode.IsUpper, unicode.IsLower) },
	"islower":   func(s string) bool { return cased(s, unicode.IsLower, unicode.IsUpper) },
	"istitle":   func(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) && s == title(s) },
	"isidentifier": func(s string) bool {
		return s != "" && nameLength(s) == len(s)
	},
}

// all makes a check that all characters, and at least one, are of a kind.
func all(is func(rune) bool) func(string) bool {
	return func(s string) bool {
		return s != "" && !strings.ContainsFunc(s, func(c rune) bool { return !is(c) })
	}
}

// cased tells whether s has a letter that is wanted and none that is not.
func cased(s string, wanted, unwanted func(rune) bool) bool {
	return strings.ContainsFunc(s, wanted) && !strings.ContainsFunc(s, unwanted)
}

// upper knows the one common letter that grows.
func upper(s string) string { return strings.ToUpper(strings.ReplaceAll(s, "ß", "SS")) }

// title is Python's: a letter that follows none is upper case.
func title(s string) string {
	inWord := false
	return strings.Map(func(c rune) rune {
		wasInWord := inWord
		inWord = unicode.IsLetter(c)
		if wasInWord {
			return unicode.ToLower(c)
		}
		return unicode.ToTitle(c)
	}, s)
}

// capitalize makes the first letter upper case and all others lower case.
func capitalize(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToTitle(first)) + strings.ToLower(s[n:])
}

// strip takes characters off the ends that the method strips.
func strip(method, s string, is func(rune) bool) string {
	if method != "rstrip" {
		s = strings.TrimLeftFunc(s, is)
	}
	if method != "lstrip" {
		s = strings.TrimRightFunc(s, is)
	}
	return s
}

// hasAffix is startswith or endswith. The affix may be a tuple of several.
func (r *render) hasAffix(method, s string, args []jinja.Value) bool {
	affixes := []jinja.Value{args[0]}
	if args[0].IsList() && r.kind(args[0]) == tupleList {
		affixes = args[0].AsList().Items
	}
	s = r.cut(s, args[1], args[2])
	return slices.ContainsFunc(affixes, func(affix jinja.Value) bool {
		if method == "startswith" {
			return strings.HasPrefix(s, r.stringArg(method, affix))
		}
		return strings.HasSuffix(s, r.stringArg(method, affix))
	})
}

// cut is s[start:end] for the optional bounds that searching methods take.
func (r *render) cut(s string, start, end jinja.Value) string {
	if start.IsUndefined() {
		return s
	}
	if end.IsUndefined() {
		end = jinja.None()
	}
	return r.slice(jinja.NewString(s), start, end, jinja.None()).AsString()
}

// texts makes a list value of strings.
func (r *render) texts(parts []string) jinja.Value {
	items := make([]jinja.Value, len(parts))
	for i, p := range parts {
		items[i] = jinja.NewString(p)
	}
	return r.list(items)
}

// split is the method split or rsplit: at a separator, or at white space.
func (r *render) split(s, method string, args []jinja.Value) jinja.Value {
	limit := int(r.wholeOr(args[1], -1))
	if limit < 0 || limit > len(s) {
		limit = len(s)
	}
	if args[0].IsUndefined() || args[0].IsNone() {
		return r.texts(fields(s, method, limit))
	}
	sep := r.stringArg(method, args[0])
	if sep == "" {
		fail("%s wants a separator that is not empty", method)
	}
	if method == "split" {
		return r.texts(strings.SplitN(s, sep, limit+1))
	}
	var parts []string
	for ; limit > 0; limit-- {
		at := strings.LastIndex(s, sep)
		if at < 0 {
			break
		}
		parts = append(parts, s[at+len(sep):])
		s = s[:at]
	}
	parts = append(parts, s)
	slices.Reverse(parts)
	return r.texts(parts)
}

// fields splits s at white space, at most limit times.
func fields(s, method string, limit int) (parts []string) {
	notSpace := func(c rune) bool { return !isSpace(c) }
	if method == "rsplit" {
		s = strip("rstrip", s, isSpace)
		for ; limit > 0 && s != ""; limit-- {
			at := strings.LastIndexFunc(s, isSpace)
			if at < 0 {
				break
			}
			_, n := utf8.DecodeRuneInString(s[at:])
			parts = append(parts, s[at+n:])
			s = strip("rstrip", s[:at], isSpace)
		}
		if s != "" {
			parts = append(parts, s)
		}
		slices.Reverse(parts)
		return parts
	}
	for s = strip("lstrip", s, isSpace); s != ""; limit-- {
		end := strings.IndexFunc(s, isSpace)
		if end < 0 || limit <= 0 {
			return append(parts, s)
		}
		parts = append(parts, s[:end])
		next := strings.IndexFunc(s[end:], notSpace)
		if next < 0 {
			break
		}
		s = s[end+next:]
	}
	return parts
}

// splitLines cuts s at the line ends that Python knows.
func splitLines(s string, keepEnds bool) (lines []string) {
	for s != "" {
		at := strings.IndexAny(s, "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029")
		if at < 0 {
			return append(lines, s)
		}
		_, n := utf8.DecodeRuneInString(s[at:])
		if strings.HasPrefix(s[at:], "\r\n") {
			n = 2
		}
		end := at
		if keepEnds {
			end += n
		}
		lines = append(lines, s[:end])
		s = s[at+n:]
	}
	return lines
}

// partition cuts a text in three at the first or the last separator.
func (r *render) partition(s, method, sep string) jinja.Value {
	if sep == "" {
		fail("%s wants a separator that is not empty", method)
	}
	at := strings.Index(s, sep)
	if method == "rpartition" {
		at = strings.LastIndex(s, sep)
	}
	parts := []string{s, "", ""}
	switch {
	case at >= 0:
		parts = []string{s[:at], sep, s[at+len(sep):]}
	case method == "rpartition":
		parts = []string{"", "", s}
	}
	return r.sequence(tupleList, r.texts(parts).AsList().Items)
}

// replace replaces the first count places; a negative count is all of them.
func (r *render) replace(s, old, with string, count int64) jinja.Value {
	if count < 0 || count > int64(len(s))+1 {
		count = int64(len(s)) + 1
	}
	n := int(min(count, int64(strings.Count(s, old))))
	r.repeated(len(with), n)
	r.size(max(0, len(s)+n*(len(with)-len(old))))
	return jinja.NewString(strings.Replace(s, old, with, n))
}

// join joins parts after it has counted what that takes.
func (r *render) join(parts []string, sep string) jinja.Value {
	r.repeated(len(sep), len(parts))
	n := max(0, len(parts)-1) * len(sep)
	for _, p := range parts {
		n += len(p)
	}
	r.size(n)
	return jinja.NewString(strings.Join(parts, sep))
}

// search counts or finds in characters, as Python does.
func (r *render) search(s, method string, args []jinja.Value) int64 {
	sub := r.stringArg(method, args[0])
	within := r.cut(s, args[1], args[2])
	if method == "count" {
		return int64(strings.Count(within, sub))
	}
	at := strings.Index(within, sub)
	if method == "rfind" || method == "rindex" {
		at = strings.LastIndex(within, sub)
	}
	if at < 0 {
		if method == "index" || method == "rindex" {
			fail("%s finds no such text", method)
		}
		return -1
	}
	length := int64(utf8.RuneCountInString(s))
	start := r.wholeOr(args[1], 0)
	if start < 0 {
		start += length
	}
	return max(0, min(start, length)) + int64(utf8.RuneCountInString(within[:at]))
}

// pad fills a text up to a width in characters.
func (r *render) pad(s, method string, args []jinja.Value) jinja.Value {
	fill := " "
	if !args[1].IsUndefined() {
		fill = r.stringArg(method, args[1])
	}
	width := r.wholeOr(args[0], 0)
	if utf8.RuneCountInString(fill) != 1 {
		fail("%s wants one character to fill with", method)
	}
	missing := int(max(0, min(width, maxMemory)-int64(utf8.RuneCountInString(s))))
	r.size(len(s) + missing*len(fill))
	left := 0
	switch method {
	case "rjust", "zfill":
		left = missing
	case "center": // the odd one goes where Python puts it
		left = missing/2 + missing&int(width)&1
	}
	if method == "zfill" {
		sign := 0
		if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") {
			sign = 1
		}
		return jinja.NewString(s[:sign] + strings.Repeat("0", missing) + s[sign:])
	}
	return jinja.NewString(strings.Repeat(fill, left) + s + strings.Repeat(fill, missing-left))
}
