package llama

import (
	"sync"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

// loads routes llama.cpp's one progress callback to the load that it is about.
// Making a callback for each load would leak it: C function pointers into Go
// are never freed.
type loads struct {
	callback uintptr

	mu   sync.Mutex
	last uintptr
	by   map[uintptr]func(fraction float64) (goOn bool)
}

func newLoads() *loads {
	l := &loads{by: make(map[uintptr]func(float64) bool)}
	var params yzma.ModelParams
	params.SetProgressCallback(func(fraction float32, id uintptr) uint8 {
		if l.report(id, float64(fraction)) {
			return 1
		}
		return 0
	})
	l.callback = params.ProgressCallback
	return l
}

// start makes report reach fn under the id it returns, until end.
func (l *loads) start(fn func(fraction float64) bool) (id uintptr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	l.by[l.last] = fn
	return l.last
}

func (l *loads) end(id uintptr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.by, id)
}

func (l *loads) report(id uintptr, fraction float64) bool {
	l.mu.Lock()
	fn := l.by[id]
	l.mu.Unlock()
	return fn == nil || fn(fraction)
}
