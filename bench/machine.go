package bench

import (
	"runtime"
)

// Machine is what the figures depend on. Zero and empty where the system does
// not tell.
type Machine struct {
	CPU                string  `json:"cpu"`
	Cores              int     `json:"cores"` // physical ones
	Threads            int     `json:"threads"`
	MemoryBytes        int64   `json:"memory_bytes"`
	System             string  `json:"system"`
	LoadBefore         float64 `json:"load_before"` // processes that wanted a core in the last minute
	ReadBytesPerSecond float64 `json:"read_bytes_per_second"`
}

func thisMachine() Machine {
	m := Machine{Threads: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH}
	m.CPU, m.Cores, m.MemoryBytes, m.LoadBefore = hardware()
	if m.Cores == 0 {
		m.Cores = m.Threads
	}
	return m
}
