package cli

import (
	"context"
	"fmt"
)

func helpRole() role {
	return role{
		name:    "help",
		usage:   "[COMMAND]",
		summary: "say what the program or one of its commands does",
		run: func(_ context.Context, env Env, args arguments) error {
			words, err := args.parse(args.flags(), 1)
			if err != nil {
				return err
			}
			return help(env, words)
		},
	}
}

const environment = `Environment:
  NOTSO_MODEL       model to use: a name or the path of a GGUF file
  NOTSO_HOME        folder for settings, chats and models, instead of the usual ones
  NOTSO_LOG         how much is logged: error, warn, info or debug
  NOTSO_ENGINE      worker (the usual), inprocess (no worker process), scripted (no model) or
                    remote:URL, an OpenAI-compatible server: your words then leave this computer
  NOTSO_REMOTE_KEY  key for that server, where there is no keyring (see notso help key)
  NOTSO_ENGINE_LIB  folder of another build of the same llama.cpp release`

// help prints the manual, or the page of one role.
func help(env Env, words []string) error {
	if len(words) == 0 {
		fmt.Fprintln(env.Stdout, env.of("notso opens the window. Without a window:"))
		table(env.Stdout, func(row func(...any)) {
			for _, r := range roles() {
				row("  notso "+r.name, env.Words.Of(r.summary))
			}
		})
		fmt.Fprintf(env.Stdout, "\n%s\n\n%s\n", env.of("notso help COMMAND tells more of one."), env.Words.Of(environment))
		return nil
	}
	var names []string
	for _, r := range roles() {
		if r.name == words[0] {
			fmt.Fprintf(env.Stdout, "%s\n\nnotso %s: %s.\n", r.line(), r.name, env.Words.Of(r.summary))
			if r.details != "" {
				fmt.Fprintf(env.Stdout, "\n%s\n", env.Words.Of(r.details))
			}
			return nil
		}
		names = append(names, r.name)
	}
	return unknown(words[0], names)
}
