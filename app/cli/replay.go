package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"notso/app/chat"
)

func replayRole() role {
	return role{
		name:    "replay",
		usage:   "TURN [--json]",
		summary: "write a stored reply once more and say whether it is the same",
		details: `TURN is the number of the reply, which notso export --format json tells as its
id. The reply is written from what was recorded with it: the chat up to there,
seed, sampling, thinking and limits. When it comes out differently, the program
says which of model, engine, prompt, context length and KV cache have changed
since, and the exit code is 1. Nothing that is stored changes, and the window may
be open.`,
		run: runReplay,
	}
}

func runReplay(ctx context.Context, env Env, args arguments) error {
	f := args.flags()
	asJSON := f.Bool("json", false, "")
	words, err := args.parse(f, 1)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return args.wrong("The number of a reply is missing; notso export --format json tells it.")
	}
	id, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil || id <= 0 {
		return args.wrong("%q is no number of a reply; notso export --format json tells it.", words[0])
	}
	paths, err := env.Home()
	if err != nil {
		return err
	}
	replay, err := env.Replay(ctx, paths, id)
	if errors.Is(err, chat.ErrNotFound) {
		return fmt.Errorf("there is no turn %d; notso export --format json tells those of a chat", id)
	}
	if err != nil {
		return err
	}
	if *asJSON {
		err = writeJSON(env.Stdout, replayLine(replay))
	} else {
		err = printReplay(env, replay)
	}
	if err == nil && !replay.Identical() {
		err = errors.New("the reply came out differently")
	}
	return err
}

// replayed is a replay as programs read it.
type replayed struct {
	Turn      int64         `json:"turn"`
	Identical bool          `json:"identical"`
	Changes   []chat.Change `json:"changes"`
	Batches   *chat.Change  `json:"batches,omitempty"` // nil: the prompt was evaluated alike
	Reasoning string        `json:"reasoning,omitempty"`
	Text      string        `json:"text"`
}

func replayLine(r chat.Replay) replayed {
	line := replayed{Turn: r.Turn.ID, Identical: r.Identical(), Changes: r.Changes(), Reasoning: r.Reasoning, Text: r.Text}
	if c, differ := r.Batches(); differ {
		line.Batches = &c
	}
	return line
}

func printReplay(env Env, r chat.Replay) error {
	verdict := "identical"
	if !r.Identical() {
		verdict = "different"
	}
	fmt.Fprintln(env.Stdout, env.of("turn %d: %s, %d tokens with seed %d", r.Turn.ID, verdict, r.Stats.ReplyTokens, r.Turn.Stats.Seed))
	changes := r.Changes()
	if c, differ := r.Batches(); differ && !r.Identical() {
		changes = append(changes, c)
	}
	for _, c := range changes {
		fmt.Fprintf(env.Stdout, "\n%s\n  %s  %s\n  %s   %s\n", env.of("%s", c.What), env.of("then"), printable(c.Then), env.of("now"), printable(c.Now))
	}
	if r.Identical() {
		return nil
	}
	_, err := fmt.Fprintf(env.Stdout, "\n%s\n\n%s\n", env.of("now it reads:"), printable(r.Text))
	return err
}
