package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"notso/app/chat"
	"notso/engine"
)

// Replay writes the reply in turn once more, with the seed, the sampling, the
// limits and the date that were recorded, in the batches that were recorded, and
// changes nothing that is stored. Of opts it uses Store, which may be read-only,
// Config, Library, Hash, Engine and Builtin. An engine that has evaluated nothing
// makes it comparable.
// Errors: chat.ErrNotFound, sentences for people, those of Engine.
func Replay(ctx context.Context, opts Options, turnID int64) (chat.Replay, error) {
	a := &App{opts: opts}
	a.model = newModel(a)
	turn, err := opts.Store.Turn(ctx, turnID)
	if err != nil {
		return chat.Replay{}, err
	}
	if err := replayable(turn); err != nil {
		return chat.Replay{}, err
	}
	eng, err := a.loadFor(ctx, turn)
	if err != nil {
		return chat.Replay{}, err
	}
	req, err := a.recorded(ctx, turn) // with the defaults of the model that is loaded
	if err != nil {
		return chat.Replay{}, err
	}
	return play(ctx, eng, a.model.info(), turn, req)
}

// replayable says why a turn cannot be replayed.
func replayable(t chat.Turn) error {
	switch {
	case t.Role != chat.Assistant || t.Origin != "":
		return fmt.Errorf("turn %d was not written by a model; only a reply can be replayed", t.ID)
	case t.State == chat.Running:
		return chat.ErrBusy
	case t.Stats.PromptHash == "":
		return fmt.Errorf("turn %d was cut short before anything was recorded, so it cannot be replayed", t.ID)
	}
	return nil
}

// recorded is the request that turn answered.
func (a *App) recorded(ctx context.Context, turn chat.Turn) (engine.Request, error) {
	c, err := a.opts.Store.Chat(ctx, turn.Chat)
	if err != nil {
		return engine.Request{}, err
	}
	s := turn.Stats
	branch, err := a.opts.Store.Path(ctx, turn.Parent)
	if err != nil {
		return engine.Request{}, err
	}
	at := slices.IndexFunc(branch, func(t chat.Turn) bool { return t.ID > s.Reset })
	if at < 0 {
		at = max(0, len(branch)-1)
	}
	branch, err = a.sinceReset(ctx, branch[at:], s.Reset)
	if err != nil {
		return engine.Request{}, err
	}
	turns, err := a.withFiles(ctx, since(branch, s.FirstSeen))
	if err != nil {
		return engine.Request{}, err
	}
	c.Context = s.Reset // not what /reset has put aside since
	req := a.ask(c, turns, TalkOptions{})
	req.Thinking = engine.Thinking(s.Thinking)
	req.Limits = engine.Limits{MaxTokens: s.MaxTokens, Reasoning: s.ThinkingBudget}
	req.Seed, req.Batches = s.Seed, engine.Batches(s.Batches)
	if s.Finish == string(engine.FinishStopped) {
		req.Limits.MaxTokens = s.ReplyTokens // the user's stop, in tokens
	}
	if err := json.Unmarshal(s.Sampling, &req.Sampling); err != nil {
		return req, fmt.Errorf("the sampling recorded with turn %d: %w", turn.ID, err)
	}
	if s.Resumed > 0 {
		before := partial(turn, s.Resumed)
		req.Resume = &before
	}
	return req, nil
}

// loadFor loads the model that wrote turn, or the one in use if that is gone.
func (a *App) loadFor(ctx context.Context, turn chat.Turn) (eng engine.Engine, err error) {
	path, err := a.opts.Library.Resolve(turn.Stats.Model)
	if err != nil {
		path, err = a.opts.Library.Pick(a.opts.Config.Get().Model)
	}
	eng = a.opts.Engine
	if err != nil {
		if a.opts.Builtin == nil {
			return nil, err
		}
		eng, path = a.opts.Builtin, ""
	}
	a.model.loaded, err = eng.Load(ctx, path, a.loadOptions(path), nil)
	return eng, err
}

// play writes the reply.
func play(ctx context.Context, eng engine.Engine, model engine.ModelInfo, turn chat.Turn, req engine.Request) (chat.Replay, error) {
	out := chat.Replay{Turn: turn}
	var text, reasoning strings.Builder
	if req.Resume != nil {
		reasoning.WriteString(req.Resume.Reasoning)
		text.WriteString(req.Resume.Text)
	}
	for event, err := range eng.Reply(ctx, req) {
		if err != nil {
			return out, err
		}
		switch event.Kind {
		case engine.EventReasoning:
			reasoning.WriteString(event.Text)
		case engine.EventText, engine.EventToolCall:
			text.WriteString(event.Text)
		case engine.EventDone:
			d := event.Done
			out.Stats = chat.Stats{
				Finish: string(d.Finish), PromptTokens: d.Usage.PromptTokens, CachedTokens: d.Usage.CachedTokens,
				ReplyTokens: d.Usage.ReplyTokens, Seed: d.Seed, PromptHash: d.PromptHash,
				Model: modelName(model), ModelHash: d.ModelHash, EngineBuild: d.EngineBuild, Batches: string(d.Batches),
				ContextLength: model.ContextLength, KVType: model.KVType,
			}
		}
	}
	out.Text, out.Reasoning = text.String(), reasoning.String()
	return out, ctx.Err()
}

// note keeps, with the running reply of turn, what was asked of which model.
func (a *App) note(turn chat.Turn, req engine.Request, model engine.ModelInfo) {
	if r := a.writer(turn); r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.asked, r.model = req, model
	}
}

// resumed counts the bytes of the reply that req goes on with.
func resumed(req engine.Request) int {
	if req.Resume == nil {
		return 0
	}
	return len(req.Resume.Reasoning) + len(req.Resume.Text)
}

// partial is the first n bytes of a reply, whose text follows its reasoning.
func partial(t chat.Turn, n int) engine.Partial {
	reasoning := min(n, len(t.Reasoning))
	return engine.Partial{Reasoning: t.Reasoning[:reasoning], Text: t.Text[:min(n-reasoning, len(t.Text))]}
}
