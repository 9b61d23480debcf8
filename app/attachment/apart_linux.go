package attachment

import (
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// apart keeps the process from the terminal's keys and from the files that this
// one has open: WebKit's pipes lack CLOEXEC.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	unix.CloseRange(3, ^uint(0), unix.CLOSE_RANGE_CLOEXEC) // Linux before 5.11 can not
}

// limit has the kernel end this process when it takes more, and keeps it from
// writing files. A Go program reserves far more addresses than it uses.
func limit(memory uint64, processor time.Duration) {
	unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: 2 * memory, Max: 2 * memory})
	seconds := uint64(processor / time.Second)
	unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: seconds, Max: seconds})
	unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{})
}
