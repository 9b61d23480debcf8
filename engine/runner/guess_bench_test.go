package runner

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"notso/engine"
)

// BenchmarkSpeculation writes a text that stands in the prompt, one that does not,
// and one that any model is brought to repeat itself in, without guesses, with them (on), and with them where they are measured to
// pay (auto), in turn, and reports the ratios of their speeds over all turns.
// Guesses must pay where a text is copied, and auto must cost nothing anywhere.
//
// NOTSO_BENCH_MODEL names another model than the starter.
func BenchmarkSpeculation(b *testing.B) {
	path := os.Getenv("NOTSO_BENCH_MODEL")
	if path == "" {
		path = root(b) + "/" + starterModel
	}
	r := newRunner(b)
	if _, err := r.Load(context.Background(), path, engine.LoadOptions{ContextLength: 2048}, nil); err != nil {
		b.Fatal(err)
	}
	const story = "Write a long story about a lighthouse keeper and his sister."
	for _, task := range []struct {
		name, prompt string
		repeat       float64
	}{
		{name: "copy", prompt: copyThis}, {name: "story", prompt: story}, {name: "repeat", prompt: story, repeat: -2},
	} {
		b.Run(task.name, func(b *testing.B) {
			req := greedy(160, task.prompt)
			req.Sampling = engine.Sampling{Temperature: 0.3, TopP: 0.95, FrequencyPenalty: task.repeat} // drawn, so that auto need not be exact
			benchmarkSpeculation(b, r, req)
		})
	}
}

func benchmarkSpeculation(b *testing.B, r *Runner, req engine.Request) {
	ways := []engine.Speculation{engine.SpeculationOff, engine.SpeculationOn, engine.SpeculationAuto}
	var tokens, seconds, guessed, right [3]float64
	for i := 0; b.Loop(); i++ {
		req.Seed = uint32(1 + i)
		for w, way := range ways {
			req.Speculation = way
			o, err := collect(r.Reply(context.Background(), req))
			if err != nil {
				b.Fatal(err)
			}
			n := float64(o.done.Usage.ReplyTokens - 1)
			if n < 1 {
				continue
			}
			tokens[w] += n
			seconds[w] += n / o.done.Timings.DecodeTokensPerSecond
			guessed[w] += float64(o.done.Usage.Guessed)
			right[w] += float64(o.done.Usage.GuessedRight)
			forget(r)
		}
	}
	plain := tokens[0] / seconds[0]
	b.ReportMetric(plain, "tok/s")
	for w, name := range []string{"", "on", "auto"} {
		if w > 0 {
			b.ReportMetric(tokens[w]/seconds[w]/plain, name+"_over_off")
			b.ReportMetric(right[w]/max(1, guessed[w]), name+"_right")
			b.ReportMetric(right[w]/max(1, tokens[w]), name+"_guessed_share")
		}
	}
}

// BenchmarkRows is what a batch of several rows of one sequence takes, over one
// row, after 400 tokens: what guesses cost.
func BenchmarkRows(b *testing.B) {
	path := os.Getenv("NOTSO_BENCH_MODEL")
	if path == "" {
		path = root(b) + "/" + starterModel
	}
	r := newRunner(b)
	for _, kv := range []string{"f16", "q8_0"} {
		b.Run(kv, func(b *testing.B) {
			opts := engine.LoadOptions{ContextLength: 1024, KVType: kv, Threads: physicalCores()}
			if _, err := r.Load(context.Background(), path, opts, nil); err != nil {
				b.Fatal(err)
			}
			benchmarkRows(b, r)
		})
	}
}

func benchmarkRows(b *testing.B, r *Runner) {
	const depth, most = 400, 1 + maxGuesses
	s := r.model.scheduler
	text := tokensOf(b, r, greedy(1, longText(depth+most)))
	decode := func(first, rows int) ([]float32, float64) {
		s.context.CutSequence(0, first)
		s.batch.Clear()
		index := 0
		for i, token := range text[first : first+rows] {
			index, _ = s.batch.Add(token, first+i, 0, first >= depth)
		}
		from := time.Now()
		if err := s.context.Decode(s.batch); err != nil {
			b.Fatal(err)
		}
		took := time.Since(from).Seconds()
		if first < depth {
			return nil, took
		}
		logits, err := s.context.Logits(index)
		if err != nil {
			b.Fatal(err)
		}
		return slices.Clone(logits), took
	}
	for first := 0; first < depth; first += 100 {
		decode(first, 100)
	}
	var want [1 + most][]float32 // after so many tokens, one by one
	for i := range most {
		want[1+i], _ = decode(depth+i, 1)
	}
	var best [1 + most]float64 // seconds
	var apart [1 + most]float64
	for b.Loop() {
		for rows := 1; rows <= most; rows++ {
			logits, took := decode(depth, rows)
			if best[rows] == 0 || took < best[rows] {
				best[rows] = took
			}
			for i, logit := range logits {
				apart[rows] = max(apart[rows], math.Abs(float64(logit-want[rows][i])))
			}
		}
	}
	b.ReportMetric(best[1]*1000, "ms/token")
	for rows := 2; rows <= most; rows++ {
		b.ReportMetric(best[rows]/best[1], fmt.Sprintf("%d_rows_over_one", rows))
		b.ReportMetric(apart[rows], fmt.Sprintf("%d_rows_apart", rows))
	}
}
