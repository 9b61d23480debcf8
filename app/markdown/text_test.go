package markdown

import "testing"

func TestTextIsWhatTheWindowShows(t *testing.T) {
	r := New()
	for _, test := range []struct{ name, source, want string }{
		{"nothing", "", ""},
		{"marks", "Some **bold** and `code` and a [link](https://example.org).", "Some bold and code and a link."},
		{"paragraphs and lines", "One\ntwo\n\nthree", "One\ntwo\n\nthree"},
		{"headings", "# Title\n\nText", "Title\n\nText"},
		{"lists", "1. one\n2. two\n   - inner\n   - more\n\nafter", "1. one\n2. two\n  • inner\n  • more\n\nafter"},
		{"a list that begins elsewhere", "4. four\n5. five", "4. four\n5. five"},
		{"code", "```go\nfunc main() {\n\tx := 1\n}\n```", "func main() {\n\tx := 1\n}"},
		{"a table", "| a | b |\n|---|---|\n| 1 | 2 |", "a\tb\n1\t2"},
		{"what looks like markup", "a <b>c</b> & d", "a <b>c</b> & d"},
	} {
		if got := r.Text(test.source); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
