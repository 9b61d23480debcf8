package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"notso/app/secret"
)

func keyRole() role {
	return role{
		name:    "key",
		usage:   "set|forget remote|huggingface",
		summary: "keep a key in the system's keyring, or forget it",
		details: `The key is asked for, or read from standard input: it is no argument, since other
programs can see those. It is never shown again.

  remote        for the server that NOTSO_ENGINE=remote:URL or the setting "remote" names
  huggingface   for models that their makers give to those who ask

Where there is no keyring, set NOTSO_REMOTE_KEY or NOTSO_HUGGINGFACE_KEY instead.`,
		run: runKey,
	}
}

func runKey(_ context.Context, env Env, args arguments) error {
	words, err := args.parse(args.flags(), 2)
	switch {
	case err != nil:
		return err
	case len(words) < 2:
		return args.wrong("Say what to do with which key.")
	case !slices.Contains(secret.Names(), words[1]):
		return args.wrong("There is no key called %q.", words[1])
	}
	name := words[1]
	switch words[0] {
	case "set":
		key, err := readKey(env, name)
		if err != nil {
			return err
		}
		return keyError(name, secret.Set(name, key))
	case "forget":
		return keyError(name, secret.Delete(name))
	}
	return args.wrong("A key can be set and forgotten, not %q.", words[0])
}

// readKey asks for a key without showing it, or reads it from standard input.
func readKey(env Env, name string) (string, error) {
	if f, ok := env.Stdin.(*os.File); ok && isTerminal(f) {
		fmt.Fprint(env.Stderr, env.of("Key for %s: ", name))
		key, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(env.Stderr)
		return string(key), err
	}
	key, err := io.ReadAll(io.LimitReader(env.Stdin, 1<<16))
	return strings.TrimSpace(string(key)), err
}

func keyError(name string, err error) error {
	switch {
	case errors.Is(err, secret.ErrNoKeyring):
		return fmt.Errorf("this system offers no keyring; set the key in %s instead", secret.Variable(name))
	case errors.Is(err, secret.ErrNone):
		return fmt.Errorf("there is no key for %s", name)
	}
	return err
}
