//go:build !linux

package bench

import "time"

// What this system tells in other ways is not asked for yet: the figures that
// need it are missing.

func hardware() (cpu string, cores int, memory int64, load float64) { return "", 0, 0, 0 }

func cpuTime() (time.Duration, bool) { return 0, false }

func memory() (now, peak int64) { return 0, 0 }

func workers() (pids []string, known bool) { return nil, false }

func workerPeak() int64 { return 0 }
