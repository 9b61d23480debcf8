package markdown

import (
	"bytes"
	"html"
	"html/template"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"
)

// fencePart is how much code of an open block one part holds, in bytes. A block
// of twice that comes in parts, of which only the last one changes: few enough
// lines for a page to lay out in each frame, and for an update to stay under
// 64 KB even when every character is escaped.
const fencePart = 2 << 10

// fence follows a fenced code block that has no end yet, line by line. It shows
// the code without highlighting.
type fence struct {
	char   byte   // ` or ~
	length int    // of the opening run
	next   string // what parts two parts

	scanned int    // the end of the last line that was found not to close it
	shown   int    // the end of the last part
	html    []byte // the figure, as far as it does not change any more
}

// newFence reads the first line of block, which opens a fence.
func newFence(block []byte, labels Labels) *fence {
	first := bytes.IndexByte(block, '\n') + 1
	run := bytes.TrimLeft(block[:first], " ")
	info := bytes.TrimLeft(run, string(rune(run[0])))
	head := labels.figureHead(string(bytes.TrimSpace(info)), false)
	return &fence{
		char: run[0], length: len(run) - len(info), next: codeEnd + head[strings.LastIndex(head, "<code"):],
		scanned: first, shown: first, html: []byte(head),
	}
}

// end returns where the line after the closing one begins, -1 while there is no
// complete closing line.
func (f *fence) end(block []byte) int {
	for {
		n := bytes.IndexByte(block[f.scanned:], '\n') + 1
		if n == 0 {
			return -1
		}
		line := block[f.scanned : f.scanned+n]
		f.scanned += n
		if f.run(line) >= f.length {
			return f.scanned
		}
	}
}

// run returns the length of the run of fence characters that line consists of,
// 0 when there is anything else on it.
func (f *fence) run(line []byte) int {
	width, start := util.IndentWidth(line, 0)
	if width > 3 {
		return 0
	}
	rest := bytes.TrimLeft(line[start:], string(rune(f.char)))
	if !util.IsBlank(rest) {
		return 0
	}
	return len(line) - start - len(rest)
}

// figure shows the code in block so far.
func (f *fence) figure(block []byte) template.HTML {
	for len(block)-f.shown > 2*fencePart {
		cut := bytes.LastIndexByte(block[f.shown:f.shown+fencePart], '\n') + 1
		if cut == 0 { // in the middle of a long line, then
			for cut = fencePart; !utf8.RuneStart(block[f.shown+cut]); cut-- {
			}
		}
		f.html = append(f.html, escaped(block[f.shown:f.shown+cut])+f.next...)
		f.shown += cut
	}
	rest := block[f.shown:]
	if f.scanned >= f.shown && f.run(block[f.scanned:]) > 0 {
		rest = block[f.shown:f.scanned] // its last line may become the closing one
	}
	return template.HTML(string(f.html) + escaped(rest) + figureEnd)
}

func escaped(code []byte) string { return lined(html.EscapeString(string(code))) }
