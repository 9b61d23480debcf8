package worker

import "os"

// sparing are environment variables for the worker that make it quick and small.
// What the user set up stands.
//
// The C library puts llama.cpp's large buffers into huge pages, where the system
// gives them to those who ask: weights are read through once for each token, and
// looking up where half a million small pages lie takes 3 to 10 % of that time.
// Small allocations share one arena, since each arena rounds what it holds up to
// such pages. Libraries that do not know these settings pass over them. Garbage is
// collected early: little of a worker is Go's, and what waits is memory that the
// model could have.
func sparing() (variables []string) {
	for _, v := range [][2]string{
		{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1"},
		{"GOGC", "50"},
	} {
		if os.Getenv(v[0]) == "" {
			variables = append(variables, v[0]+"="+v[1])
		}
	}
	return variables
}
