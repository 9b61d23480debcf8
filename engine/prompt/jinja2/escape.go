package jinja2

import (
	"strconv"
	"strings"
)

// simpleEscapes are Python's escapes of one letter.
const (
	simpleEscapes = `\'"abfnrtv`
	simpleValues  = "\\'\"\a\b\f\n\r\t\v"
)

// unescape resolves the escapes of a string literal as Python does. A backslash
// before any other letter stays.
func unescape(s string, line int) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		c := s[i]
		if at := strings.IndexByte(simpleEscapes, c); at >= 0 {
			b.WriteByte(simpleValues[at])
			continue
		}
		switch {
		case c == '\n': // a line that goes on
		case c == 'x' || c == 'u' || c == 'U':
			digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			n, err := strconv.ParseUint(s[i+1:min(i+1+digits, len(s))], 16, 32)
			if err != nil || i+digits >= len(s) || n > 0x10FFFF {
				failAt(line, `bad \%c escape in a string`, c)
			}
			b.WriteRune(rune(n))
			i += digits
		case '0' <= c && c <= '7':
			n := 0
			end := min(i+3, len(s))
			for ; i < end && '0' <= s[i] && s[i] <= '7'; i++ {
				n = n*8 + int(s[i]-'0')
			}
			b.WriteRune(rune(n))
			i--
		case c == 'N':
			failAt(line, `\N escapes are not supported`)
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String()
}
