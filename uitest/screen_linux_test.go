package uitest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// screen is an X display of our own with a window manager, which dialogs need.
// One serves all tests: they run one after the other.
type screen struct {
	display string
	server  *exec.Cmd
	manager *exec.Cmd
	log     bytes.Buffer // the server's
}

func openScreen() (*screen, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	s := &screen{server: exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset")}
	s.server.ExtraFiles = []*os.File{w} // descriptor 3
	s.server.Stderr = &s.log
	err = s.server.Start()
	w.Close()
	if err != nil {
		return nil, err
	}
	number := make([]byte, 16)
	n, err := r.Read(number)
	if err != nil {
		s.close()
		return nil, fmt.Errorf("Xvfb told no display: %w", err)
	}
	s.display = ":" + strings.TrimSpace(string(number[:n]))
	s.manager = exec.Command("openbox")
	s.manager.Env = append(os.Environ(), "DISPLAY="+s.display)
	if err := s.manager.Start(); err != nil {
		s.close()
		return nil, err
	}
	if !poll(patience, func() bool { _, err := s.xdotool("get_desktop"); return err == nil }) { // which the window manager tells
		s.close()
		return nil, fmt.Errorf("no window manager on display %s of Xvfb:\n%s", s.display, &s.log)
	}
	return s, nil
}

func (s *screen) close() {
	for _, cmd := range []*exec.Cmd{s.manager, s.server} {
		if cmd != nil && cmd.Process != nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	}
}

// xdotool returns what it prints. An exit code that is not 0 is an error: for
// "search" it means that there is no such window.
func (s *screen) xdotool(args ...string) (string, error) {
	cmd := exec.Command("xdotool", args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+s.display, "LC_ALL=C.UTF-8") // it types nothing but ASCII otherwise
	out, err := cmd.Output()
	return string(bytes.TrimSpace(out)), err
}

// answer types text, with a number of milliseconds after each key, into the
// dialog titled title and ends with Return.
func (s *screen) answer(t testing.TB, title, text, delay string) {
	t.Helper()
	dialog := s.window(t, title)
	for _, args := range [][]string{
		{"windowfocus", "--sync", dialog},
		{"key", "--window", dialog, "ctrl+a"},
		{"type", "--window", dialog, "--delay", delay, text},
		{"key", "--window", dialog, "Return"},
	} {
		if out, err := s.xdotool(args...); err != nil {
			t.Fatalf("xdotool %v: %v %s", args, err, out)
		}
	}
}

// window waits for a visible window with title and returns its id.
func (s *screen) window(t testing.TB, title string) (id string) {
	t.Helper()
	eventually(t, "there is a window titled "+title, func() bool {
		id = s.find(title)
		return id != ""
	})
	return id
}

// find returns the id of the first visible window with title, "" if there is none.
func (s *screen) find(title string) (id string) {
	ids, err := s.xdotool("search", "--onlyvisible", "--name", title)
	if err != nil {
		return ""
	}
	id, _, _ = strings.Cut(ids, "\n")
	return id
}
