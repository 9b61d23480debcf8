package markdown

import (
	"bytes"
	"html"
	"html/template"

	"github.com/yuin/goldmark/util"
)

// fencePart is how much code of an open block one part holds, in bytes. A block
// that is longer comes in parts, of which only the last one changes: about two
// screens, so that most blocks have one part.
const fencePart = 8 << 10

// fence follows a fenced code block that has no end yet, line by line. It shows
// the code without highlighting.
type fence struct {
	info   string
	char   byte // ` or ~
	length int  // of the opening run

	scanned int             // the end of the last line that was found not to close it
	shown   int             // the end of the last part
	parts   []template.HTML // parts that do not change any more
}

// newFence reads the first line of block, which opens a fence.
func newFence(block []byte) *fence {
	first := bytes.IndexByte(block, '\n') + 1
	run := bytes.TrimLeft(block[:first], " ")
	f := &fence{char: run[0], scanned: first, shown: first}
	info := bytes.TrimLeft(run, string(rune(f.char)))
	f.length = len(run) - len(info)
	f.info = string(bytes.TrimSpace(info))
	return f
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

// blocks returns the parts of the code in block so far.
func (f *fence) blocks(block []byte) []template.HTML {
	for f.scanned-f.shown > fencePart {
		cut := f.shown + bytes.LastIndexByte(block[f.shown:f.shown+fencePart], '\n') + 1
		if cut == f.shown { // one long line
			cut += fencePart + bytes.IndexByte(block[f.shown+fencePart:], '\n') + 1
		}
		f.parts = append(f.parts, f.part(block[f.shown:cut]))
		f.shown = cut
	}
	rest := block[f.shown:]
	if last := block[f.scanned:]; f.run(last) > 0 {
		rest = block[f.shown:f.scanned] // it may become the closing line
	}
	return append(f.parts[:len(f.parts):len(f.parts)], f.part(rest))
}

func (f *fence) part(code []byte) template.HTML {
	more := ""
	if f.shown > 0 && len(f.parts) > 0 {
		more = "code-more"
	}
	return template.HTML(figureHead(f.info, more) + html.EscapeString(string(code)) + figureEnd)
}
