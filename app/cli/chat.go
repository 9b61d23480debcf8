package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"unicode/utf8"

	"notso/app/chat"
	"notso/app/command"
	"notso/app/home"
	"notso/app/prompts"
	"notso/engine"
)

// maxMessage is the size in bytes of a message on standard input, which no
// model's context could hold.
const maxMessage = 8 << 20

func chatRole() role {
	return role{
		name:    "chat",
		usage:   "[--model F] [--think|--no-think] [--seed N] [--temp T] [--max N] [--file F]… [--json] [TEXT]",
		summary: "ask once, or talk in the terminal when there is no TEXT",
		details: `With TEXT, or with text on standard input (TEXT is then - or absent), the reply
goes to standard output and is not stored. TEXT may be a slash command.

Without, the terminal becomes a chat that is stored like one in the window.
Ctrl-C stops the reply, Ctrl-D ends the chat, /help lists the slash commands.

  --model F             name of a model ("notso models") or path of a GGUF file
  --think, --no-think   let the model reason before it answers, or not
  --seed N              number that fixes the draw, so that a reply can be repeated
  --temp T              temperature: 0 always takes the likeliest word, 2 is wild
  --max N               most tokens of the reply
  --file F              attach a text, Markdown, code, CSV or PDF file to the (first)
                        message; may be given more than once
  --json                print one event a line, the last one with finish and counts`,
		run: runChat,
	}
}

// session is a chat in the terminal, of one message or many.
type session struct {
	env    Env
	talker Talker
	opts   TalkOptions
	chat   int64 // 0 until the first message
	output func() output

	folder string // of the user's own prompts
}

// prompts are the user's own, as they are now.
func (s *session) prompts() []prompts.Prompt {
	list, _ := prompts.Load(s.folder, func(name string) bool { _, known := command.Find(name); return known })
	return list
}

func runChat(ctx context.Context, env Env, args arguments) error {
	opts, model, asJSON, words, err := chatFlags(args)
	if err != nil {
		return err
	}
	text, once, err := message(env, args, words)
	if err != nil {
		return err
	}
	if asJSON && !once {
		return args.wrong("--json needs a message.")
	}
	paths, err := env.Home()
	if err != nil {
		return err
	}
	talker, closer, err := env.OpenTalker(ctx, paths, TalkerOptions{Stored: !once, Model: model})
	if locked := (*home.LockedError)(nil); errors.As(err, &locked) {
		return fmt.Errorf("the chats are open in another NotSo (process %d); close it first, or ask once with notso chat TEXT", locked.PID)
	}
	if err != nil {
		return err
	}
	s := &session{env: env, talker: talker, opts: opts, folder: paths.Prompts, output: func() output { return newPlain(env) }}
	if asJSON {
		s.output = func() output { return newLines(env) }
	}
	if once {
		err = s.say(ctx, text)
	} else {
		err = s.converse(ctx)
	}
	return errors.Join(err, closer.Close())
}

func chatFlags(args arguments) (opts TalkOptions, model string, asJSON bool, words []string, err error) {
	f := args.flags()
	think, not := f.Bool("think", false, ""), f.Bool("no-think", false, "")
	f.StringVar(&model, "model", "", "")
	f.BoolVar(&asJSON, "json", false, "")
	f.Func("seed", "", func(s string) error {
		n, err := strconv.ParseUint(s, 10, 32)
		opts.Seed = uint32(n)
		return because(err == nil, "it must be a whole number from 0 to 4294967295")
	})
	f.Func("temp", "", func(s string) error {
		t, err := strconv.ParseFloat(s, 64)
		opts.Temperature = &t
		return because(err == nil && t >= 0 && t <= 2, "it must be a number from 0 to 2")
	})
	f.Func("max", "", func(s string) error {
		n, err := strconv.ParseInt(s, 10, 32)
		opts.MaxTokens = int(n)
		return because(err == nil && n >= 1, "it must be a whole number of tokens, 1 or more")
	})
	f.Func("file", "", func(path string) error {
		opts.Files = append(opts.Files, path)
		return because(path != "", "it must be the path of a file")
	})
	words, err = args.parse(f, -1)
	switch {
	case err != nil:
	case *think && *not:
		err = args.wrong("--think and --no-think exclude each other.")
	case given(f, "model") && model == "":
		err = args.wrong("--model needs a name or a path.")
	case *think:
		opts.Thinking = engine.ThinkingOn
	case *not:
		opts.Thinking = engine.ThinkingOff
	}
	return opts, model, asJSON, words, err
}

// because is the reason why a flag's value is not ok, nil when it is.
func because(ok bool, reason string) error {
	if ok {
		return nil
	}
	return errors.New(reason)
}

func given(f *flag.FlagSet, name string) (found bool) {
	f.Visit(func(g *flag.Flag) { found = found || g.Name == name })
	return found
}

// message is what to say once: the words, or standard input when it is not a
// terminal. It is false when there is a terminal to talk in.
func message(env Env, args arguments, words []string) (text string, once bool, err error) {
	text = strings.Join(words, " ")
	if text == "-" || len(words) == 0 && !isTerminal(env.Stdin) {
		input, err := io.ReadAll(io.LimitReader(env.Stdin, maxMessage+1))
		if err != nil {
			return "", false, fmt.Errorf("read the message from standard input: %w", err)
		}
		if len(input) > maxMessage {
			return "", false, fmt.Errorf("the message on standard input is larger than %d MiB; shorten it", maxMessage>>20)
		}
		text = strings.TrimRight(string(input), "\r\n")
	} else if len(words) == 0 {
		return "", false, nil
	}
	if !utf8.ValidString(text) {
		return "", false, errors.New("the message is not UTF-8 text; convert it first, for example with iconv")
	}
	if strings.TrimSpace(text) == "" {
		return "", false, args.wrong("There is no message.")
	}
	return text, true, nil
}

// say sends a line, which may be a slash command, and prints what comes of it.
// The user's interrupt stops it.
func (s *session) say(ctx context.Context, line string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	var own []string
	for _, p := range s.prompts() {
		own = append(own, p.Name)
	}
	call, is, err := command.Parse(line, own...)
	if usage := (*command.UsageError)(nil); errors.As(err, &usage) {
		return &usageError{usage.Sentence}
	}
	if is {
		return s.command(ctx, call)
	}
	out := s.output()
	turn, err := s.talker.Talk(ctx, s.chat, line, s.opts, out.event)
	if turn.Chat != 0 {
		s.chat, s.opts.Files = turn.Chat, nil // they went with this message, whatever became of its reply
	}
	return finish(out, turn, err)
}

// command runs a slash command, where the terminal has one. What it says is
// printed like a reply.
func (s *session) command(ctx context.Context, call command.Call) error {
	if c, _ := command.Find(call.Name); !call.Prompt && !c.In(command.Terminal) {
		return usagef("/%s works in the window only.", call.Name)
	}
	out := s.output()
	done := Outcome{Chat: s.chat}
	if call.Name == "help" {
		var list strings.Builder
		s.env.listCommands(&list, command.Terminal)
		s.env.listPrompts(&list, s.prompts())
		done.Text = list.String()
	} else {
		var err error
		if done, err = s.talker.Run(ctx, s.chat, call, out.event); err != nil {
			return finish(out, chat.Turn{}, err)
		}
	}
	s.chat = done.Chat
	if call.Args.Temperature != nil {
		s.opts.Temperature = nil // the chat's own value now counts
	}
	if call.Args.Thinking != "" {
		s.opts.Thinking = engine.ThinkingDefault
	}
	if done.Text != "" {
		out.event(engine.Event{Kind: engine.EventText, Text: done.Text})
	}
	if done.Turn == nil {
		done.Turn = &chat.Turn{State: chat.Done, Stats: chat.Stats{Finish: string(engine.FinishEnd)}}
	}
	return finish(out, *done.Turn, nil)
}

// finish prints the end of a turn and tells whether it is a failure.
func finish(out output, turn chat.Turn, err error) error {
	out.end(turn)
	if err == nil && (turn.State == chat.Failed || turn.State == chat.Interrupted) {
		err = errors.New(turn.Error)
	}
	return err
}
