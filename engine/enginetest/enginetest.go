// Package enginetest holds what tests of engines share: Conformance, the one
// suite that every implementation of engine.Engine passes; Model, a file for it
// that any llama.cpp can run; and Damage, which spoils model files.
//
// An engine's own test calls the suite with a way to make one:
//
//	enginetest.Conformance(t, func(t *testing.T) engine.Engine {
//		return runner.New(options)
//	}, enginetest.Model(t), enginetest.Capabilities{Caches: true, Exact: true})
package enginetest

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/scripted"
)

// Capabilities say what more than the contract an engine with a model can do.
// They are set by hand, so that a check is never passed over by accident.
type Capabilities struct {
	// Caches: a later prompt that begins like an earlier one reports
	// CachedTokens. Without it they must be 0.
	Caches bool

	// Exact: a greedy reply is the same whatever is written beside it. A real
	// model computes a little differently in a larger batch.
	Exact bool

	// Estimates: Measure guesses, and only a reply tells what a prompt counts.
	Estimates bool

	// NoTokens: the engine knows texts and no tokens. It tells no alternatives, and
	// refuses to go on after tokens.
	NoTokens bool

	// Grammar: a reply matches Request.Grammar. A script does not.
	Grammar bool
}

// deadline ends a check that hangs.
const deadline = 4 * time.Minute

// suite is one run of Conformance.
type suite struct {
	open  func(t *testing.T) engine.Engine
	model string // path of a GGUF file
	caps  Capabilities
}

// Conformance checks the contract of engine.Engine, as subtests. open returns a
// fresh engine with nothing loaded, which the suite closes. model is a GGUF file
// whose greedy answer to "Count from 1 to 300." has 50 tokens or more.
func Conformance(t *testing.T, open func(t *testing.T) engine.Engine, model string, caps Capabilities) {
	s := &suite{open, model, caps}
	for _, check := range []struct {
		name string
		run  func(*testing.T, *suite)
	}{
		{"nothing works before a model is loaded", nothingLoaded},
		{"loading tells what was loaded and how far it is", loadTells},
		{"loading again replaces the model", loadAgain},
		{"a file that is no model is refused and the engine stays usable", loadRefuses},
		{"a load that is cancelled ends with the context's error", loadCancelled},
		{"closing during a reply ends it as if stopped", closeDuringReply},
		{"after closing everything is ErrClosed", closed},
		{"a reply that fills the context ends there", contextFull},
		{"concurrent replies are all complete", concurrent},
		{"a chat that outgrows the context goes on without its oldest turns", outgrown},
	} {
		t.Run(check.name, func(t *testing.T) { check.run(t, s) })
	}
	t.Run("a loaded model", func(t *testing.T) { s.replies(t) })
}

// replies runs the checks that share one loaded model.
func (s *suite) replies(t *testing.T) {
	e := s.start(t)
	info := load(t, e, s.model, engine.LoadOptions{})
	for _, check := range []struct {
		name string
		run  func(*testing.T, engine.Engine, engine.ModelInfo)
	}{
		{"reports a reply in full", replyReports},
		{"draws a seed where none is given", drawsSeed},
		{"writes the same reply for the same seed", sameSeed},
		{"stops when cancelled and keeps what was written", cancelled},
		{"stops at once when cancelled before", cancelledBefore},
		{"stops when the loop is left, and replies again", loopLeft},
		{"writes exactly as many tokens as allowed", maxTokens},
		{"ends before a stop string, however it is cut", stopStrings},
		{"resumes exactly where it stopped", resumes},
		{"replies the same after warming", s.warms},
		{"leaves warming when cancelled", warmCancelled},
		{"measures what a reply then counts", s.measures},
		{"refuses a prompt that is longer than the context", promptTooLong},
		{"reports what a second turn finds cached", s.secondTurn},
		{"writes in the background and leaves no trace", background},
		{"gives way in the background", givesWay},
		{"writes what a grammar allows", s.grammars},
		{"writes candidates side by side", s.candidates},
		{"tells what else it might have written", s.alternatives},
		{"branches off with another token", s.branches},
	} {
		t.Run(check.name, func(t *testing.T) { check.run(t, e, info) })
	}
}

// Model writes a scripted model that counts to 300 and returns its path.
func Model(t *testing.T) string {
	t.Helper()
	script := scripted.Script{Answer: []string{"1"}}
	for n := 2; n <= 300; n++ {
		script.Answer = append(script.Answer, fmt.Sprintf(" %d", n))
	}
	path := filepath.Join(t.TempDir(), "counting.gguf")
	if err := scripted.WriteModel(path, script); err != nil {
		t.Fatal(err)
	}
	return path
}

// start opens an engine and closes it at the end of the test.
func (s *suite) start(t *testing.T) engine.Engine {
	t.Helper()
	e := s.open(t)
	t.Cleanup(func() { e.Close() }) // closing twice is allowed
	return e
}

func load(t *testing.T, e engine.Engine, path string, opts engine.LoadOptions) engine.ModelInfo {
	t.Helper()
	info, err := e.Load(limited(t), path, opts, nil)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return info
}

// limited is the test's context with a deadline.
func limited(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	return ctx
}

// counting asks greedily for a long, dull answer of at most limit tokens.
func counting(limit int) engine.Request {
	return engine.Request{
		Messages: []engine.Message{{Role: engine.RoleUser, Content: "Count from 1 to 300."}},
		Thinking: engine.ThinkingOff,
		Sampling: engine.Sampling{RepeatPenalty: 1},
		Limits:   engine.Limits{MaxTokens: limit},
		Seed:     1,
		Date:     time.Date(2025, 7, 8, 9, 10, 0, 0, time.UTC),
	}
}
