package markdown

import (
	"fmt"
	"strings"
	"testing"
)

// reply is a text of about n tokens, of what models write.
func reply(n int) string {
	const part = "## A heading\n\nSome **bold** words and `code`, with a [link](https://example.com).\n\n" +
		"1. first\n2. second\n   - nested\n\n```go\nfunc add(a, b int) int {\n\treturn a + b // sum\n}\n```\n\n" +
		"| a | b |\n|---|---|\n| 1 | 2 |\n\n> a quote\n\nA closing paragraph that goes on for a while, as they do.\n\n"
	return strings.Repeat(part, n*4/len(part)+1)[:n*4]
}

// The metric is the time a token takes as a multiple of what it takes in the
// shortest text: 1 means that a long reply costs no more than a short one.
func BenchmarkStream(b *testing.B) {
	r := New()
	for _, text := range []struct {
		name string
		of   func(n int) string
	}{
		{"mixed", reply},
		{"one code block", func(n int) string { return "```go\n" + strings.Repeat("x := f(1) // two\n", n*4/17) }},
		{"one list", func(n int) string { return strings.Repeat("- an item of **some** length\n", n*4/29) }},
	} {
		first := 0.0
		for _, tokens := range []int{200, 2000, 20_000} {
			b.Run(fmt.Sprintf("%s of %d tokens", text.name, tokens), func(b *testing.B) {
				whole := []byte(text.of(tokens))
				for b.Loop() {
					s := r.Stream(1)
					for i := 0; i < len(whole); i += 4 {
						s.Write(string(whole[i:min(i+4, len(whole))]))
					}
					s.Close()
				}
				each := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(tokens)
				if first == 0 {
					first = each
				}
				b.ReportMetric(each/1e3, "µs/token")
				b.ReportMetric(each/first, "x-of-200")
			})
		}
	}
}

// Models that fall into a loop write these. The metric compares a byte of each
// with a byte of ordinary text.
func BenchmarkLoops(b *testing.B) {
	const size = 40_000
	r := New()
	ordinary := 0.0
	for _, loop := range []string{reply(100), "> ", "1. ", "> - ", "```\n", "![](", "[a](", "**a ", "_a*", "(", "<a ", "| a ", "|-|\n", "http://a.", "$a ", "$$\n", `\(a `, "a\n: b\n"} {
		text := strings.Repeat(loop, size/len(loop))
		b.Run(fmt.Sprintf("%.10q", loop), func(b *testing.B) {
			for b.Loop() {
				r.Render(1, text)
			}
			each := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(len(text))
			if ordinary == 0 {
				ordinary = each
			}
			b.ReportMetric(each/ordinary, "x-of-ordinary")
		})
	}
}
