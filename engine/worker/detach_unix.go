//go:build unix && !linux

package worker

import (
	"os/exec"
	"syscall"
)

// detach keeps Ctrl-C in a terminal for the parent alone.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
