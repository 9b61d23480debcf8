//go:build !linux

package runner

import "runtime"

// systemMemory is unknown here; llama.cpp's own figure is used.
func systemMemory() int64 { return 0 }

// physicalCores guesses two hyperthreads to a core, except on ARM, where there
// are none.
func physicalCores() int {
	if runtime.GOARCH == "arm64" {
		return runtime.NumCPU()
	}
	return max(1, runtime.NumCPU()/2)
}
