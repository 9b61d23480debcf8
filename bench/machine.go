package bench

import (
	"bytes"
	"runtime"
	"sync"
	"time"

	"notso/engine/gguf"
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

// readSize is more than any cache holds, in bytes.
const readSize = 1 << 29

// readBandwidth is how fast all cores together read memory, in bytes a second:
// the best of some passes over half a gigabyte, with the vector instructions
// that Go searches bytes with.
func readBandwidth(passes int) float64 {
	data := bytes.Repeat([]byte{1}, readSize) // zeros might all be one page
	n := runtime.NumCPU()
	part := len(data) / n
	best := time.Duration(1 << 62)
	for range passes {
		var readers sync.WaitGroup
		began := time.Now()
		for i := range n {
			readers.Go(func() { bytes.IndexByte(data[i*part:(i+1)*part], 0) })
		}
		readers.Wait()
		best = min(best, time.Since(began))
	}
	return float64(part*n) / best.Seconds()
}

// bytesPerToken is what decoding one token reads of the weights: all of them,
// except an embedding that is not the output too, of which one row is read.
func bytesPerToken(file *gguf.File) int64 {
	var all, embedding int64
	tied := true
	for _, t := range file.Tensors {
		all += int64(t.Size)
		switch t.Name {
		case "token_embd.weight":
			embedding = int64(t.Size)
		case "output.weight":
			tied = false
		}
	}
	if tied {
		return all
	}
	return all - embedding
}
