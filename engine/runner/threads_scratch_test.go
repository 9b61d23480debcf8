package runner

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
	"sort"

	"notso/engine"
	"notso/engine/llama"
)

func TestScratch(t *testing.T) {
	path := os.Getenv("SCRATCH")
	if path == "" { t.Skip() }
	r := load(t, path, engine.LoadOptions{ContextLength: 1024, Threads: 2})
	m := r.model
	b := m.weights.Library().NewBatch(128)
	defer b.Close()
	run := func(name string) {
		for round := 0; round < 3; round++ {
			for _, n := range []int{2, 1} {
				m.context.SetThreads(n)
				m.context.RemoveSequence(0)
				var ds []float64
				sum := 0.0
				for i := 0; i < 64; i++ {
					b.Clear()
					b.Add(llama.Token(100+i), i, 0, true)
					from := time.Now()
					m.context.Decode(b)
					d := time.Since(from).Seconds()*1000
					ds = append(ds, d); sum += d
					if sum > 15000 { break }
				}
				s := append([]float64(nil), ds...)
				sort.Float64s(s)
				fmt.Printf("%s threads %d mean %.1f median %.1f p10 %.1f p90 %.1f max %.1f n %d: %.0f\n", name, n, sum/float64(len(ds)), s[len(s)/2], s[len(s)/10], s[len(s)*9/10], s[len(s)-1], len(s), ds[:min(16, len(ds))])
			}
		}
	}
	run("as is")
	for range 2 {
		c := exec.Command("sh", "-c", "while :; do :; done")
		c.Start()
		defer c.Wait()
		defer c.Process.Kill()
	}
	run("busy")
}
