package runner

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"notso/engine"
	"notso/engine/llama"
	"notso/engine/reply"
)

// Reply implements engine.Engine.
func (r *Runner) Reply(ctx context.Context, req engine.Request) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		feed, cancel, err := r.begin(ctx, req)
		if err != nil {
			yield(engine.Event{}, err)
			return
		}
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		feed.all(yield)
	}
}

// begin submits the jobs that write the reply or the candidates for it. cancel
// ends them as if stopped.
func (r *Runner) begin(ctx context.Context, req engine.Request) (events *feed, cancel func(), err error) {
	called := time.Now()
	m, release, err := r.use()
	if err != nil {
		return nil, nil, err
	}
	defer release()
	jobs, err := m.replyJobs(ctx, req, called)
	if err != nil {
		return nil, nil, err
	}
	for _, j := range jobs {
		switch {
		case ctx.Err() != nil:
			j.finish(engine.FinishStopped, nil)
		case j.writer.parser.Stopped(): // by a stop string in what the reply begins with
			j.finish(engine.FinishStop, nil)
		case !m.scheduler.submit(j):
			j.finish("", engine.ErrNoModel)
		}
	}
	return jobs[0].feed, func() {
		for _, j := range jobs {
			m.scheduler.cancel(j)
		}
	}, nil
}

// replyJobs makes jobs of a request, one for each candidate. With ctx cancelled
// they may lack their tokens.
func (m *model) replyJobs(ctx context.Context, req engine.Request, called time.Time) ([]*job, error) {
	n := max(1, req.Candidates)
	if n > engine.MaxCandidates {
		return nil, &engine.UnsupportedError{What: fmt.Sprintf("writing %d candidates, more than %d,", n, engine.MaxCandidates)}
	}
	if req.Alternatives < 0 || req.Alternatives > engine.MaxAlternatives {
		return nil, &engine.UnsupportedError{What: fmt.Sprintf("telling of %d alternatives, more than %d,", req.Alternatives, engine.MaxAlternatives)}
	}
	s, err := m.start(ctx, req)
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	events := newFeed(n, m.scheduler.signal)
	var jobs []*job
	first := seed(req.Seed)
	for i := range n {
		req.Seed = seed(first + uint32(i))
		w, err := m.writer(req, s, called)
		if err != nil {
			for _, j := range jobs {
				j.writer.sampler.Close()
			}
			return nil, err
		}
		j := &job{
			tokens: slices.Clone(s.tokens), prompt: len(s.tokens), background: req.Background,
			writer: w, feed: events, candidate: i,
		}
		if i > 0 {
			j.leader = jobs[0]
		}
		if n == 1 && req.Batches != "" {
			if j.recorded, err = recorded(req.Batches, m.scheduler.chunk+maxSequences, m.scheduler.length); err != nil {
				slog.Warn("a reply is not replayed in the batches that were recorded", "error", err)
			}
		}
		if n == 1 && !req.Background && !m.weights.Recurrent() {
			j.speculate(req)
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// writer makes the writer of a reply that begins at s.
// Errors: *engine.GrammarError.
func (m *model) writer(req engine.Request, s start, called time.Time) (*writer, error) {
	sampler, err := m.sampler(req, s.tokens[s.prompt:])
	if err != nil {
		return nil, err
	}
	w := &writer{
		sampler: sampler, parser: m.parser(req, s), vocab: m.vocab, tags: m.tags,
		limit: req.Limits.MaxTokens, alternatives: req.Alternatives, called: called,
		done: engine.Done{
			Dropped: s.dropped, Usage: engine.Usage{PromptTokens: len(s.tokens)}, Seed: req.Seed, Sampling: req.Sampling,
			PromptHash: hash(s.tokens), ModelHash: m.info.Hash, EngineBuild: m.info.EngineBuild,
		},
	}
	if err := w.begin(s.begun); err != nil {
		sampler.Close()
		return nil, err
	}
	w.budget = m.newBudget(req.Limits, s.reasoned+w.begunReasoning)
	return w, nil
}

// bunch is how many tokens of a draft are evaluated at once on battery: word by
// word they take some four times the work.
const bunch = 16

// Warm implements engine.Engine. On battery it leaves the last words of a draft
// for later.
func (r *Runner) Warm(ctx context.Context, req engine.Request, progress func(fraction float64)) error {
	m, release, err := r.use()
	if err != nil {
		return err
	}
	tokens, err := m.expected(ctx, req)
	j := &job{tokens: tokens, prompt: len(tokens), background: true, draft: req.Draft, feed: newFeed(1, m.scheduler.signal)}
	if req.Draft && onBattery() {
		j.least = bunch
	}
	if err == nil && !m.scheduler.submit(j) {
		err = engine.ErrNoModel
	}
	release()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { m.scheduler.cancel(j) })()
	j.feed.all(func(event engine.Event, failed error) bool {
		if err = failed; err == nil && progress != nil {
			progress(float64(event.Progress.Done) / float64(event.Progress.Total))
		}
		return true
	})
	return cmp.Or(err, ctx.Err())
}

// Measure implements engine.Engine.
func (r *Runner) Measure(ctx context.Context, req engine.Request) (engine.Measure, error) {
	m, release, err := r.use()
	if err != nil {
		return engine.Measure{}, err
	}
	defer release()
	s, err := m.start(ctx, req)
	var long *engine.PromptTooLongError
	switch {
	case errors.As(err, &long):
		return engine.Measure{PromptTokens: long.Tokens, ContextLength: m.info.ContextLength}, nil
	case err != nil:
		return engine.Measure{}, err
	}
	return engine.Measure{
		PromptTokens:  len(s.tokens),
		ContextLength: m.info.ContextLength,
		CachedTokens:  m.scheduler.cached(s.tokens),
		Dropped:       s.dropped,
	}, nil
}

// parser reads the reply that begins at s. In an answer that is resumed, tags of
// reasoning are text, and so they are in one under a grammar.
func (m *model) parser(req engine.Request, s start) *reply.Parser {
	opts := reply.Options{
		Think: m.traits.Think, Answer: m.traits.Answer, ToolCall: reply.ToolCallTags(),
		Stop: req.Limits.Stop, InReasoning: s.reasoning,
	}
	if s.answering || req.Grammar != "" && !s.reasoning {
		opts.Think, opts.Answer = reply.Tags{}, ""
	}
	return reply.New(opts)
}

// sampler makes the sampler of a reply that begins with own. Penalties count the
// reply alone: the words of a question belong into its answer, see docs/adr/0026.
// Errors: *engine.GrammarError.
func (m *model) sampler(req engine.Request, own []llama.Token) (*llama.Sampler, error) {
	sampler, err := m.weights.NewSampler(req.Sampling, req.Seed, req.Grammar)
	if err != nil {
		return nil, err
	}
	if req.Resume != nil && !sampler.Begin(m.vocab.Tokenize(req.Resume.Text)) {
		sampler.Close()
		return nil, errBegunOtherwise()
	}
	if llama.Penalises(req.Sampling) {
		for _, token := range own[max(0, len(own)-llama.PenaltyWindow):] {
			sampler.Accept(token)
		}
	}
	return sampler, nil
}

func errBegunOtherwise() error {
	return &engine.GrammarError{Reason: "the reply that goes on has begun otherwise"}
}

// seed draws one for 0. The largest number means "draw one" to llama.cpp, so it
// is taken as its neighbour.
func seed(asked uint32) uint32 {
	if asked == 0 {
		asked = 1 + rand.Uint32N(math.MaxUint32-1)
	}
	return min(asked, math.MaxUint32-1)
}

// hash is the SHA-256 of the tokens as little-endian 32-bit numbers, in hex.
func hash(tokens []llama.Token) string {
	numbers := make([]byte, 0, 4*len(tokens))
	for _, token := range tokens {
		numbers = binary.LittleEndian.AppendUint32(numbers, uint32(token))
	}
	sum := sha256.Sum256(numbers)
	return hex.EncodeToString(sum[:])
}
