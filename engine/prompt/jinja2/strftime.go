package jinja2

import (
	"fmt"
	"strings"
	"time"
)

// strftime formats t as Python's strftime does in the C locale. The time has no
// zone, as Python's datetime.now() has none. A directive it does not know stays.
func strftime(t time.Time, format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		start := i
		i++
		flag := byte(0)
		if strings.IndexByte("-_0^#", format[i]) >= 0 && i+1 < len(format) {
			flag = format[i]
			i++
		}
		if s, ok := directive(t, format[i], flag); ok {
			b.WriteString(s)
		} else {
			b.WriteString(format[start : i+1])
		}
	}
	return b.String()
}

// numbers are the directives that give a number: how wide it is, how it is
// filled, and which it is.
var numbers = map[byte]struct {
	width int
	fill  byte
	of    func(time.Time) int
}{
	'd': {2, '0', time.Time.Day},
	'e': {2, '_', time.Time.Day},
	'm': {2, '0', func(t time.Time) int { return int(t.Month()) }},
	'y': {2, '0', func(t time.Time) int { return t.Year() % 100 }},
	'C': {2, '0', func(t time.Time) int { return t.Year() / 100 }},
	'Y': {1, '0', time.Time.Year},
	'H': {2, '0', time.Time.Hour},
	'k': {2, '_', time.Time.Hour},
	'I': {2, '0', hour12},
	'l': {2, '_', hour12},
	'M': {2, '0', time.Time.Minute},
	'S': {2, '0', time.Time.Second},
	'j': {3, '0', time.Time.YearDay},
	'w': {1, '0', func(t time.Time) int { return int(t.Weekday()) }},
	'u': {1, '0', func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }},
	'U': {2, '0', func(t time.Time) int { return (t.YearDay() + 6 - int(t.Weekday())) / 7 }},
	'W': {2, '0', func(t time.Time) int { return (t.YearDay() + 6 - (int(t.Weekday())+6)%7) / 7 }},
	'V': {2, '0', func(t time.Time) int { _, week := t.ISOWeek(); return week }},
	'G': {1, '0', func(t time.Time) int { year, _ := t.ISOWeek(); return year }},
	'g': {2, '0', func(t time.Time) int { year, _ := t.ISOWeek(); return year % 100 }},
}

// hour12 is the hour as the twelve-hour clock shows it.
func hour12(t time.Time) int { return (t.Hour()+11)%12 + 1 }

// layouts are the directives that Go's time package writes.
var layouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'p': "PM", 'P': "pm",
	'c': "Mon Jan _2 15:04:05 2006", 'x': "01/02/06", 'X': "15:04:05", 'D': "01/02/06", 'F': "2006-01-02",
	'T': "15:04:05", 'R': "15:04", 'r': "03:04:05 PM",
	'n': "\n", 't': "\t", '%': "%", 'z': "", 'Z': "",
}

// directive writes one directive; ok is false when there is none of that letter.
func directive(t time.Time, letter, flag byte) (string, bool) {
	if n, ok := numbers[letter]; ok {
		fill := n.fill
		if flag != 0 {
			fill = flag
		}
		switch fill {
		case '-':
			return fmt.Sprint(n.of(t)), true
		case '_':
			return fmt.Sprintf("%*d", n.width, n.of(t)), true
		}
		return fmt.Sprintf("%0*d", n.width, n.of(t)), true
	}
	switch letter {
	case 'f':
		return fmt.Sprintf("%06d", t.Nanosecond()/1000), true
	case 's':
		return fmt.Sprint(t.Unix()), true
	}
	layout, ok := layouts[letter]
	if !ok {
		return "", false
	}
	s := t.Format(layout)
	if flag == '^' || flag == '#' {
		s = strings.ToUpper(s)
	}
	return s, true
}
