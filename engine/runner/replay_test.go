package runner

import (
	"context"
	"fmt"
	"testing"
	"time"

	"notso/engine"
	"notso/engine/scripted"
)

// replayed writes a reply again, in an engine that has evaluated nothing.
func replayed(t *testing.T, req engine.Request, like engine.Done, opts engine.LoadOptions) outcome {
	t.Helper()
	req.Candidates, req.Seed, req.Batches = 0, like.Seed, like.Batches
	return reply1(t, loadStarter(t, opts), req)
}

func TestARecordedReplyIsReplayed(t *testing.T) {
	dir := t.TempDir()
	opts := engine.LoadOptions{ContextLength: 1024, Threads: 1}
	r := loadKeeping(t, dir, starterPath(t), opts)
	ask := func(texts ...string) engine.Request {
		req := greedy(20, texts...)
		req.Sampling = engine.Sampling{Temperature: 1.2} // whose draws tell rounding apart
		return req
	}
	check := func(what string, req engine.Request, o outcome) {
		t.Helper()
		again := replayed(t, req, o.done, opts)
		if again.text != o.text || again.done.Batches != o.done.Batches || again.done.Usage.CachedTokens != 0 {
			t.Errorf("%s: %q in the batches %q, replayed as %q in %q", what, o.text, o.done.Batches, again.text, again.done.Batches)
		}
	}
	texts := []string{longText(150) + " Tell a story about it."}
	for _, what := range []string{"the first reply", "after a turn", "after two turns", "after a restart"} {
		if what == "after a restart" {
			r.Close()
			r = loadKeeping(t, dir, starterPath(t), opts)
		}
		req := ask(texts...)
		o := reply1(t, r, req)
		if what != "the first reply" && o.done.Usage.CachedTokens < 128 {
			t.Fatalf("%s: %d tokens were cached", what, o.done.Usage.CachedTokens)
		}
		check(what, req, o)
		texts = append(texts, o.text, "And what came after that, in all the detail that you remember?")
	}
	req := ask(texts...)
	req.Candidates = 2
	dones, written := [2]engine.Done{}, [2]string{}
	for e, err := range r.Reply(t.Context(), req) {
		if err != nil {
			t.Fatal(err)
		}
		written[e.Candidate] += e.Text
		if e.Done != nil {
			dones[e.Candidate] = *e.Done
		}
	}
	check("a candidate", req, outcome{text: written[1], done: dones[1]})
}

func TestARecordingOfAnotherReplyDoesNoHarm(t *testing.T) {
	r := loadStarter(t, engine.LoadOptions{ContextLength: 1024, Threads: 1})
	req := greedy(12, question)
	want := reply1(t, r, req)
	for _, batches := range []engine.Batches{"nonsense", "3@1 1@1*2", "2+5/40@1*3", "528@1*1", "60@1*8 1+3/4@1*90", "20@1 3~9@1*99"} {
		req.Batches = batches
		if o := reply1(t, r, req); o.text != want.text || o.done.Finish != want.done.Finish {
			t.Errorf("in the batches %q: %q, want %q", batches, o.text, want.text)
		}
	}
	req.Batches = ""
	if o := reply1(t, r, req); o.text != want.text {
		t.Errorf("afterwards: %q, want %q", o.text, want.text)
	}
}

// The tokens that stand for those of other replies go before anything that is of use
// to somebody: the replay then goes on as if nothing had been recorded.
func TestAReplayBesideFullChatsComesToItsEnd(t *testing.T) {
	script := scripted.Plain()
	r := loadScripted(t, script, engine.LoadOptions{ContextLength: 512})
	for _, beside := range []engine.Batches{"1+100/101@1*9", "20+252/272@1 20+252/272@1"} {
		for n := range 8 {
			reply1(t, r, greedy(1, fmt.Sprint(n, longText(80))))
		}
		req := greedy(0, "Hi")
		req.Batches = beside
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		o, err := collect(r.Reply(ctx, req))
		cancel()
		if err != nil || o.text != script.AnswerText() {
			t.Errorf("recorded as %q: %q, %v", beside, o.text, err)
		}
	}
	long := greedy(0, longText(60)) // no room for both
	long.Batches = "1+250/251@1*20"
	if o := reply1(t, r, long); o.text != script.AnswerText() {
		t.Errorf("a long prompt with too many tokens beside it: %q, %+v", o.text, o.done)
	}
}
