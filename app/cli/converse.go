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

	"notso/app/command"
	"notso/app/prompts"
)

// converse talks until the user ends it. What one message does wrong is told,
// and the chat goes on.
func (s *session) converse(ctx context.Context) error {
	lines, err := newLineReader(s.env, s.prompts)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.env.Stdout, s.env.of("/help lists the commands, Ctrl-C stops a reply, Ctrl-D ends."))
	for ctx.Err() == nil {
		line, err := lines.read()
		if errors.Is(err, io.EOF) {
			fmt.Fprintln(s.env.Stdout)
			return nil
		}
		if err != nil {
			return fmt.Errorf("read from the terminal: %w", err)
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		err = s.say(ctx, line)
		var usage *usageError
		switch {
		case errors.As(err, &usage):
			fmt.Fprintln(s.env.Stderr, s.env.Words.Of(usage.sentence))
		case err != nil:
			fmt.Fprintln(s.env.Stderr, s.env.sentence(err))
		}
		fmt.Fprintln(s.env.Stdout)
	}
	return nil
}

// lineReader reads lines from a terminal with the usual keys: arrows, history,
// and Tab for slash commands. Between lines the terminal is as it was, so that
// Ctrl-C is an interrupt.
type lineReader struct {
	input *os.File
	term  *term.Terminal
}

func newLineReader(env Env, own func() []prompts.Prompt) (*lineReader, error) {
	input, ok := env.Stdin.(*os.File)
	if !ok {
		return nil, errors.New("standard input is no terminal")
	}
	echo := env.Stdout
	if !isTerminal(echo) {
		echo = env.Stderr
	}
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys{input}, echo}, "> ")
	t.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' || pos != len(line) {
			return "", 0, false
		}
		var names []string
		for _, p := range own() {
			names = append(names, p.Name)
		}
		return complete(line, names)
	}
	return &lineReader{input, t}, nil
}

// read returns the next line, or io.EOF after Ctrl-D. A paste of several lines
// is one.
func (l *lineReader) read() (string, error) {
	fd := int(l.input.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", err
	}
	defer term.Restore(fd, before)
	if width, height, err := term.GetSize(fd); err == nil && width > 0 {
		l.term.SetSize(width, height)
	}
	l.term.SetBracketedPasteMode(true)
	defer l.term.SetBracketedPasteMode(false)
	var pasted []string
	for {
		line, err := l.term.ReadLine()
		if err != nil && !errors.Is(err, term.ErrPasteIndicator) {
			return "", err
		}
		pasted = append(pasted, line)
		if err == nil {
			return strings.Join(pasted, "\n"), nil
		}
	}
}

// keys makes of Ctrl-C, which would end the input, the key that clears the
// line.
type keys struct {
	from io.Reader
}

func (k keys) Read(p []byte) (int, error) {
	const ctrlC, ctrlU = 3, 21
	n, err := k.from.Read(p)
	for i := range p[:n] {
		if p[i] == ctrlC {
			p[i] = ctrlU
		}
	}
	return n, err
}

// complete finishes the name of a slash command or of one of the user's own
// prompts, as far as all that begin like line agree.
func complete(line string, own []string) (string, int, bool) {
	if !strings.HasPrefix(line, "/") {
		return "", 0, false
	}
	for _, c := range command.All() {
		if c.In(command.Terminal) {
			own = append(own, c.Name)
		}
	}
	own = slices.DeleteFunc(own, func(name string) bool { return !strings.HasPrefix(name, line[1:]) })
	if len(own) == 0 {
		return "", 0, false
	}
	match, end := own[0], " "
	for _, name := range own[1:] {
		for !strings.HasPrefix(name, match) {
			match = match[:len(match)-1]
		}
		end = ""
	}
	if match = "/" + match + end; match == line {
		return "", 0, false
	}
	return match, len(match), true
}
