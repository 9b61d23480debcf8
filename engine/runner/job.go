package runner

import (
	"time"

	"notso/engine"
	"notso/engine/llama"
	"notso/engine/snapshot"
)

// job is a sequence of tokens to evaluate and, when it has a writer, to go on
// with. It has no phases: each step evaluates what is pending, many tokens of a
// prompt or the one sampled last, and once nothing is, the next is sampled.
//
// The scheduler owns a job from submit to the closing of its feed.
type job struct {
	tokens     []llama.Token // the prompt, then the reply
	prompt     int           // how many tokens are the prompt
	background bool          // runs only while no other does
	draft      bool          // its end is not that of a prompt: nothing is sampled after it
	least      int           // it does nothing for fewer tokens
	writer     *writer       // nil: only evaluate
	feed       *feed
	candidate  int    // counted from 0
	leader     *job   // the first candidate, whose prompt this one shares; nil for others
	recorded   []mark // how the tokens shall be evaluated; nil for as usual

	lookup      *lookup            // guesses at the reply; nil: none are wanted
	speculation engine.Speculation // when
	exact       bool               // not where that rounds otherwise

	seq     *sequence       // nil while it waits
	parts   []snapshot.Part // of the prompt, on disk, that are restored first
	end     ending          // asked for from outside; guarded by the scheduler's lock
	reports bool            // the prompt takes a while, so that progress is told
	cached  int             // tokens found evaluated
	started time.Time       // when the first batch with its tokens began
}

// speculate has guesses made as a request asks for; in a replay only those that
// were recorded.
func (j *job) speculate(req engine.Request) {
	j.speculation, j.exact = req.Speculation, exactly(req.Sampling)
	if j.recorded != nil {
		j.speculation = engine.SpeculationOff
	}
	if j.recorded != nil || j.speculation != engine.SpeculationOff {
		j.lookup = newLookup(j.prompt)
	}
}

// ending is how a job shall end before its time.
type ending int

const (
	goOn      ending = iota
	stopped          // the caller cancelled, or the model is let go
	preempted        // something more urgent came
)

// pending counts the tokens to evaluate: none while some are still restored.
func (j *job) pending() int {
	if len(j.parts) > 0 {
		return 0
	}
	return len(j.tokens) - len(j.seq.tokens)
}

// unread counts the tokens that neither its sequence nor the disk has, from the end
// of what is restored on.
func (j *job) unread() int {
	have := len(j.seq.tokens)
	if n := len(j.parts); n > 0 {
		have = j.parts[n-1].First + j.parts[n-1].Shared
	}
	return len(j.tokens) - have
}

// keep says what of the job's sequence belongs on disk.
func (j *job) keep() keeping {
	switch {
	case j.aside():
		return keepNothing
	case j.writer == nil:
		return keepBlocks // its end may be typed otherwise
	}
	return keepAll
}

// aside tells a reply in the background, such as a title. It writes on a fork of
// what is evaluated, and leaves nothing behind.
func (j *job) aside() bool { return j.background && j.writer != nil }

// outranks tells whether other ends for j: background work for a reply, and a
// draft for a newer one.
func (j *job) outranks(other *job) bool {
	return other.background && (!j.background || !j.aside() && !other.aside())
}

// reuse is how many evaluated tokens the job may take over. A job that goes on
// needs the logits after its last token, so it evaluates that one itself, unless
// they stand; one that is replayed evaluates all.
func (j *job) reuse() int {
	if j.recorded != nil {
		return 0
	}
	if j.writer != nil {
		return len(j.tokens) - 1
	}
	return len(j.tokens)
}

// admitted notes what the job found evaluated, on its first admission. Of more than
// chunk tokens progress is told.
func (j *job) admitted(chunk int) {
	if !j.started.IsZero() {
		return
	}
	j.started = time.Now()
	j.reports = j.pending() > chunk
	j.cached = len(j.seq.tokens)
	if j.writer != nil {
		j.writer.done.Usage.CachedTokens = j.cached
		j.writer.prefillFrom = j.started
	}
	j.progress()
}

// step picks the token after the one at index of the last batch, and writes it
// and what the engine adds to it. finish is empty while the reply goes on in a
// context of length tokens.
// Errors: *engine.GrammarError.
func (j *job) step(c *llama.Context, index, length int) (finish engine.Finish, err error) {
	token, err := j.writer.next(c, index)
	if err != nil {
		return "", err
	}
	for tokens := []llama.Token{token}; len(tokens) > 0; tokens = tokens[1:] {
		events, finish := j.writer.write(tokens[0])
		j.push(events)
		if finish == "" && len(j.tokens) == length {
			finish = engine.FinishContext
		}
		if finish != "" {
			return finish, nil
		}
		j.tokens = append(j.tokens, tokens[0])
		tokens = append(tokens, j.writer.closing()...)
	}
	return "", nil
}

// push hands events to the caller.
func (j *job) push(events []engine.Event) {
	for i := range events {
		events[i].Candidate = j.candidate
	}
	j.feed.push(events...)
}

// room is how many cells of the KV cache the job takes beside those it shares
// with its leader, while that is there to be counted: all of the prompt but its
// last token, see reuse.
func (j *job) room() int {
	if j.leader != nil && j.leader.seq != nil {
		return len(j.tokens) - j.prompt + 1
	}
	return len(j.tokens)
}

// progress reports how much of a long prompt is evaluated.
func (j *job) progress() {
	if !j.reports || len(j.tokens) > j.prompt {
		return
	}
	j.feed.push(engine.Event{Kind: engine.EventProgress, Progress: &engine.Progress{
		Done: len(j.seq.tokens), Total: j.prompt, Cached: j.cached,
	}})
}

// finish ends the job's feed: with the reply's summary, or with err.
func (j *job) finish(finish engine.Finish, err error) {
	if j.writer != nil {
		if err == nil {
			j.push(j.writer.finish(finish))
		}
		j.writer.sampler.Close()
	}
	j.feed.close(err)
}
