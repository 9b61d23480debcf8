package engine

import (
	"errors"
	"fmt"
)

var (
	// ErrNoModel: nothing is loaded.
	ErrNoModel = errors.New("no model is loaded")

	// ErrPreempted: work in the background gave way to a reply.
	ErrPreempted = errors.New("preempted by a reply")

	// ErrWorkerDied: the process that held the model ended. What was yielded
	// before stands; the next call starts another worker.
	ErrWorkerDied = errors.New("the worker process ended")

	// ErrClosed: the engine was closed.
	ErrClosed = errors.New("the engine is closed")
)

// ModelFileError says why a model file cannot be used. Reason is a clause for
// people, such as "tensor 17 lies outside the file".
type ModelFileError struct {
	Path   string
	Reason string
}

func (e *ModelFileError) Error() string { return fmt.Sprintf("%s: %s", e.Path, e.Reason) }

// PromptTooLongError says that the prompt leaves no room for a reply. Both are
// tokens.
type PromptTooLongError struct {
	Tokens int
	Limit  int
}

func (e *PromptTooLongError) Error() string {
	return fmt.Sprintf("the prompt has %d tokens, the context holds %d", e.Tokens, e.Limit)
}

// TemplateError says why a chat template gave no prompt: its own
// raise_exception, a fault in it, or a limit it hit.
type TemplateError struct {
	Reason string
}

func (e *TemplateError) Error() string { return "chat template: " + e.Reason }

// UnsupportedError says what this engine or this model cannot do.
type UnsupportedError struct {
	What string
}

func (e *UnsupportedError) Error() string { return e.What + " is not supported" }

// GrammarError says why no reply can match a grammar: it cannot be read, or it
// leads to where no token of the model goes on. Reason is a clause for people.
type GrammarError struct {
	Reason string
}

func (e *GrammarError) Error() string { return "grammar: " + e.Reason }
