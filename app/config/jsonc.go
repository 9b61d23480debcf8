package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A settings file is JSON with // and /* */ comments and with commas allowed
// after the last member. plain turns it into JSON of the same length, so that
// places in one are places in the other.

var null = []byte("null")

// member is one key of the file's object. key and value are [start, end) places.
type member struct {
	name       string
	start, end int // of the value
	line       int // counts from 1
}

// document is a settings file that was understood.
type document struct {
	text    []byte
	members []member
	close   int // place of the closing brace
}

// lineError is a mistake in the file's grammar.
type lineError struct {
	Line int
	Err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *lineError) Unwrap() error { return e.Err }

// parseDocument finds the members of the object in text.
// Errors: *lineError.
func parseDocument(text []byte) (document, error) {
	doc := document{text: text}
	clean := plain(text)
	dec := json.NewDecoder(bytes.NewReader(clean))
	fail := func(err error) (document, error) {
		at := dec.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = syntax.Offset
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err, at = errors.New("the file ends too early"), int64(len(text))
		}
		return document{}, &lineError{lineAt(text, int(at)), err}
	}
	first, err := dec.Token()
	if err != nil {
		return fail(err)
	}
	if first != json.Delim('{') {
		return fail(errors.New("the settings stand between { and }"))
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return fail(err)
		}
		at := int(dec.InputOffset())
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return fail(err)
		}
		end := int(dec.InputOffset())
		doc.members = append(doc.members, member{name.(string), end - len(value), end, lineAt(text, at)})
	}
	if _, err := dec.Token(); err != nil {
		return fail(err)
	}
	doc.close = int(dec.InputOffset()) - 1
	if rest := bytes.TrimSpace(clean[doc.close+1:]); len(rest) > 0 {
		return fail(errors.New("there is something after the closing brace"))
	}
	return doc, nil
}

// value is the JSON of a member, without comments.
func (d document) value(m member) json.RawMessage {
	var compact bytes.Buffer
	if json.Compact(&compact, plain(d.text[m.start:m.end])) != nil {
		return d.text[m.start:m.end]
	}
	return compact.Bytes()
}

// commented tells whether the file has a comment.
func (d document) commented() bool {
	found := false
	scan(d.text, func(comment bool, _, _ int) { found = found || comment })
	return found
}

// plain blanks comments and the commas after a last member.
func plain(text []byte) []byte {
	clean := bytes.Clone(text)
	comma := -1       // that nothing followed so far
	last := byte('{') // what stood before
	scan(text, func(comment bool, start, end int) {
		if comment {
			for i := start; i < end; i++ {
				if clean[i] != '\n' {
					clean[i] = ' '
				}
			}
			return
		}
		for i := start; i < end; i++ {
			c := text[i]
			switch {
			case c == '"':
				i = stringEnd(text, i) - 1
				comma = -1
			case c == ',' && !strings.ContainsRune("{[,", rune(last)):
				comma = i
			case (c == '}' || c == ']') && comma >= 0:
				clean[comma] = ' '
				comma = -1
			case c > ' ':
				comma = -1
			}
			if c > ' ' {
				last = c
			}
		}
	})
	return clean
}

// scan visits comments, and runs of everything else. Strings are never cut.
func scan(text []byte, visit func(comment bool, start, end int)) {
	start := 0
	for i := 0; i < len(text); {
		end := i
		switch {
		case text[i] == '"':
			i = stringEnd(text, i)
			continue
		case bytes.HasPrefix(text[i:], []byte("//")):
			end = until(text, i+2, "\n", false)
		case bytes.HasPrefix(text[i:], []byte("/*")):
			end = until(text, i+2, "*/", true)
		default:
			i++
			continue
		}
		visit(false, start, i)
		visit(true, i, end)
		start, i = end, end
	}
	visit(false, start, len(text))
}

// stringEnd is the place after the string that begins at i.
func stringEnd(text []byte, i int) int {
	for i++; i < len(text) && text[i] != '"' && text[i] != '\n'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return min(i+1, len(text))
}

// until is the place of mark from i on, or after it; the end where it is not.
func until(text []byte, i int, mark string, after bool) int {
	at := bytes.Index(text[min(i, len(text)):], []byte(mark))
	switch {
	case at < 0:
		return len(text)
	case after:
		return i + at + len(mark)
	}
	return i + at
}

func lineAt(text []byte, at int) int {
	return 1 + bytes.Count(text[:max(0, min(at, len(text)))], []byte("\n"))
}

// with returns the document with the values set: those that stand there are
// replaced in place, the others come at the end, each below its comment.
func (d document) with(values map[string]json.RawMessage) []byte {
	var out bytes.Buffer
	done := map[string]bool{}
	at := 0
	for _, m := range d.members {
		value, known := values[m.name]
		done[m.name] = true
		if !known || bytes.Equal(value, d.value(m)) {
			continue
		}
		out.Write(d.text[at:m.start])
		out.Write(pretty(value))
		at = m.end
	}
	rest := d.text[at:d.close]
	var added strings.Builder
	for _, k := range Keys() {
		if value, wanted := values[k.Name]; wanted && !done[k.Name] {
			if added.Len() > 0 {
				added.WriteString(",")
			}
			fmt.Fprintf(&added, "\n\t// %s\n\t%q: %s", k.About, k.Name, pretty(value))
		}
	}
	if added.Len() > 0 {
		// The comma belongs to the last member, which may be followed by a comment.
		if n := len(d.members); n > 0 {
			end := d.members[n-1].end - at
			if end < 0 {
				end = 0
			}
			out.Write(rest[:end])
			rest = rest[end:]
			if !bytes.Contains(plain([]byte("0"+string(rest)+"0")), []byte(",")) {
				out.WriteByte(',')
			}
		}
		out.Write(bytes.TrimRight(rest, " \t\r\n"))
		out.WriteString(added.String())
		out.WriteByte('\n')
		rest = nil
	}
	out.Write(rest)
	out.Write(d.text[d.close:])
	return out.Bytes()
}

// pretty lays out a list or an object over several lines, as a member.
func pretty(value json.RawMessage) []byte {
	var out bytes.Buffer
	if json.Indent(&out, value, "\t", "\t") != nil {
		return value
	}
	return out.Bytes()
}
