package worker

import "os"

// tunables is the variable by which the C library is set up.
const tunables = "GLIBC_TUNABLES"

// hugePages asks the C library to have llama.cpp's large buffers put into huge
// pages, where the system gives them to those who ask: weights are read through
// once for each token, and looking up where half a million small pages lie takes
// 3 to 10 % of that time. Small allocations share one arena, since each arena rounds
// what it holds up to such pages. Libraries that do not know these settings pass
// over them, and what the user set up stands.
func hugePages() []string {
	if os.Getenv(tunables) != "" {
		return nil
	}
	return []string{tunables + "=glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1"}
}
