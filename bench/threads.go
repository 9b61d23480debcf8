package bench

import (
	"strconv"
	"strings"

	"notso/engine"
)

// threadCounts adds up how many tokens were written by how many threads, by what
// an engine recorded of its batches.
type threadCounts map[int]int

// add counts the tokens that came one by one.
func (c threadCounts) add(batches engine.Batches) {
	for _, run := range strings.Fields(string(batches)) {
		run, times, repeated := strings.Cut(run, "*")
		n, err := strconv.Atoi(times)
		if !repeated || err != nil {
			n = 1
		}
		size, by, _ := strings.Cut(run, "@")
		if threads, err := strconv.Atoi(by); err == nil && size == "1" {
			c[threads] += n
		}
	}
}

// fewer is the share of the tokens that were not written by the most threads.
func (c threadCounts) fewer() float64 {
	most, all := 0, 0
	for threads, tokens := range c {
		most, all = max(most, threads), all+tokens
	}
	if all == 0 {
		return 0
	}
	return float64(all-c[most]) / float64(all)
}
