package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"notso/engine"
	"notso/engine/reply"
)

// Tags of reasoning as SmolLM3, Qwen and DeepSeek write it. Servers that take it
// apart themselves send it in a field of its own, without tags.
const (
	thinkOpen  = "<think>"
	thinkClose = "</think>"
)

// writer makes events of one reply. One goroutine uses it.
type writer struct {
	model  *model
	req    engine.Request
	called time.Time
	emit   func(engine.Event, error) bool // false when nobody reads any more

	reasoning *reply.Parser // of what comes as reasoning
	answer    *reply.Parser // of the rest
	separate  bool          // the server takes the reasoning apart
	calls     calls
	written   engine.Partial // so far, for going on after a budget
	limit     int            // tokens that were asked for
	finish    string         // the server's word
	usage     usage          // as last told
	pieces    int            // that came, one token each or more
	before    int            // of them before the budget was spent
	began     time.Time      // of the first piece
	thought   time.Time      // last piece of reasoning
	left      bool
	done      engine.Done
}

func newWriter(m *model, req engine.Request, p prepared, called time.Time) *writer {
	req.Messages = p.messages
	text, _ := json.Marshal(req.Messages) // plain structs cannot fail
	sum := sha256.Sum256(text)
	w := &writer{
		model: m, req: req, called: called, limit: req.Limits.MaxTokens,
		reasoning: reply.New(reply.Options{Stop: req.Limits.Stop, InReasoning: true}),
		done: engine.Done{
			Dropped: p.dropped, Usage: engine.Usage{PromptTokens: p.tokens}, Sampling: req.Sampling,
			PromptHash: hex.EncodeToString(sum[:]), ModelHash: m.info("").Hash, EngineBuild: m.build(),
		},
	}
	named := m.length < m.serverLength || m.dialect.stopsEarly // else the server knows where its context ends
	if room := m.length - p.tokens; named && (w.limit == 0 || room < w.limit) {
		w.limit = max(room, 1)
	}
	if resumes(req) {
		w.written = *req.Resume
	}
	w.answer = w.parser()
	return w
}

// parser reads the answer, and the reasoning where its tags are in the text. In
// an answer that is resumed they are text.
func (w *writer) parser() *reply.Parser {
	opts := reply.Options{Think: reply.Tags{Open: thinkOpen, Close: thinkClose}, ToolCall: reply.ToolCallTags(), Stop: w.req.Limits.Stop}
	switch {
	case w.separate, w.written.Text != "", w.req.Grammar != "":
		opts.Think = reply.Tags{}
	case w.written.Reasoning != "":
		opts.InReasoning = true
	}
	return reply.New(opts)
}

// write emits the reply and, at its end, EventDone or the error.
func (w *writer) write(ctx context.Context) {
	err := w.stream(ctx, w.req)
	if w.left {
		return
	}
	w.flush() // what came before a fault stands
	if ctx.Err() != nil {
		err = stopped(ctx)
	}
	if err != nil {
		w.emit(engine.Event{}, err)
		return
	}
	w.send(w.calls.events())
	w.sumUp(ctx)
	w.emit(engine.Event{Kind: engine.EventDone, Done: &w.done}, nil)
}

// stream reads the reply to req, up to its end, to a stop string or to the end
// of the budget for reasoning, after which it goes on with the answer.
func (w *writer) stream(ctx context.Context, req engine.Request) error {
	if ctx.Err() != nil {
		return nil
	}
	s, err := w.model.open(ctx, w.body(req))
	if err != nil {
		return err
	}
	defer s.close()
	for {
		c, more, err := s.next()
		switch {
		case err != nil && w.finish != "":
			return nil // complete; some servers just close
		case err != nil || !more && w.finish != "":
			return err
		case !more:
			return w.model.failure(engine.RemoteCut, 0, "")
		}
		if w.take(c); w.left || w.reasoning.Stopped() || w.answer.Stopped() {
			return nil
		}
		if w.spent() {
			s.close()
			return w.answerNow(ctx, req)
		}
	}
}

// take passes on what a chunk holds.
func (w *writer) take(c chunk) {
	if c.Usage != nil {
		w.usage = *c.Usage
	}
	if len(c.Choices) == 0 {
		return
	}
	choice := c.Choices[0]
	if choice.FinishReason != "" {
		w.finish = choice.FinishReason
	}
	d := choice.Delta
	if d == nil {
		return
	}
	thought := d.ReasoningContent + d.Reasoning
	if thought != "" {
		w.count(true)
		if !w.separate {
			w.send(w.answer.Close()) // what it held back
			w.separate = true
			w.answer = w.parser()
		}
		w.send(w.reasoning.Write([]byte(thought)))
	}
	if d.Content != "" && !w.left && !w.reasoning.Stopped() {
		w.send(w.reasoning.Close())
		w.count(w.answer.Reasoning())
		w.send(w.answer.Write([]byte(d.Content)))
	}
	for _, part := range d.ToolCalls {
		w.count(false)
		w.calls.add(part)
	}
}

func (w *writer) count(reasoning bool) {
	now := time.Now()
	if w.pieces++; w.pieces == 1 {
		w.began = now
		w.done.Timings.FirstTokenMS = milliseconds(now.Sub(w.called))
	}
	if reasoning {
		w.done.Usage.ReasoningTokens++
		w.thought = now
	}
}

func (w *writer) flush() {
	w.send(w.reasoning.Close())
	w.send(w.answer.Close())
}

func (w *writer) send(events []engine.Event) {
	for _, event := range events {
		switch event.Kind {
		case engine.EventReasoning:
			w.written.Reasoning += event.Text
		case engine.EventText:
			w.written.Text += event.Text
		}
		if w.left = w.left || !w.emit(event, nil); w.left {
			return
		}
	}
}

// spent tells that the reasoning has had its tokens and is not over.
func (w *writer) spent() bool {
	budget := w.req.Limits.Reasoning
	return budget > 0 && w.model.dialect.continues && w.finish == "" &&
		w.written.Text == "" && w.written.Reasoning != "" && w.done.Usage.ReasoningTokens >= budget
}

// answerNow has the server go on behind the closed reasoning.
func (w *writer) answerNow(ctx context.Context, req engine.Request) error {
	w.flush()
	req.Resume = &engine.Partial{Reasoning: w.written.Reasoning + "\n" + thinkClose + "\n\n"}
	req.Limits.Reasoning, w.req.Limits.Reasoning = 0, 0
	w.separate, w.before, w.usage = true, w.pieces, usage{}
	w.answer = w.parser()
	w.reasoning = reply.New(reply.Options{Stop: req.Limits.Stop, InReasoning: true})
	if w.limit > 0 {
		w.limit = max(1, w.limit-w.pieces)
	}
	return w.stream(ctx, req)
}

// sumUp fills in what the reply came to. What the server does not count is
// counted by its pieces.
func (w *writer) sumUp(ctx context.Context) {
	d := &w.done
	d.Usage.ReplyTokens = w.pieces
	if n := w.usage.CompletionTokens; n > 0 && w.finish != "" {
		d.Usage.ReplyTokens = w.before + n
	}
	if w.usage.PromptTokens > 0 && w.before == 0 {
		d.Usage.PromptTokens, d.Usage.CachedTokens = w.usage.PromptTokens, w.usage.PromptDetails.CachedTokens
	}
	if n := w.usage.CompletionDetails.ReasoningTokens; n > 0 {
		d.Usage.ReasoningTokens = n
	}
	d.Usage.ReasoningTokens = min(d.Usage.ReasoningTokens, d.Usage.ReplyTokens)
	d.Usage.CachedTokens = min(d.Usage.CachedTokens, d.Usage.PromptTokens)
	now := time.Now()
	if d.Timings.FirstTokenMS == 0 {
		d.Timings.FirstTokenMS = milliseconds(now.Sub(w.called))
	}
	if took := now.Sub(w.began).Seconds(); w.pieces > 1 && took > 0 {
		d.Timings.DecodeTokensPerSecond = float64(d.Usage.ReplyTokens-1) / took
	}
	if !w.thought.IsZero() {
		d.Timings.ReasoningMS = milliseconds(w.thought.Sub(w.began))
	}
	d.Finish = w.reason(ctx)
}

// reason is why the reply ended.
func (w *writer) reason(ctx context.Context) engine.Finish {
	most := w.req.Limits.MaxTokens
	switch {
	case w.reasoning.Stopped(), w.answer.Stopped():
		return engine.FinishStop
	case ctx.Err() != nil, w.model.engine.isClosed():
		return engine.FinishStopped
	case w.finish == "length" && most > 0 && (w.limit == most || w.done.Usage.ReplyTokens >= most):
		return engine.FinishLength
	case w.finish == "length":
		return engine.FinishContext
	}
	return engine.FinishEnd
}

// body is the request as the server takes it.
func (w *writer) body(req engine.Request) chatRequest {
	s := req.Sampling
	body := chatRequest{
		Model: w.model.id, Messages: w.model.messages(req), Tools: tools(req.Tools), Stream: true,
		StreamOptions: streamOptions{IncludeUsage: true}, MaxTokens: w.limit,
		Temperature: s.Temperature, Seed: w.done.Seed, PresencePenalty: s.PresencePenalty, FrequencyPenalty: s.FrequencyPenalty,
		extras: w.model.dialect.extras(req),
	}
	if s.TopP > 0 {
		body.TopP = &s.TopP
	}
	return body
}

// messages are those of a request, and the beginning of the reply that goes on.
func (m *model) messages(req engine.Request) []chatMessage {
	var list []chatMessage
	for _, message := range req.Messages {
		c := chatMessage{Role: string(message.Role), Content: message.Content, ToolCallID: message.ToolCallID, Name: message.Name}
		for _, call := range message.ToolCalls {
			c.ToolCalls = append(c.ToolCalls, toolCall{ID: call.ID, Type: "function", Function: functionCall{call.Name, string(call.Arguments)}})
		}
		list = append(list, c)
	}
	if resumes(req) {
		text := req.Resume.Text
		if req.Resume.Reasoning != "" {
			text = thinkOpen + req.Resume.Reasoning
			if req.Resume.Text != "" {
				text += thinkClose + req.Resume.Text
			}
		}
		list = append(list, chatMessage{Role: string(engine.RoleAssistant), Content: text})
	}
	return slices.Clip(list)
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
