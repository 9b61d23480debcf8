package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// arguments are what stands behind the name of a role.
type arguments struct {
	role role
	rest []string
}

// flags returns an empty set of flags for define and parse.
func (a arguments) flags() *flag.FlagSet {
	f := flag.NewFlagSet(a.role.name, flag.ContinueOnError)
	f.SetOutput(io.Discard) // parse makes a sentence instead
	return f
}

// parse reads the flags, which may stand before, between and behind the other
// words, and returns those words. Everything after "--" is a word. At most
// most words are allowed, any number if most is negative.
// Errors: *usageError, flag.ErrHelp.
func (a arguments) parse(f *flag.FlagSet, most int) ([]string, error) {
	var words []string
	for rest := a.rest; len(rest) > 0; {
		if err := f.Parse(rest); errors.Is(err, flag.ErrHelp) {
			return nil, err
		} else if err != nil {
			return nil, a.wrong("%s", flagSentence(err))
		}
		parsed := len(rest) - f.NArg()
		if parsed > 0 && rest[parsed-1] == "--" {
			words = append(words, f.Args()...)
			break
		}
		if rest = f.Args(); len(rest) > 0 {
			words, rest = append(words, rest[0]), rest[1:]
		}
	}
	if most >= 0 && len(words) > most {
		return nil, a.wrong("%q is one word too many.", words[most])
	}
	return words, nil
}

// wrong is a usage error that ends with how the role is used.
func (a arguments) wrong(format string, args ...any) error {
	return usagef("%s Usage: %s", fmt.Sprintf(format, args...), a.role.line())
}

// line is how the role is used.
func (r role) line() string {
	return strings.TrimSpace("notso " + r.name + " " + r.usage)
}

// flagSentence turns an error of package flag, whose texts have been the same
// since Go 1, into a sentence. Dashes are doubled, as the manual writes them.
func flagSentence(err error) string {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: "); ok {
		return fmt.Sprintf("There is no flag -%s; put -- before a text that begins with a dash.", name)
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
		return fmt.Sprintf("The flag -%s needs a value.", name)
	}
	return sentence(errors.New(strings.Replace(text, "\" for flag -", "\" for flag --", 1)))
}

func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
