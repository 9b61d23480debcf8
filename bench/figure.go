package bench

import (
	"context"
	"slices"
	"strings"
)

// figure is one row of the table.
type figure struct {
	key     string // in the report
	title   string
	unit    string
	target  float64
	most    bool    // the target is the most that is allowed, not the least
	slack   float64 // added to a target of 0, which no clock can tell from nearly 0
	measure func(ctx context.Context, r *run) (value float64, note string, err error)
}

// figures lists them in the order in which they are taken: those of the program
// alone first, since llama.cpp in this process would count as its memory.
func figures() []figure {
	return []figure{
		{key: "idle_cpu_percent", title: "CPU of the idle app, model unloaded", unit: "%", target: 0, most: true, slack: 0.05, measure: idleCPU},
		{key: "growth_ratio", title: "cost of a turn after 10,000 turns, over after 10", unit: "times", target: 2, most: true, measure: growth},
		{key: "reopen_speedup", title: "first token of a reopened chat, sooner than by prefilling it", unit: "times", target: 100, measure: reopen},
		{key: "typed_decode_steps", title: "first token after Enter, message typed", unit: "decode steps", target: 3, most: true, measure: typed},
		{key: "background_ttft_ratio", title: "first token of the next turn, titles and follow-ups on over off", unit: "times", target: 1.1, most: true, measure: background},
		{key: "two_chats_over_one", title: "two chats at once, tokens per second together over one", unit: "times", target: 1.2, measure: twoChats},
		{key: "decode_over_bare", title: "decode through the program, over a bare llama.cpp loop", unit: "times", target: 0.98, measure: decodeOverBare},
		{key: "decode_over_bandwidth", title: "decode, over what the memory's bandwidth allows", unit: "times", target: 0.85, measure: decodeOverBandwidth},
		{key: "prefill_over_bare", title: "prefill through the program, over a bare llama.cpp loop", unit: "times", target: 0.98, measure: prefillOverBare},
		{key: "after_thinking_decode_steps", title: "first token of the turn after a thinking reply, beyond its own prefill", unit: "decode steps", target: 3, most: true, measure: afterThinking},
		{key: "busy_over_default", title: "decode beside a busy process per core, over llama.cpp's default", unit: "times", target: 2, measure: busyOverDefault},
	}
}

// keys lists what the figures are called, for people.
func keys() string {
	var list []string
	for _, f := range figures() {
		list = append(list, f.key)
	}
	return strings.Join(list, ", ")
}

// met tells whether value reaches the target.
func (f figure) met(value float64) bool {
	if f.most {
		return value <= f.target+f.slack
	}
	return value >= f.target
}

// median of a list that is not empty.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
