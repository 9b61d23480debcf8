package worker

import (
	"bytes"
	"io"
	"strings"
)

const (
	tailLines = 12
	tailWidth = 400 // bytes kept of a line
)

// tail passes the worker's standard error on to the log and keeps its last
// lines, and the first line that looks like the reason of a crash: what follows
// that one are stack traces.
type tail struct {
	log   io.Writer // nil: nowhere
	line  []byte    // the one being written
	lines []string
	cause string
}

// Write never fails: a log that is full must not end the worker.
func (t *tail) Write(p []byte) (int, error) {
	if t.log != nil {
		t.log.Write(p)
	}
	for rest := p; len(rest) > 0; {
		piece, after, whole := bytes.Cut(rest, []byte("\n"))
		t.line = append(t.line, piece[:min(len(piece), tailWidth-len(t.line))]...)
		if whole {
			t.add(strings.TrimSpace(strings.ToValidUTF8(string(t.line), "")))
			t.line = t.line[:0]
		}
		rest = after
	}
	return len(p), nil
}

func (t *tail) add(line string) {
	if line == "" {
		return
	}
	if t.cause == "" && isCause(line) {
		t.cause = line
	}
	if len(t.lines) == tailLines {
		t.lines = append(t.lines[:0], t.lines[1:]...)
	}
	t.lines = append(t.lines, line)
}

// isCause knows the words of the Go runtime, of ggml and of C++.
func isCause(line string) bool {
	for _, start := range []string{"fatal error:", "panic:", "SIG", "terminate called"} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return strings.Contains(line, "GGML_ASSERT") || strings.Contains(line, "GGML_ABORT")
}

// end closes the last line.
func (t *tail) end() { t.Write([]byte("\n")) }
