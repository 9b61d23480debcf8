package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"notso/engine"
)

// faulty is an engine that does what its files and messages say, the worst
// included.
type faulty struct {
	mu    sync.Mutex
	model string
}

func (e *faulty) Load(ctx context.Context, path string, options engine.LoadOptions, progress func(float64)) (engine.ModelInfo, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return engine.ModelInfo{}, &engine.ModelFileError{Path: path, Reason: "it cannot be read"}
	}
	switch string(bytes.TrimSpace(content)) {
	case "overflow":
		overflow()
	case "damaged":
		return engine.ModelInfo{}, fmt.Errorf("check: %w", &engine.ModelFileError{Path: path, Reason: "tensor 17 lies outside the file"})
	case "slow":
		<-ctx.Done()
		return engine.ModelInfo{}, ctx.Err()
	}
	for i := range 5 {
		if progress != nil {
			progress(float64(i) / 4)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.model = path
	info := engine.ModelInfo{Path: path, Name: "faulty", ContextLength: 4096}
	if string(bytes.TrimSpace(content)) == "on a device" && options.GPULayers >= 0 {
		info.GPULayers, info.Layers = 9, 9
	}
	return info, nil
}

func (e *faulty) Reply(ctx context.Context, req engine.Request) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		if err := e.loaded(); err != nil {
			yield(engine.Event{}, err)
			return
		}
		word, rest, _ := strings.Cut(req.Messages[len(req.Messages)-1].Content, " ")
		finish := engine.FinishEnd
		switch word {
		case "count":
			n, _ := strconv.Atoi(rest)
			for i := range n {
				if !yield(text(strconv.Itoa(i)+" "), nil) {
					return
				}
			}
		case "pid":
			yield(text(strconv.Itoa(os.Getpid())), nil)
		case "forever":
			for ctx.Err() == nil {
				if !yield(text("x"), nil) {
					return
				}
				pause(ctx)
			}
			finish = engine.FinishStopped
		case "stubborn":
			yield(text("no"), nil)
			select {}
		case "weather":
			yield(engine.Event{Kind: engine.EventToolCall, Text: "<tool_call>…", ToolCall: toolCall()}, nil)
		case "long":
			yield(engine.Event{}, fmt.Errorf("prompt: %w", &engine.PromptTooLongError{Tokens: 5000, Limit: 4096}))
			return
		case "panic":
			panic("index out of range")
		case "device":
			yield(text("half "), nil)
			yield(engine.Event{}, fmt.Errorf("decode 1 tokens: %w", engine.ErrDeviceLost))
			return
		case "overflow":
			yield(text("almost "), nil)
			overflow()
		case "nothing":
			return
		}
		yield(engine.Event{Kind: engine.EventDone, Done: &engine.Done{Finish: finish, Seed: req.Seed}}, nil)
	}
}

func (e *faulty) Warm(ctx context.Context, req engine.Request, _ func(float64)) error {
	<-ctx.Done()
	return ctx.Err()
}

func (e *faulty) Measure(_ context.Context, req engine.Request) (engine.Measure, error) {
	return engine.Measure{PromptTokens: len(req.Messages), ContextLength: 4096}, e.loaded()
}

func (e *faulty) Close() error { return errors.New("the worker closes nothing") }

func (e *faulty) loaded() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.model == "" {
		return engine.ErrNoModel
	}
	return nil
}

// pause is the time that a token takes.
func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Millisecond):
	}
}

func text(s string) engine.Event { return engine.Event{Kind: engine.EventText, Text: s} }

// toolCall has blanks, an order of keys and characters that JSON libraries like
// to change.
func toolCall() *engine.ToolCall {
	return &engine.ToolCall{ID: "1", Name: "weather", Arguments: json.RawMessage(`{"z": "<Paris>",  "a": 1.50}`)}
}

// overflow ends the process as a recursive template does.
func overflow() {
	debug.SetMaxStack(1 << 20)
	var descend func(int) int
	descend = func(n int) int { return descend(n+1) + 1 }
	descend(0)
}
