package uitest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// launch starts the program as a person does, without WebKitWebDriver, which
// would make the web view listen for its commands.
func launch(t *testing.T, home string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(bench.binary)
	cmd.Env = environment(home)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	bench.screen.window(t, "NotSo SmolLM3")
	return cmd
}

func TestWindowListensNowhere(t *testing.T) {
	cmd := launch(t, t.TempDir())
	eventually(t, "the model's worker runs", func() bool { return child(cmd.Process.Pid) != 0 })
	family := descendants(cmd.Process.Pid)
	if len(family) < 3 {
		t.Fatalf("the window has the processes %v, want its own, the page's and the worker's at least", family)
	}
	listening := listeners(t)
	for _, pid := range family {
		descriptors, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, d := range descriptors {
			target, _ := os.Readlink(d)
			if slices.Contains(listening, target) {
				command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
				t.Errorf("process %d (%q) listens on %s", pid, command, target)
			}
		}
	}
}

// listeners names the TCP sockets of this machine that listen, and its UDP
// sockets, as /proc names them among a process's descriptors.
func listeners(t *testing.T) (sockets []string) {
	t.Helper()
	const listen = "0A"
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		f, err := os.Open("/proc/net/" + table)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		lines.Scan() // the heading
		for lines.Scan() {
			fields := strings.Fields(lines.Text())
			if strings.HasPrefix(table, "udp") || fields[3] == listen {
				sockets = append(sockets, "socket:["+fields[9]+"]")
			}
		}
		f.Close()
	}
	return sockets
}

func descendants(pid int) []int {
	family := []int{pid}
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, file := range files {
		list, _ := os.ReadFile(file)
		for field := range strings.FieldsSeq(string(list)) {
			var child int
			fmt.Sscan(field, &child)
			family = append(family, descendants(child)...)
		}
	}
	return family
}

func TestSecondStartHandsOver(t *testing.T) {
	home := t.TempDir()
	first := launch(t, home)
	id := bench.screen.window(t, "NotSo SmolLM3")
	if _, err := bench.screen.xdotool("windowminimize", "--sync", id); err != nil {
		t.Fatal(err)
	}
	second := exec.Command(bench.binary)
	second.Env = environment(home)
	if out, err := second.CombinedOutput(); err != nil {
		t.Errorf("the second start ended with %v: %s", err, out)
	}
	if got := bench.screen.window(t, "NotSo SmolLM3"); got != id {
		t.Errorf("the window that came forward is %s, want %s", got, id)
	}
	if !alive(first.Process.Pid) {
		t.Error("the first window is gone")
	}
}

func TestSignalClosesTheWindow(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			home := t.TempDir()
			cmd := launch(t, home)
			var worker int
			eventually(t, "the model's worker runs", func() bool { worker = child(cmd.Process.Pid); return worker != 0 })
			kill(t, cmd.Process.Pid, signal)
			if err := cmd.Wait(); err != nil {
				t.Errorf("the program ended with %v, want exit code 0", err)
			}
			gone(t, worker)
			if _, err := os.Stat(filepath.Join(home, "state", "window.json")); err != nil {
				t.Errorf("the window's place is not remembered: %v", err)
			}
		})
	}
}

func TestWindowStaysOnItsOwnPages(t *testing.T) {
	w := start(t, t.TempDir())
	for _, escape := range []string{
		`location.href = "https://example.invalid/"`,
		`window.open("https://example.invalid/")`,
		`location.href = "file:///etc/passwd"`,
		`document.body.append(Object.assign(document.createElement("iframe"), {src: "https://example.invalid/"}))`,
		`const a = document.createElement("a"); a.href = "data:text/plain,x"; a.download = "x"; document.body.append(a); HTMLElement.prototype.click.call(a)`,
	} {
		if err := w.js(escape, nil); err != nil {
			t.Fatalf("%s: %v", escape, err)
		}
	}
	// A page that had been left could not do this.
	w.say("/quote ")
	w.reply("done")
	var address string
	if err := w.js("return location.href", &address); err != nil || !strings.HasPrefix(address, "wails://wails/") {
		t.Errorf("the window is at %q, %v", address, err)
	}
}
