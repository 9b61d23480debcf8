package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// hardware asks the kernel.
func hardware() (cpu string, cores int, memory int64, load float64) {
	cpu = field("/proc/cpuinfo", "model name")
	lists, _ := filepath.Glob("/sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list")
	seen := map[string]bool{}
	for _, list := range lists {
		siblings, _ := os.ReadFile(list)
		seen[string(siblings)] = true
	}
	average, _ := os.ReadFile("/proc/loadavg")
	if words := strings.Fields(string(average)); len(words) > 0 {
		load, _ = strconv.ParseFloat(words[0], 64)
	}
	return cpu, len(seen), kib(field("/proc/meminfo", "MemTotal")), load
}

// cpuTime is what this process has used so far.
func cpuTime() (time.Duration, bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}

// memory is what this process has in memory, now and at most, in bytes.
func memory() (now, peak int64) { return processMemory("self") }

// workers are the processes that this one has started.
func workers() (pids []string, known bool) {
	lists, err := filepath.Glob("/proc/self/task/*/children")
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		pids = append(pids, strings.Fields(string(text))...)
	}
	return pids, err == nil && len(lists) > 0
}

// workerPeak is the most that a process that this one has started had in memory.
func workerPeak() (peak int64) {
	pids, _ := workers()
	for _, pid := range pids {
		_, p := processMemory(pid)
		peak = max(peak, p)
	}
	return peak
}

func processMemory(pid string) (now, peak int64) {
	path := filepath.Join("/proc", pid, "status")
	return kib(field(path, "VmRSS")), kib(field(path, "VmHWM"))
}

// field is the first value called name in a file of lines "name: value".
func field(path, name string) string {
	text, _ := os.ReadFile(path)
	for line := range bytes.Lines(text) {
		key, value, _ := strings.Cut(string(line), ":")
		if strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// kib reads "123 kB".
func kib(text string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSuffix(text, " kB"), 10, 64)
	return n << 10
}
