package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"notso/app/chat"
	"notso/app/store"
	"notso/engine"
)

const (
	sentenceInterrupted = "The app ended while this was being written."
	sentenceChatML      = "This model file has no chat template, so the common one, ChatML, is used. If the answers look odd, that may be why."
)

// Sentence turns an error into what a person needs: what happened, and what to
// do next. It is the only place that does.
func Sentence(err error) string {
	var file *engine.ModelFileError
	var long *engine.PromptTooLongError
	var template *engine.TemplateError
	var unsupported *engine.UnsupportedError
	switch {
	case err == nil:
		return ""
	case errors.Is(err, chat.ErrEmptyTurn):
		return "Write a message first."
	case errors.Is(err, chat.ErrBusy):
		return "A reply is still being written. Stop it with Escape, or wait for its end."
	case errors.Is(err, chat.ErrNotFound):
		return "This chat is not there any more."
	case errors.Is(err, store.ErrFolderExists):
		return "There is a folder of that name already. Choose another name."
	case errors.Is(err, store.ErrEmptyName):
		return "Give the folder a name."
	case errors.Is(err, engine.ErrNoModel):
		return "No model is loaded. Choose one with /model."
	case errors.As(err, &file):
		return fmt.Sprintf("The model file %s cannot be used: %s. Choose another with /model.", filepath.Base(file.Path), file.Reason)
	case errors.As(err, &long):
		return fmt.Sprintf("This is too long for the model: %d tokens, and it holds %d. Shorten the message, or start afresh with /reset.", long.Tokens, long.Limit)
	case errors.As(err, &template):
		return fmt.Sprintf("The model's chat template gave no prompt: %s. Try another model with /model.", template.Reason)
	case errors.As(err, &unsupported):
		return strings.ToUpper(unsupported.What[:1]) + unsupported.What[1:] + " is not possible with this model."
	case errors.Is(err, engine.ErrWorkerDied):
		return "The engine ended unexpectedly (" + cause(err) + "). What was written is kept. Send a message or continue the reply, and it starts again."
	case errors.Is(err, syscall.ENOSPC):
		return "The disk is full. Free some space and try again. Nothing was lost."
	case errors.Is(err, fs.ErrPermission):
		return "Access was refused: " + err.Error() + ". Check the permissions of that file or folder."
	case errors.Is(err, context.Canceled):
		return "Stopped."
	}
	return capital(err.Error())
}

// cause names why the worker ended without the words that every such error has.
func cause(err error) string {
	text := strings.TrimPrefix(err.Error(), engine.ErrWorkerDied.Error())
	if text = strings.Trim(text, ": "); text == "" {
		return "no reason given"
	}
	if line, _, more := strings.Cut(text, "\n"); more {
		return line
	}
	return text
}

// capital makes a sentence of an error's text.
func capital(text string) string {
	text = strings.ToUpper(text[:min(1, len(text))]) + text[min(1, len(text)):]
	if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?") {
		text += "."
	}
	return text
}
