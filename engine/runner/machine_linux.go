package runner

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// systemMemory is what can be allocated without swapping, in bytes: the
// kernel's estimate, and within a container no more than its limit.
func systemMemory() int64 {
	available := memAvailable()
	if limit, ok := readInt("/sys/fs/cgroup/memory.max"); ok {
		available = min(available, limit)
	}
	return available
}

func memAvailable() int64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text()) // "MemAvailable: 123 kB"
		if len(fields) > 1 && fields[0] == "MemAvailable:" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}

// physicalCores counts cores, not their hyperthreads, that this process may use.
func physicalCores() int {
	lists, _ := filepath.Glob("/sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list")
	cores := make(map[string]bool)
	for _, path := range lists {
		if siblings, err := os.ReadFile(path); err == nil {
			cores[string(siblings)] = true
		}
	}
	usable := min(runtime.NumCPU(), runtime.GOMAXPROCS(0)) // affinity, container limit
	if len(cores) == 0 {
		return usable
	}
	return min(len(cores), usable)
}

func readInt(path string) (int64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
