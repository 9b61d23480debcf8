package worker

import (
	"context"
	"errors"

	"notso/engine"
)

// wireError is an error on its way through the pipe: its text, and what callers
// may ask of it with errors.Is and errors.As.
type wireError struct {
	Message     string                     `json:"message"`
	Code        string                     `json:"code,omitempty"` // one of sentinels
	ModelFile   *engine.ModelFileError     `json:"model_file,omitempty"`
	TooLong     *engine.PromptTooLongError `json:"prompt_too_long,omitempty"`
	Template    *engine.TemplateError      `json:"template,omitempty"`
	Unsupported *engine.UnsupportedError   `json:"unsupported,omitempty"`
	Grammar     *engine.GrammarError       `json:"grammar,omitempty"`
}

// sentinels names the errors that keep their identity across the pipe.
func sentinels() map[string]error {
	return map[string]error{
		"no_model":  engine.ErrNoModel,
		"preempted": engine.ErrPreempted,
		"died":      engine.ErrWorkerDied,
		"closed":    engine.ErrClosed,
		"device":    engine.ErrDeviceLost,
		"canceled":  context.Canceled,
		"deadline":  context.DeadlineExceeded,
	}
}

func newWireError(err error) wireError {
	w := wireError{Message: err.Error()}
	errors.As(err, &w.ModelFile)
	errors.As(err, &w.TooLong)
	errors.As(err, &w.Template)
	errors.As(err, &w.Unsupported)
	errors.As(err, &w.Grammar)
	for code, sentinel := range sentinels() {
		if errors.Is(err, sentinel) {
			w.Code = code
		}
	}
	return w
}

// err is the error as the other side had it: the same text around the same
// sentinel and types.
func (w wireError) err() error {
	e := &remoteError{message: w.Message}
	if sentinel, known := sentinels()[w.Code]; known {
		e.causes = append(e.causes, sentinel)
	}
	if w.ModelFile != nil {
		e.causes = append(e.causes, w.ModelFile)
	}
	if w.TooLong != nil {
		e.causes = append(e.causes, w.TooLong)
	}
	if w.Template != nil {
		e.causes = append(e.causes, w.Template)
	}
	if w.Unsupported != nil {
		e.causes = append(e.causes, w.Unsupported)
	}
	if w.Grammar != nil {
		e.causes = append(e.causes, w.Grammar)
	}
	if len(e.causes) == 1 && e.causes[0].Error() == e.message {
		return e.causes[0]
	}
	return e
}

// remoteError is an error of the worker.
type remoteError struct {
	message string
	causes  []error
}

func (e *remoteError) Error() string { return e.message }

func (e *remoteError) Unwrap() []error { return e.causes }
