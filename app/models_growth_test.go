package app

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"notso/app/config"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/store"
	"notso/engine"
	"notso/engine/scripted"
)

// TestLoadingSwitchingAndRemovingLeavesNothingBehind does so 50 times, each
// switch into an engine of its own, and counts what could grow.
func TestLoadingSwitchingAndRemovingLeavesNothingBehind(t *testing.T) {
	root := t.TempDir()
	models := filepath.Join(root, "models")
	add := func(name string) string {
		path := filepath.Join(models, name+".gguf")
		if err := os.MkdirAll(models, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := scripted.WriteModel(path, scripted.Plain()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	first := add("first")
	db, err := store.Open(t.Context(), filepath.Join(root, "chats.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	settings, _, err := config.Open(filepath.Join(root, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	lib := library.New(library.Options{Folders: []string{models}})
	box, err := shelf.Open(shelf.Options{Folder: models, Records: filepath.Join(root, "models.json"), Library: lib})
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	engines := &counted{}
	eng, _ := engines.another()
	b := &bench{t: t, store: db}
	b.aside(settings, false)
	if b.App, err = New(Options{Store: db, Config: settings, Library: lib, Shelf: box, Engine: eng, Another: engines.another}); err != nil {
		t.Fatal(err)
	}
	b.Startup()
	use := func(path string) {
		if err := b.useModel(path); err != nil {
			t.Fatal(err)
		}
		b.until(path+" answers", func() bool {
			state, now, next := b.model.current()
			return state == "ready" && now == path && next == "" && engines.open() == 1
		})
	}
	round := func(i int) {
		path := add(fmt.Sprintf("model-%d", i))
		use(path)
		b.say(0, "Hello")
		use(first)
		if err := box.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	b.until("the first model is loaded", func() bool { state, _, _ := b.model.current(); return state == "ready" })
	for i := range 5 {
		round(i)
	}
	files, routines, memory := descriptors(), settledRoutines(), heap()
	for i := range 50 {
		round(5 + i)
	}
	b.until("no goroutine is left", func() bool { return settledRoutines() <= routines })
	if now := descriptors(); now > files {
		t.Errorf("%d open files after, %d before", now, files)
	}
	if now := heap(); now > memory+8<<20 {
		t.Errorf("the heap holds %d kB after, %d before", now>>10, memory>>10)
	}
	b.Shutdown()
	eng.Close()
	if n := engines.open(); n != 0 {
		t.Errorf("%d engines were never closed", n)
	}
}

// counted makes engines and counts those that are open.
type counted struct{ made, closed atomic.Int32 }

func (c *counted) another() (engine.Engine, error) {
	c.made.Add(1)
	return &countedEngine{Engine: scripted.New(scripted.Options{}), c: c}, nil
}

func (c *counted) open() int { return int(c.made.Load() - c.closed.Load()) }

type countedEngine struct {
	engine.Engine
	c    *counted
	once sync.Once
}

func (e *countedEngine) Close() error {
	e.once.Do(func() { e.c.closed.Add(1) })
	return e.Engine.Close()
}

// descriptors counts the open files, without the database's: that opens as many as
// there is to do at once.
func descriptors() (n int) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		if path, _ := os.Readlink(filepath.Join("/proc/self/fd", entry.Name())); !strings.Contains(path, "chats.db") {
			n++
		}
	}
	return n
}

func settledRoutines() int { runtime.Gosched(); return runtime.NumGoroutine() }

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
