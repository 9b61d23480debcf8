package jinja2

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokenEnd        tokenKind = iota
	tokenText                 // what stands between the tags, trimmed
	tokenPrintBegin           // {{
	tokenPrintEnd             // }}
	tokenBlockBegin           // {%
	tokenBlockEnd             // %}
	tokenName
	tokenString
	tokenInt
	tokenFloat
	tokenOperator
)

// token is one word of a template. The text of a string is its value.
type token struct {
	kind tokenKind
	text string
	line int
}

func (t token) isName(name string) bool   { return t.kind == tokenName && t.text == name }
func (t token) isOperator(op string) bool { return t.kind == tokenOperator && t.text == op }

// String names the token in a syntax error.
func (t token) String() string {
	switch t.kind {
	case tokenEnd:
		return "the end of the template"
	case tokenText:
		return "text"
	case tokenPrintEnd:
		return "}}"
	case tokenBlockEnd:
		return "%}"
	}
	return strconv.Quote(t.text)
}

// lexer cuts a template into tokens by the rules of Jinja2 with trim_blocks and
// lstrip_blocks set.
type lexer struct {
	source string
	pos    int // bytes
	line   int
	tokens []token
}

// lex returns the tokens of source, the last of which is tokenEnd. It panics
// with a failure on bad syntax.
func lex(source string) []token {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	source = strings.ReplaceAll(source, "\r", "\n")
	source = strings.TrimSuffix(source, "\n") // Jinja2 drops one
	l := &lexer{source: source, line: 1}
	for l.pos < len(l.source) {
		l.root()
	}
	l.add(tokenEnd, "")
	return l.tokens
}

func (l *lexer) add(kind tokenKind, text string) {
	l.tokens = append(l.tokens, token{kind, text, l.line})
}

// skip moves over n bytes and counts their lines.
func (l *lexer) skip(n int) {
	l.line += strings.Count(l.source[l.pos:l.pos+n], "\n")
	l.pos += n
}

func (l *lexer) rest() string { return l.source[l.pos:] }

// skipSpace skips white space of any kind.
func (l *lexer) skipSpace() {
	rest := l.rest()
	l.skip(len(rest) - len(strings.TrimLeftFunc(rest, isSpace)))
}

// root lexes one run of text and the tag after it.
func (l *lexer) root() {
	begin := openingTag(l.rest())
	if begin < 0 {
		l.text(l.rest())
		l.skip(len(l.rest()))
		return
	}
	kind, sign := l.source[l.pos+begin+1], l.sign(begin+2)
	l.text(l.stripped(l.rest()[:begin], sign, kind != '{'))
	l.skip(begin + 2)
	if sign != 0 {
		l.skip(1)
	}
	switch kind {
	case '#':
		l.comment()
	case '{':
		l.add(tokenPrintBegin, "")
		l.inside("}}", tokenPrintEnd)
	default:
		if n := rawTag(l.rest(), "raw"); n > 0 {
			l.raw(n)
			return
		}
		l.add(tokenBlockBegin, "")
		l.inside("%}", tokenBlockEnd)
	}
}

// openingTag returns the index of the first tag in s, or -1.
func openingTag(s string) int {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '{' && (s[i+1] == '{' || s[i+1] == '%' || s[i+1] == '#') {
			return i
		}
	}
	return -1
}

// sign returns the whitespace sign '-' or '+' at offset after pos, or 0.
func (l *lexer) sign(offset int) byte {
	if i := l.pos + offset; i < len(l.source) && (l.source[i] == '-' || l.source[i] == '+') {
		return l.source[i]
	}
	return 0
}

// stripped is the text before a tag as the tag's sign and lstrip_blocks leave it.
func (l *lexer) stripped(text string, sign byte, lstrip bool) string {
	if sign == '-' {
		return strings.TrimRightFunc(text, isSpace)
	}
	if sign == '+' || !lstrip {
		return text
	}
	line := strings.LastIndexByte(text, '\n') + 1
	atLineStart := line > 0 || l.pos == 0 || l.source[l.pos-1] == '\n'
	if atLineStart && strings.TrimLeftFunc(text[line:], isSpace) == "" {
		return text[:line]
	}
	return text
}

// text adds a text unless it is empty.
func (l *lexer) text(s string) {
	if s != "" {
		l.add(tokenText, s)
	}
}

// comment skips a comment, whose opening mark is skipped.
func (l *lexer) comment() {
	end := strings.Index(l.rest(), "#}")
	if end < 0 {
		failAt(l.line, "a comment is not closed")
	}
	sign := byte(0)
	if end > 0 {
		sign = l.rest()[end-1]
	}
	l.skip(end)
	l.closeTag(sign)
}

// closeTag skips a two-byte closing mark and the space that its sign or
// trim_blocks takes away.
func (l *lexer) closeTag(sign byte) {
	l.skip(2)
	switch {
	case sign == '-':
		l.skipSpace()
	case sign != '+' && strings.HasPrefix(l.rest(), "\n"):
		l.skip(1)
	}
}

var rawTags = map[string]*regexp.Regexp{
	"raw":    regexp.MustCompile(`^[\s\v]*raw[\s\v]*(?:-%\}[\s\v]*|%\})`),
	"endraw": regexp.MustCompile(`\{%([-+]?)[\s\v]*endraw[\s\v]*(?:\+%\}|-%\}[\s\v]*|%\}\n?)`),
}

// rawTag returns the length of what remains of a {% raw %} tag, or 0.
func rawTag(s, name string) int { return len(rawTags[name].FindString(s)) }

// raw lexes a raw block as text. tag is what remains of its opening tag, in bytes.
func (l *lexer) raw(tag int) {
	l.skip(tag)
	at := rawTags["endraw"].FindStringSubmatchIndex(l.rest())
	if at == nil {
		failAt(l.line, "a raw block is not closed")
	}
	sign := byte(0)
	if at[3] > at[2] {
		sign = l.rest()[at[2]]
	}
	l.text(l.stripped(l.rest()[:at[0]], sign, true))
	l.skip(at[1])
}

var (
	floatPattern = regexp.MustCompile(`^(?i)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+\-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)`)
	intPattern   = regexp.MustCompile(`^(?i)(?:0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*)`)
	// operators lists the longer ones first.
	operators = []string{
		"//", "**", "==", "!=", ">=", "<=",
		"+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
	}
)

// inside lexes the words of a tag up to its closing mark.
func (l *lexer) inside(closing string, end tokenKind) {
	opened := l.line
	var open []byte // brackets that wait for their partners
	for {
		l.skipSpace()
		rest := l.rest()
		if rest == "" {
			failAt(opened, "a tag is not closed")
		}
		if len(open) == 0 {
			if sign := rest[0]; (sign == '-' || sign == '+' && closing == "%}") && strings.HasPrefix(rest[1:], closing) {
				l.add(end, "")
				l.skip(1)
				l.closeTag(sign)
				return
			}
			if strings.HasPrefix(rest, closing) {
				l.add(end, "")
				if closing == "}}" {
					l.skip(2)
				} else {
					l.closeTag(0)
				}
				return
			}
		}
		open = l.word(rest, open)
	}
}

// word lexes one token of an expression and returns the open brackets after it.
func (l *lexer) word(rest string, open []byte) []byte {
	if l.source[l.pos-1] != '.' {
		if s := floatPattern.FindString(rest); s != "" {
			l.add(tokenFloat, strings.ReplaceAll(s, "_", ""))
			l.skip(len(s))
			return open
		}
	}
	if s := intPattern.FindString(rest); s != "" {
		l.add(tokenInt, strings.ReplaceAll(s, "_", ""))
		l.skip(len(s))
		return open
	}
	if n := nameLength(rest); n > 0 {
		l.add(tokenName, rest[:n])
		l.skip(n)
		return open
	}
	if rest[0] == '\'' || rest[0] == '"' {
		n := stringLength(rest)
		if n < 0 {
			failAt(l.line, "a string is not closed")
		}
		l.add(tokenString, unescape(rest[1:n-1], l.line))
		l.skip(n)
		return open
	}
	for _, op := range operators {
		if !strings.HasPrefix(rest, op) {
			continue
		}
		switch op {
		case "(", "[", "{":
			open = append(open, op[0])
		case ")", "]", "}":
			partner := map[string]byte{")": '(', "]": '[', "}": '{'}[op]
			if len(open) == 0 || open[len(open)-1] != partner {
				failAt(l.line, "unexpected %q", op)
			}
			open = open[:len(open)-1]
		}
		l.add(tokenOperator, op)
		l.skip(len(op))
		return open
	}
	r, _ := utf8.DecodeRuneInString(rest)
	failAt(l.line, "unexpected character %q", r)
	return nil
}

// nameLength is the length in bytes of the name that s begins with.
func nameLength(s string) int {
	for i, r := range s {
		letter := r == '_' || unicode.IsLetter(r)
		if !letter && (i == 0 || !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)) {
			return i
		}
	}
	return len(s)
}

// stringLength is the length of the quoted string that s begins with, or -1.
func stringLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		}
	}
	return -1
}
