package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"notso/app/library"
	"notso/engine"
	"notso/engine/runner"
)

// samplingEnv is another sampling to try with the first questions, in JSON:
// {"temperature": 0.2, "top_p": 0.9, "repeat_penalty": 1.1}.
const samplingEnv = "NOTSO_SAMPLING"

// firstQuestions are what people try a new model with; with a pattern where there
// is a right answer.
var firstQuestions = []struct{ text, right string }{
	{"What is the capital of France?", `\bparis\b`},
	{"Hi", ""},
	{"Write a haiku about rain", ""},
	{"Explain photosynthesis simply", ""},
	{"Who are you?", ""},
	{"Give me three tips to sleep better", ""},
	{"Quelle est la capitale de la France ?", `\bparis\b`},
	{"What is 2+2?", `\b(4|four)\b`},
	{"What is the capital of Italy?", `\brome\b`},
	{"What color is the sky on a clear day?", `\bblue\b`},
	{"Who wrote Romeo and Juliet?", `\bshakespeare\b`},
	{"How many days are in a week?", `\b(7|seven)\b`},
	{`Translate "good morning" into Spanish.`, `\bbuenos d[ií]as\b`},
	{"Write a short email to my boss asking for a day off.", ""},
}

// BenchmarkFirstQuestions asks the starter model first questions, each iteration
// with another seed, as its publisher recommends and as the catalogue has it, and
// reports the share of replies that repeat themselves without end and of those that
// are right. Run it with -benchtime 8x.
func BenchmarkFirstQuestions(b *testing.B) {
	entry, known := library.BuiltIn().OfModel(strings.TrimSuffix(filepath.Base(starterFile), ".gguf"))
	if !known || entry.Measured == nil {
		b.Fatal("the catalogue says nothing of the starter model")
	}
	eng := runner.New(runner.Options{LibraryDir: filepath.Join("build", "engine")})
	defer eng.Close()
	info, err := eng.Load(b.Context(), starterFile, engine.LoadOptions{ContextLength: 1024, Threads: 1}, nil)
	if err != nil {
		b.Fatal(err)
	}
	makers := entry.Sampling.Over(info.Sampling)
	if text := os.Getenv(samplingEnv); text != "" {
		var tried engine.Sampling
		if err := json.Unmarshal([]byte(text), &tried); err != nil {
			b.Fatal(err)
		}
		b.Run("tried", func(b *testing.B) { askFirstQuestions(b, eng, tried) })
		return
	}
	b.Run("publisher", func(b *testing.B) { askFirstQuestions(b, eng, makers) })
	b.Run("catalogue", func(b *testing.B) { askFirstQuestions(b, eng, entry.Measured.Sampling.Over(makers)) })
}

func askFirstQuestions(b *testing.B, eng engine.Engine, sampling engine.Sampling) {
	var replies, endless, answers, right float64
	for seed := uint32(1); b.Loop(); seed++ {
		for _, q := range firstQuestions {
			text := firstReply(b, eng, engine.Request{
				Messages: []engine.Message{{Role: engine.RoleUser, Content: q.text}}, Sampling: sampling, Seed: seed,
				Limits: engine.Limits{MaxTokens: 200}, Date: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
			})
			replies++
			if repeats(text) {
				endless++
			}
			if q.right != "" {
				answers++
				if regexp.MustCompile(q.right).MatchString(strings.ToLower(text)) {
					right++
				}
			}
		}
	}
	b.ReportMetric(100*endless/replies, "%endless")
	b.ReportMetric(100*right/answers, "%right")
}

func firstReply(b *testing.B, eng engine.Engine, req engine.Request) string {
	var text strings.Builder
	for event, err := range eng.Reply(b.Context(), req) {
		if err != nil {
			b.Fatal(err)
		}
		if event.Kind == engine.EventText {
			text.WriteString(event.Text)
		}
		if repeats(text.String()) {
			break
		}
	}
	if testing.Verbose() {
		fmt.Printf("%s\t%d\t%q\n", req.Messages[0].Content, req.Seed, text.String())
	}
	return text.String()
}

// repeats tells of a text in which the same four words in a row come five times,
// which no answer of 200 tokens to these questions needs.
func repeats(text string) bool {
	words, seen := strings.Fields(text), map[string]int{}
	for i := range max(0, len(words)-3) {
		key := strings.Join(words[i:i+4], " ")
		if seen[key]++; seen[key] == 5 {
			return true
		}
	}
	return false
}
