package attachment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var errBinary = errors.New("no text")

// decode returns content as UTF-8. It knows UTF-8 and UTF-16 with a mark, UTF-8
// without, and takes what is left for Windows-1252, the Latin-1 that files on
// Western computers are in, if it looks like writing. Errors: errBinary.
func decode(content []byte) (string, error) {
	switch {
	case bytes.HasPrefix(content, []byte{0xef, 0xbb, 0xbf}):
		content = content[3:]
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}):
		return decode16(content[2:], binary.LittleEndian)
	case bytes.HasPrefix(content, []byte{0xfe, 0xff}):
		return decode16(content[2:], binary.BigEndian)
	}
	if controls(string(content)) {
		return "", errBinary
	}
	if utf8.Valid(content) {
		return string(content), nil
	}
	high := 0
	for _, b := range content {
		if b >= 0x80 {
			high++
		}
	}
	if high > len(content)/3 {
		return "", errBinary
	}
	var out strings.Builder
	for _, b := range content {
		switch c := rune(b); {
		case b >= 0x80 && b < 0xa0 && windows1252[b-0x80] == 0:
			return "", errBinary
		case b >= 0x80 && b < 0xa0:
			out.WriteRune(windows1252[b-0x80])
		default:
			out.WriteRune(c)
		}
	}
	return out.String(), nil
}

func decode16(content []byte, order binary.ByteOrder) (string, error) {
	if len(content)%2 != 0 {
		return "", errBinary
	}
	units := make([]uint16, len(content)/2)
	for i := range units {
		units[i] = order.Uint16(content[2*i:])
	}
	text := string(utf16.Decode(units))
	if controls(text) || strings.Count(text, "\ufffd") > len(text)/100 {
		return "", errBinary
	}
	return text, nil
}

// controls tells whether text has a character that no text has.
func controls(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && !strings.ContainsRune("\t\n\r\f\x1b", c) })
}

// windows1252 is what stands at 0x80 to 0x9f, 0 for nothing.
// Source: the WHATWG Encoding Standard, index-windows-1252.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}
