package cli

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"notso/app/home"
)

// patience is how long a console waits for what it expects.
const patience = time.Minute

func TestConversation(t *testing.T) {
	t.Setenv("NOTSO_HOME", t.TempDir())
	c := start(t, "chat")
	c.expect("Ctrl-D ends.", "> ")

	c.typed("hello\r")
	c.expect("hello", "caf\u00e9.\r\n", "> ")

	c.typed("/he\t\r")
	c.expect("/help ", "/quote [reference]", "> ")

	c.typed("half a line\x03repeat clean\r")
	c.expect("\x1b[Kclean\r\n", "> ")

	c.typed("stall\r")
	c.expect("caf\u00e9.")
	c.typed("\x03")
	c.expect("> ")

	c.typed("\x1b[200~repeat one\rtwo\x1b[201~\r")
	c.expect("\x1b[Kone\r\ntwo\r\n", "> ")

	c.typed("fail\r")
	c.expect("The model cannot be read; choose another with /model.\r\n", "> ")
	c.typed("/banana\r")
	c.expect("There is no command /banana.", "> ")
	c.typed("/theme dark\r")
	c.expect("/theme works in the window only.", "> ")

	c.typed("/new\r")
	c.expect("> ")
	c.typed("/quote\r")
	c.expect("**14** And the Word was made flesh", "> ")

	c.typed("\x04")
	if code := c.wait(); code != 0 {
		t.Errorf("it ended with %d, want 0", code)
	}

	out, err := exec.Command("notso", "chats").CombinedOutput()
	if err != nil || strings.Count(string(out), "\n") != 3 || !strings.Contains(string(out), "hello") {
		t.Errorf("the chats are %s, %v; want hello and the quote", out, err)
	}
}

func TestConversationShowsWhatHappens(t *testing.T) {
	t.Setenv("NOTSO_HOME", t.TempDir())
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	c := start(t, "chat", "--think", "--temp", "0.5")
	c.expect("> ")

	c.typed("hello\r")
	c.expect("\r\x1b[KLoading the model, 50 %", "\r\x1b[KReading the prompt, 88 %\r\x1b[K", "\x1b[2mThe user", "42.\r\n\r\n\x1b[0mSix times seven is **42**!\r\n", "> ")

	// A slash command counts from then on, whatever the flag said.
	c.typed("options\r")
	c.expect("thinking=on seed=0 temp=0.5", "> ")
	c.typed("/temp 1\r")
	c.expect("The temperature is now 1.", "> ")
	c.typed("options\r")
	c.expect("thinking=on seed=0 temp=default", "> ")
}

func TestConversationNeedsTheChatsForItself(t *testing.T) {
	t.Setenv("NOTSO_HOME", t.TempDir())
	paths, err := home.Find()
	if err != nil {
		t.Fatal(err)
	}
	held, err := home.Acquire(paths)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	c := start(t, "chat")
	c.expect(fmt.Sprintf("The chats are open in another NotSo (process %d); close it first, or ask once with notso chat TEXT.", os.Getpid()))
	if code := c.wait(); code != exitFailure {
		t.Errorf("it ended with %d, want %d", code, exitFailure)
	}
}

// console is a terminal with the program in it.
type console struct {
	t      *testing.T
	cmd    *exec.Cmd
	screen *os.File    // the terminal's other end
	output chan string // closed at its end
	unread string
}

func start(t *testing.T, args ...string) *console {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	cmd := exec.Command("notso", args...) // TestMain puts it into the path
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	c := &console{t: t, cmd: cmd, screen: screen, output: make(chan string)}
	go func() {
		defer close(c.output)
		for buf := make([]byte, 4096); ; {
			n, err := screen.Read(buf)
			if err != nil {
				return
			}
			c.output <- string(buf[:n])
		}
	}()
	return c
}

// expect waits for the texts to appear, one after the other.
func (c *console) expect(texts ...string) {
	c.t.Helper()
	for _, text := range texts {
		for deadline := time.After(patience); !strings.Contains(c.unread, text); {
			select {
			case more, open := <-c.output:
				if !open {
					c.t.Fatalf("it ended without %q; it said %q", text, c.unread)
				}
				c.unread += more
			case <-deadline:
				c.t.Fatalf("there is no %q; it said %q", text, c.unread)
			}
		}
		_, c.unread, _ = strings.Cut(c.unread, text)
	}
}

func (c *console) typed(keys string) {
	c.t.Helper()
	if _, err := c.screen.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// wait returns the exit code.
func (c *console) wait() int {
	c.t.Helper()
	go func() { // keeps the terminal from filling up
		for range c.output {
		}
	}()
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(patience):
		c.t.Fatal("it has not ended")
	}
	return c.cmd.ProcessState.ExitCode()
}
