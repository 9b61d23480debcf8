package main

import (
	"context"
	"io"
	"os"
	"time"

	"notso/app/cli"
	"notso/engine"
	"notso/engine/quantize"
)

// quantizeRole is the argument that makes the program convert weights.
const quantizeRole = "quantize"

// runQuantize converts weights for the program that has started this one.
func runQuantize(args []string) int {
	library, err := openLibrary()
	if err == nil {
		err = quantize.Serve(args, library, os.Stdin, os.Stdout)
	}
	return ended(err)
}

// quantizeModel makes the file to of the model from, with its weights stored as
// kind.
func quantizeModel(ctx context.Context, from, to, kind string, progress func(done, total int)) (cli.Quantized, error) {
	program, err := os.Executable()
	if err != nil {
		return cli.Quantized{}, err
	}
	made, err := quantize.Run(ctx, quantize.Options{Command: []string{program, quantizeRole}, From: from, To: to, Type: kind, Try: tryModel}, progress)
	return cli.Quantized(made), err
}

// tryModel has a worker of its own load the file and write a few tokens.
func tryModel(ctx context.Context, path string) error {
	w, err := newWorker(time.Minute, io.Discard, forgetful+"=1")
	if err != nil {
		return err
	}
	defer w.Close()
	if _, err := w.Load(ctx, path, engine.LoadOptions{ContextLength: 512}, nil); err != nil {
		return err
	}
	req := engine.Request{
		Messages: []engine.Message{{Role: engine.RoleUser, Content: "Hello"}},
		Thinking: engine.ThinkingOff, Limits: engine.Limits{MaxTokens: 4}, Date: time.Now(),
	}
	tokens := 0
	for event, err := range w.Reply(ctx, req) {
		if err != nil {
			return err
		}
		if event.Done != nil {
			tokens = event.Done.Usage.ReplyTokens
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if tokens == 0 {
		return &quantize.Error{Reason: "the result writes nothing"}
	}
	return nil
}
