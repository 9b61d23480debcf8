package worker

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// detach keeps the worker apart from its parent. Ctrl-C in a terminal is for the
// parent alone, so the worker gets a process group of its own. It dies with the
// thread that starts it, even when it is stopped and reads no pipe. And no open
// file of the parent reaches it: WebKit's pipes lack CLOEXEC, and would stay
// open for as long as the worker lives.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	unix.CloseRange(3, ^uint(0), unix.CLOSE_RANGE_CLOEXEC) // Linux before 5.11 can not
}
