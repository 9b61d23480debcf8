package quantize

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"notso/engine/llama"
)

// line is what the child says, as JSON on a line of its own: how far it is, or
// at last why it failed.
type line struct {
	Done  int    `json:"done"`
	Total int    `json:"total"`
	Error string `json:"error,omitempty"`
}

// Serve does the work in the child: args are those that Run adds. It ends the
// process when in ends, which is when the parent does.
func Serve(args []string, library *llama.Library, in io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("quantize: want a file, a new file and the number of a type")
	}
	kind, err := strconv.Atoi(args[2])
	if err != nil {
		return fmt.Errorf("quantize: %q is no number of a type", args[2])
	}
	go func() {
		io.Copy(io.Discard, in)
		os.Exit(1)
	}()
	to := json.NewEncoder(out)
	if err := library.Quantize(args[0], args[1], kind, func(done, total int) {
		to.Encode(line{Done: done, Total: total})
	}); err != nil {
		to.Encode(line{Error: err.Error()})
	}
	return nil
}

// child runs Serve in a process of its own and waits for its end.
// Errors: *Error, ctx.Err().
func child(ctx context.Context, command, args []string, progress func(done, total int)) error {
	if len(command) == 0 {
		return errors.New("quantize: no command is given")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], append(command[1:len(command):len(command)], args...)...)
	cmd.WaitDelay = 2 * time.Second
	cmd.Env = append(os.Environ(), "GGML_NO_BACKTRACE=1") // a debugger would print over the lines
	stdin, err := cmd.StdinPipe()                         // open for as long as this process lives
	if err != nil {
		return err
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var stderr strings.Builder
	cmd.Stderr = &limited{w: &stderr, left: 64 << 10}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the quantiser: %w", err)
	}
	said, finished := "", false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		var l line
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue // what a library prints
		}
		if said = l.Error; said == "" && progress != nil {
			progress(l.Done, l.Total)
		}
		finished = l.Done == l.Total
	}
	io.Copy(io.Discard, stdout) // behind a line too long to be ours; a child that cannot write never ends
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case said != "":
		return &Error{Reason: said}
	case err != nil:
		return &Error{Reason: "the quantiser ended unexpectedly (" + ending(err, stderr.String()) + ")"}
	case !finished:
		return &Error{Reason: "the quantiser ended before the last tensor"}
	}
	return nil
}

// ending says how a child ended, with its last words.
func ending(err error, stderr string) string {
	words := strings.Split(strings.TrimSpace(stderr), "\n")
	if last := strings.TrimSpace(words[0]); last != "" {
		return fmt.Sprintf("%v: %s", err, last)
	}
	return err.Error()
}

// limited passes on the first bytes and drops the others.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	n := min(len(b), l.left)
	l.left -= n
	_, err := l.w.Write(b[:n])
	return len(b), err
}
