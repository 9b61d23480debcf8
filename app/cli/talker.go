package cli

import (
	"context"

	"notso/app/chat"
	"notso/app/command"
	"notso/engine"
)

// Talker is the chat service, as far as a terminal needs it.
type Talker interface {
	// Talk sends text to a chat (0 is a new one) and waits for the reply's end.
	// each sees its events in order. Cancelling ctx stops the reply, which is
	// no error.
	Talk(ctx context.Context, chatID int64, text string, opts TalkOptions, each func(engine.Event)) (chat.Turn, error)

	// Run does what a slash command says in a chat (0 is a new one). When that
	// makes something speak, as /quote and /regenerate do, each sees it and Run
	// waits for its end.
	Run(ctx context.Context, chatID int64, call command.Call, each func(engine.Event)) (Outcome, error)
}

// TalkerOptions say which Talker to open.
type TalkerOptions struct {
	Stored bool   // in the user's own chats, not in memory
	Model  string // name or path; "" is the one that the settings prefer
}

// TalkOptions override, for one reply, what the chat and the settings say.
type TalkOptions struct {
	Files       []string // paths, to be attached to the message
	Thinking    engine.Thinking
	Seed        uint32
	Temperature *float64
	MaxTokens   int
}

// Outcome is what a slash command did.
type Outcome struct {
	Chat int64      // that the next message belongs to; 0 is a new one
	Text string     // a sentence to print; may be empty
	Turn *chat.Turn // what was spoken; nil for nothing
}
