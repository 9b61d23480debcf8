package worker

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"notso/engine"
)

// running says whether a process is there and not a zombie.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := bytes.Cut(stat, []byte(") "))
	return !bytes.HasPrefix(after, []byte("Z")) && !bytes.HasPrefix(after, []byte("X"))
}

func TestWorkerEndsWithItsParent(t *testing.T) {
	for _, test := range []struct {
		name    string
		stopped bool // before the parent dies
		env     string
	}{
		{name: "while it writes"},
		{name: "while it writes, without help of the kernel", env: loneVar + "=1"},
		{name: "while it is stopped", stopped: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			parent := exec.Command(exe)
			parent.Env = append(os.Environ(), roleVar+"=parent", modelVar+"="+modelFile(t, ""), test.env)
			in, err := parent.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			out, err := parent.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			defer parent.Wait()
			defer parent.Process.Kill()
			line, err := bufio.NewReader(out).ReadString('\n')
			pid, convErr := strconv.Atoi(strings.TrimSpace(line))
			if err := errors.Join(err, convErr); err != nil {
				t.Fatal(err)
			}
			if !running(pid) {
				t.Fatalf("worker %d is not there", pid)
			}
			if test.stopped {
				if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
					t.Fatal(err)
				}
			}
			if err := parent.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			eventually(t, fmt.Sprintf("the end of worker %d", pid), func() bool { return !running(pid) })
		})
	}
}

// descriptors counts this process's open files.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestNothingIsLeftAfterManyWorkers(t *testing.T) {
	path := modelFile(t, "")
	round := func(i int) {
		c := newClient(t, Options{Idle: time.Hour})
		mustLoad(t, c, path)
		switch i % 3 {
		case 0:
			if o := signalled(t, c, syscall.SIGKILL); !errors.Is(o.err, engine.ErrWorkerDied) {
				t.Errorf("reply = %+v, want ErrWorkerDied", o)
			}
			mustCount(t, c)
		case 1:
			for range c.Reply(t.Context(), ask("forever")) {
				break
			}
		}
		c.Close()
	}
	round(0)
	files, goroutines := descriptors(t), runtime.NumGoroutine()
	for i := range 50 {
		round(i)
	}
	eventually(t, "all files closed", func() bool { return descriptors(t) <= files })
	eventually(t, "all goroutines ended", func() bool { return runtime.NumGoroutine() <= goroutines })
}

func TestWorkerInheritsNoFileOfItsParent(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// As WebKit makes them: without CLOEXEC.
	leaky, err := syscall.Dup(int(w.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	c := newClient(t, Options{})
	mustLoad(t, c, modelFile(t, ""))
	syscall.Close(leaky)
	r.SetReadDeadline(time.Now().Add(patience))
	if _, err := r.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("read = %v, want the end of the pipe", err)
	}
}

// outliveParent undoes what detach asked of the kernel.
func outliveParent() {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0); err != nil {
		panic(err)
	}
}
