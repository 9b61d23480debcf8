package app

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"notso/engine"
)

func TestSentencesTellWhatToDo(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{&engine.ModelFileError{Path: "/m/a.gguf", Reason: "tensor 3 lies outside the file"}, "The model file a.gguf cannot be used: tensor 3 lies outside the file. Choose another with /model."},
		{fmt.Errorf("reply: %w", &engine.PromptTooLongError{Tokens: 9, Limit: 8}), "This is too long for the model: 9 tokens, and it holds 8. Shorten the message, or start afresh with /reset."},
		{fmt.Errorf("%w: signal: killed", engine.ErrWorkerDied), "The engine ended unexpectedly (signal: killed). What was written is kept. Send a message or continue the reply, and it starts again."},
		{fmt.Errorf("keep: %w", &fs.PathError{Op: "open", Path: "/stick/chat.md", Err: syscall.EROFS}), "Nothing can be written to /stick/chat.md, which is read-only. Make it writable, or choose another place; the app’s own is named by NOTSO_HOME."},
		{fmt.Errorf("keep: %w", syscall.EROFS), "Nothing can be written to the disk, which is read-only. Make it writable, or choose another place; the app’s own is named by NOTSO_HOME."},
		{errors.New("odd"), "Odd."},
		{errors.New("échec du disque"), "Échec du disque."},
		{nil, ""},
	} {
		if got := Sentence(test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
	}
}
