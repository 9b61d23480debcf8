package uitest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	tags    = "desktop,production,webkit2_41,sqlite_fts5,wdriver"
	starter = "SmolLM2-135M-Instruct.Q4_1.gguf"

	// patience bounds every wait. It is far above what anything takes here, so
	// that only what never happens fails.
	patience = 3 * time.Minute
)

// bench is what all tests of a run share.
var bench struct {
	root   string // of the source tree
	binary string
	screen *screen
}

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "uitest")
		if err == nil {
			defer os.RemoveAll(dir)
			err = prepare(dir)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer bench.screen.close()
		return m.Run()
	}())
}

func prepare(dir string) (err error) {
	if bench.root, err = filepath.Abs(".."); err != nil {
		return err
	}
	for _, path := range []string{"build/engine/MANIFEST.sha256", "models/" + starter} {
		if _, err := os.Stat(filepath.Join(bench.root, path)); err != nil {
			return fmt.Errorf("%w; make test fetches it", err)
		}
	}
	bench.binary = filepath.Join(dir, "notso")
	build := exec.Command("go", "build", "-tags", tags, "-o", bench.binary, "notso")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%s%w", out, err)
	}
	bench.screen, err = openScreen()
	return err
}

// window is the program, started on the screen by WebKitWebDriver.
type window struct {
	*webdriver
	t    testing.TB
	home string
}

// start opens the window on the data in home, and waits until its page listens.
func start(t testing.TB, home string, env ...string) *window {
	t.Helper()
	d, err := drive(bench.binary, environment(home, env...))
	if err != nil {
		t.Fatal(err)
	}
	w := &window{webdriver: d, t: t, home: home}
	t.Cleanup(func() {
		if t.Failed() {
			w.picture()
			log, _ := os.ReadFile(filepath.Join(home, "state", "notso.log"))
			t.Logf("output:\n%s\nlog:\n%s", &d.log, log)
		}
		d.close()
	})
	eventually(t, "the page listens", func() (listens bool) {
		err := w.js("return document.readyState === 'complete' && document.querySelector('#composer')?._htmx !== undefined", &listens)
		return err == nil && listens
	})
	return w
}

// newHome is a home whose settings make replies the same each time and at most
// so many tokens long. One thread: where other tests keep the processors busy,
// two wait for each other most of the time.
func newHome(t testing.TB, tokens int) (home string) {
	t.Helper()
	home = t.TempDir()
	folder := filepath.Join(home, "config")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	settings := fmt.Appendf(nil, `{"temperature": 0, "max_tokens": %d, "threads": 1}`, tokens)
	if err := os.WriteFile(filepath.Join(folder, "config.json"), settings, 0o600); err != nil {
		t.Fatal(err)
	}
	return home
}

// environment is that of a new user on this screen, with the starter model.
func environment(home string, more ...string) []string {
	return append(append(os.Environ(),
		"DISPLAY="+bench.screen.display, "WAYLAND_DISPLAY=", "GDK_BACKEND=x11", "LIBGL_ALWAYS_SOFTWARE=1", "NO_AT_BRIDGE=1",
		"HOME="+home, "NOTSO_HOME="+home, "NOTSO_ENGINE_LIB="+filepath.Join(bench.root, "build", "engine"),
		"NOTSO_MODEL="+filepath.Join(bench.root, "models", starter)), more...)
}

// saves sends line, which opens a dialog that asks where to, and answers file,
// until that holds what whole tells. Keys can be lost before a dialog listens,
// and letters that the keyboard lacks while xdotool lends them a key, so it
// answers again, slower, and asks for another dialog where one has gone.
func (w *window) saves(line, title, file string, whole func(data []byte) bool) {
	w.t.Helper()
	saved := func() bool {
		data, err := os.ReadFile(file)
		return err == nil && whole(data)
	}
	for _, delay := range []string{"5", "25", "125"} {
		if bench.screen.find(title) == "" {
			w.say(line)
		}
		bench.screen.answer(w.t, title, file, delay)
		if poll(20*time.Second, saved) {
			return
		}
	}
	w.t.Fatalf("after %s, %s does not hold the chat", line, file)
}

// picture keeps what the window shows in $UITEST_OUT, where that is set.
func (w *window) picture() {
	if dir := os.Getenv("UITEST_OUT"); dir != "" {
		w.screenshot(filepath.Join(dir, strings.ReplaceAll(w.t.Name(), "/", "-")+".png"))
	}
}

// find waits for the first element that css selects.
func (w *window) find(css string) (element string) {
	w.t.Helper()
	eventually(w.t, "the window has "+css, func() bool {
		var err error
		element, err = w.element(css)
		return err == nil
	})
	return element
}

// press clicks the first element that css selects, and the next one where the
// window draws that anew before the click.
func (w *window) press(css string) {
	w.t.Helper()
	eventually(w.t, "the window takes a click on "+css, func() bool {
		element, err := w.element(css)
		return err == nil && w.click(element) == nil
	})
}

// say types text into the composer and sends it.
func (w *window) say(text string) {
	w.t.Helper()
	if err := w.keys(w.find("#message"), text+enter); err != nil {
		w.t.Fatal(err)
	}
}

// text is what the elements that css selects show, joined.
func (w *window) text(css string) (text string) {
	w.t.Helper()
	if err := w.js(`return [...document.querySelectorAll(arguments[0])].map(e => e.textContent).join("")`, &text, css); err != nil {
		w.t.Fatal(err)
	}
	return text
}

// reply waits until the last turn is a reply in state, and returns its text.
func (w *window) reply(state string) string {
	w.t.Helper()
	last := fmt.Sprintf("#turns > .turn[data-role=assistant][data-state=%s]:last-of-type", state)
	w.find(last)
	return w.text(last + " [data-part=text]")
}

// openLast shows the chat at the top of the list.
func (w *window) openLast() {
	w.t.Helper()
	w.press("#chats .chat button.open")
	w.find("#turns > .turn")
}

// quit closes the window as a person does, and waits until the program ended.
func (w *window) quit() {
	w.t.Helper()
	pid := w.pid()
	w.js("window.runtime.Quit()", nil) // the answer may not come: the window is gone
	gone(w.t, pid)
	w.close()
}

// pid is the window's process, by the lock that it holds.
func (w *window) pid() int {
	w.t.Helper()
	return owner(w.t, w.home)
}

func owner(t testing.TB, home string) (pid int) {
	t.Helper()
	eventually(t, "a process owns the chats", func() bool {
		text, err := os.ReadFile(filepath.Join(home, "data", "notso.lock"))
		if err == nil {
			pid, err = strconv.Atoi(string(bytes.TrimSpace(text)))
		}
		return err == nil && alive(pid)
	})
	return pid
}

// worker waits for the process that holds the window's model, other than not.
func (w *window) worker(not int) (pid int) {
	w.t.Helper()
	parent := w.pid()
	eventually(w.t, "there is a worker", func() bool {
		pid = child(parent)
		return pid != 0 && pid != not
	})
	return pid
}

// child finds the worker among the processes that parent started.
func child(parent int) int {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	for _, file := range files {
		list, _ := os.ReadFile(file)
		for field := range strings.FieldsSeq(string(list)) {
			command, _ := os.ReadFile("/proc/" + field + "/cmdline")
			if bytes.Contains(command, []byte("\x00engine\x00")) {
				pid, _ := strconv.Atoi(field)
				return pid
			}
		}
	}
	return 0
}

func kill(t testing.TB, pid int, signal syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatalf("%v to process %d: %v", signal, pid, err)
	}
}

func gone(t testing.TB, pid int) {
	t.Helper()
	eventually(t, fmt.Sprintf("process %d ends", pid), func() bool { return !alive(pid) })
}

// alive is false for a process that ended and waits for its parent to notice.
func alive(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := bytes.Cut(stat, []byte(") "))
	return !bytes.HasPrefix(state, []byte("Z"))
}

// eventually waits until ok, and fails with what it waited for.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	if !poll(patience, ok) {
		t.Fatalf("never: %s", what)
	}
}

func poll(within time.Duration, ok func() bool) bool {
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return true
		}
	}
	return false
}
