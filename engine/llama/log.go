package llama

import (
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

// keptLines is how many error lines are remembered to explain a failure.
const keptLines = 8

// log takes what llama.cpp would print. Nothing of it reaches the process's
// output; errors are kept to explain a failure, and the line that names the
// processor's backend is kept for Devices.
type log struct {
	callback uintptr // a C function pointer; made once, as it is never freed

	mu      sync.Mutex
	level   yzma.LogLevel // of the line being written
	trouble []string
	backend string // such as "zen4"
	heard   func(line string)
}

func newLog() *log {
	l := &log{}
	l.callback = purego.NewCallback(func(level int32, text, _ uintptr) uintptr {
		l.write(yzma.LogLevel(level), *(**byte)(unsafe.Pointer(&text)))
		return 0
	})
	return l
}

func (l *log) write(level yzma.LogLevel, text *byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	more := level == yzma.LogLevelContinue
	if !more {
		l.level = level
	}
	switch l.level {
	case yzma.LogLevelError:
		l.keep(strings.TrimRight(goString(text), "\n"), more)
	case yzma.LogLevelInfo:
		line := goString(text)
		if name, ok := backendName(line); ok {
			l.backend = name
		}
		if l.heard != nil && !more {
			l.heard(line)
		}
	}
}

func (l *log) keep(line string, more bool) {
	if more && len(l.trouble) > 0 {
		l.trouble[len(l.trouble)-1] += line
		return
	}
	if len(l.trouble) == keptLines {
		l.trouble = l.trouble[1:]
	}
	l.trouble = append(l.trouble, line)
}

// listen has fn told of every line of information, nil of none.
func (l *log) listen(fn func(line string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = fn
}

// forget drops the lines kept, before a call whose failure is to be explained.
func (l *log) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trouble = nil
}

// reason returns the first error since forget, as a clause.
func (l *log) reason() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.trouble) == 0 {
		return "llama.cpp does not say why"
	}
	return clause(l.trouble[0])
}

func (l *log) cpuBackend() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.backend
}

// backendName reads "zen4" out of "load_backend: loaded CPU backend from
// …/libggml-cpu-zen4.so".
func backendName(line string) (string, bool) {
	if !strings.Contains(line, "loaded CPU backend from ") {
		return "", false
	}
	_, name, ok := strings.Cut(line, "ggml-cpu-")
	name, _, _ = strings.Cut(strings.TrimSpace(name), ".")
	return name, ok
}

// clause drops the names of C functions from the head of a line, as in
// "llama_model_load: error loading model: unknown model architecture: 'x'".
func clause(line string) string {
	for {
		head, tail, ok := strings.Cut(line, ": ")
		if !ok || strings.Contains(head, " ") && head != "error loading model" {
			return strings.TrimSpace(line)
		}
		line = tail
	}
}

// goString copies a C string.
func goString(text *byte) string {
	if text == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(text), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(text, n))
}
