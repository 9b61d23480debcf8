package app

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"notso/app/chat"
	"notso/app/store"
	"notso/app/words"
	"notso/engine"
)

// Sentence turns an error into what a person needs: what happened, and what to
// do next. It and the App's own, which speaks the user's language, are the only
// ones that do.
func Sentence(err error) string { return sentence(words.Words{}, err) }

// SentenceIn is Sentence in another language than English.
func SentenceIn(in words.Words, err error) string { return sentence(in, err) }

func (a *App) sentence(err error) string { return sentence(a.language(), err) }

func sentence(in words.Words, err error) string {
	var problem *words.Problem
	var file *engine.ModelFileError
	var long *engine.PromptTooLongError
	var template *engine.TemplateError
	var grammar *engine.GrammarError
	var unsupported *engine.UnsupportedError
	var remote *engine.RemoteError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &problem):
		return in.Say(problem.Key, problem.Args...)
	case errors.Is(err, chat.ErrEmptyTurn):
		return in.Say("error.empty_turn")
	case errors.Is(err, chat.ErrBusy):
		return in.Say("error.busy")
	case errors.Is(err, chat.ErrNotFound):
		return in.Say("error.not_found")
	case errors.Is(err, store.ErrFolderExists):
		return in.Say("error.folder_exists")
	case errors.Is(err, store.ErrEmptyName):
		return in.Say("error.empty_name")
	case errors.Is(err, engine.ErrNoModel):
		return in.Say("error.no_model")
	case errors.As(err, &file):
		return in.Say("error.model_file", filepath.Base(file.Path), in.Of(file.Reason))
	case errors.As(err, &long):
		return in.Say("error.too_long", in.Number(long.Tokens), in.Number(long.Limit))
	case errors.As(err, &template):
		return in.Say("error.template", in.Of(template.Reason))
	case errors.As(err, &grammar):
		return in.Say("error.grammar", in.Of(grammar.Reason))
	case errors.As(err, &unsupported):
		return in.Say("error.unsupported", capital(in.Of(unsupported.What)))
	case errors.As(err, &remote):
		return remoteSentence(in, remote)
	case errors.Is(err, engine.ErrDeviceLost):
		return in.Say("device.gone")
	case errors.Is(err, engine.ErrWorkerDied):
		return in.Say("error.worker_died", cause(in, err))
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return in.Say("error.disk_full")
	case errors.Is(err, syscall.EFBIG):
		return in.Say("error.file_too_large")
	case errors.Is(err, syscall.EROFS):
		return in.Say("error.read_only", unwritable(in, err))
	case errors.Is(err, fs.ErrPermission):
		return in.Say("error.refused", err)
	case errors.Is(err, context.Canceled):
		return in.Say("error.stopped")
	}
	if text := modelSentence(in, err); text != "" {
		return text
	}
	return full(capital(in.Of(err.Error())))
}

// unwritable names the file or folder that an error is about.
func unwritable(in words.Words, err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Path
	}
	return in.Say("error.the_disk")
}

// cause names why the worker ended without the words that every such error has.
func cause(in words.Words, err error) string {
	text := strings.TrimPrefix(err.Error(), engine.ErrWorkerDied.Error())
	if text = strings.Trim(text, ": "); text == "" {
		return in.Say("error.no_reason")
	}
	text, _, _ = strings.Cut(text, "\n")
	return in.Of(text)
}

func capital(text string) string {
	_, first := utf8.DecodeRuneInString(text)
	return strings.ToUpper(text[:first]) + text[first:]
}

// lowered is text, a sentence of its own, as it stands within another.
func lowered(text string) string {
	_, first := utf8.DecodeRuneInString(text)
	return strings.ToLower(text[:first]) + text[first:]
}

// full ends a sentence that has no end.
func full(text string) string {
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}
