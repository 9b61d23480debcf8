package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"notso/app"
	"notso/app/chat"
	"notso/app/command"
	"notso/app/config"
	"notso/app/library"
	"notso/app/shelf"
	"notso/app/store"
	"notso/engine"
	"notso/engine/synthetic"
	"notso/engine/worker"
)

// What 50 switches may leave behind, in bytes: what the program's own objects
// take, and the noise of allocators, of threads that came with a busy machine and
// of SQLite's caches. 2 to 5 MiB were seen after 50 switches and no more after 100.
const (
	heapNoise   = 8 << 20
	appNoise    = 16 << 20
	workerNoise = 30 << 20
)

// The program itself, and the workers that hold one model after the other, every
// fifth of them the starter: after 50 times there is as much of everything as
// before.
func TestSwitchingRealModelsLeavesNothingBehind(t *testing.T) {
	r := newSwitcher(t)
	for i := range 5 { // what is set up once is not growth
		r.round(i)
	}
	before := r.measure()
	for i := range 50 {
		r.round(5 + i)
	}
	r.until("the goroutines of the switches have ended", func() bool { return runtime.NumGoroutine() <= before.routines })
	after := r.measure()
	t.Logf("before %+v, after %+v", before, after)
	if after.files > before.files {
		t.Errorf("%d open files after, %d before", after.files, before.files)
	}
	if after.heap > before.heap+heapNoise {
		t.Errorf("the app's objects take %d kB after, %d before", after.heap>>10, before.heap>>10)
	}
	if after.app > before.app+appNoise {
		t.Errorf("the app takes %d kB after, %d before", after.app>>10, before.app>>10)
	}
	if after.worker > before.worker+workerNoise {
		t.Errorf("the worker takes %d kB after, %d before", after.worker>>10, before.worker>>10)
	}
	if left, _ := filepath.Glob(filepath.Join(r.folder, "*.gguf")); len(left) != 1 {
		t.Errorf("there is %v, want the last model alone", left)
	}
	r.app.Shutdown()
	r.engine.Close()
	r.until("the last worker is gone", func() bool { return len(children(t)) == 0 })
}

// switcher is an app with real workers and a shelf.
type switcher struct {
	t       *testing.T
	app     *app.App
	engine  engine.Engine
	shelf   *shelf.Shelf
	folder  string
	starter string // a file that models are links to
	last    string // the model before
}

func newSwitcher(t *testing.T) *switcher {
	root := t.TempDir()
	r := &switcher{t: t, folder: filepath.Join(root, "models")}
	if err := os.MkdirAll(r.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	var err error
	if r.starter, err = filepath.Abs(starterFile); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(root, "chats.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	settings, _, err := config.Open(filepath.Join(root, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := settings.Update(func(c *config.Config) {
		c.Titles, c.FollowUps, c.ContextLength, c.MaxTokens = false, false, 512, 2
	}); err != nil {
		t.Fatal(err)
	}
	models := library.New(library.Options{Folders: []string{r.folder}})
	if r.shelf, err = shelf.Open(shelf.Options{Folder: r.folder, Records: filepath.Join(root, "models.json"), Library: models}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.shelf.Close() })
	r.engine, _ = r.another()
	r.app, err = app.New(app.Options{Store: db, Config: settings, Library: models, Shelf: r.shelf, Engine: r.engine, Another: r.another, Fits: fitsBeside})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.app.Shutdown(); r.engine.Close() })
	return r
}

func (r *switcher) another() (engine.Engine, error) {
	program, err := os.Executable()
	return worker.New(worker.Options{Command: []string{program}, Env: []string{
		roleVariable + "=" + workerRole, "NOTSO_ENGINE_LIB=" + engineLibraries(r.t), forgetful + "=1",
	}}), err
}

// round brings a model, switches to it and removes the one before.
func (r *switcher) round(i int) {
	r.t.Helper()
	path := filepath.Join(r.folder, fmt.Sprintf("model-%d.gguf", i))
	bring := func() error { return synthetic.Write(path, synthetic.Tiny("llama")) }
	if i%5 == 0 {
		bring = func() error { return os.Symlink(r.starter, path) }
	}
	if err := bring(); err != nil {
		r.t.Fatal(err)
	}
	r.use(path)
	if r.last != "" {
		if err := r.shelf.Remove(r.last); err != nil {
			r.t.Fatal(err)
		}
	}
	r.last = path
}

// use has the model at path answer, and waits until its worker is the only one
// and the worker before has left nothing, not even a zombie.
func (r *switcher) use(path string) {
	r.t.Helper()
	old, greedy := children(r.t), 0.0 // weights drawn at random may end a reply that is drawn, too
	if _, err := r.app.Run(r.t.Context(), 0, command.Call{Name: "model", Args: command.Args{Model: path}}, nil); err != nil {
		r.t.Fatal(err)
	}
	turn, err := r.app.Talk(r.t.Context(), 0, "Hello", app.TalkOptions{Model: path, Temperature: &greedy}, nil)
	if err != nil || turn.State != chat.Done || turn.Stats.ReplyTokens == 0 {
		r.t.Fatalf("%s: %+v, %v", path, turn, err)
	}
	r.until("the worker before is gone", func() bool {
		now := children(r.t)
		return len(now) == 1 && !slices.ContainsFunc(old, func(pid int) bool { return slices.Contains(now, pid) || exists(pid) })
	})
}

// measured is what could grow. Memory is in bytes; the files are without the
// database's, of which SQLite opens as many as there is to do at once.
type measured struct {
	files, routines int
	heap            int64
	app, worker     int64
}

// measure waits until goroutines that are ending have ended.
func (r *switcher) measure() measured {
	r.t.Helper()
	m := measured{routines: runtime.NumGoroutine()}
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		m.routines = min(m.routines, runtime.NumGoroutine())
	}
	debug.FreeOSMemory()
	var objects runtime.MemStats
	runtime.ReadMemStats(&objects)
	m.heap = int64(objects.HeapAlloc)
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		r.t.Fatal(err)
	}
	for _, file := range files {
		if path, _ := os.Readlink(filepath.Join("/proc/self/fd", file.Name())); !strings.Contains(path, "chats.db") {
			m.files++
		}
	}
	m.app = resident(r.t, os.Getpid())
	for _, pid := range children(r.t) {
		m.worker += resident(r.t, pid)
	}
	return m
}

func (r *switcher) until(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("never: %s; there are %v", what, children(r.t))
		}
	}
}

// children are the processes that this one has started and not yet buried.
func children(t *testing.T) (pids []int) {
	t.Helper()
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(lists) == 0 {
		t.Fatalf("the system does not tell of children: %v", err)
	}
	for _, list := range lists {
		text, _ := os.ReadFile(list) // of a thread that has ended, nothing
		for _, field := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

func exists(pid int) bool {
	_, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid)))
	return err == nil
}

// resident is what a process takes of the memory for itself, in bytes: files that
// it maps are not counted.
func resident(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(status), "RssAnon:")
	line, _, _ := strings.Cut(rest, "kB")
	kib, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	if !found || err != nil {
		t.Fatalf("the system does not tell what process %d takes: %v", pid, err)
	}
	return kib << 10
}
