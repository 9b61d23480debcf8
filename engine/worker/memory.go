package worker

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// Memory is how many bytes the worker has in memory now, the model's file as far
// as it is there included; 0 without a worker, and where the system does not tell.
func (c *Client) Memory() int64 {
	c.mu.Lock()
	p := c.process
	c.mu.Unlock()
	if p == nil {
		return 0
	}
	return resident(p.cmd.Process.Pid)
}

// resident is what Linux counts as a process's memory, see proc_pid_status(5).
func resident(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("\nVmRSS:"))
	line, _, _ := bytes.Cut(rest, []byte("kB\n"))
	kib, _ := strconv.ParseInt(string(bytes.TrimSpace(line)), 10, 64) // 0 for a process that has ended
	return kib << 10
}
