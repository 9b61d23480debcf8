// Notso is a desktop chat with a language model on this machine. One binary has
// three roles: the window, the worker that holds the model, and the command
// line. This file picks one; window.go, engine.go and terminal.go wire them.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"notso/app/attachment"
	"notso/app/cli"
	"notso/app/home"
	"notso/engine"
	"notso/engine/worker"
)

// version is set by the linker.
var version = "dev"

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ignoreHandOver()
	switch {
	case len(args) == 0:
		return runWindow()
	case args[0] == workerRole:
		return runWorker()
	case args[0] == quantizeRole:
		return runQuantize(args[1:])
	case args[0] == devicesRole:
		return runDevices()
	case args[0] == pdfRole:
		return runPDF()
	default:
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		return cli.Run(ctx, args, terminal())
	}
}

// runWorker answers for the model until its window is gone.
func runWorker() int {
	in, out, err := worker.Stdio()
	if err == nil {
		eng := newRunner(os.Getenv(forgetful) == "")
		err = worker.Serve(context.Background(), in, out, eng)
		closeWithin(eng, lastWork)
	}
	return ended(err)
}

// ended is the exit code of a role that somebody else started, who is told err.
func ended(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// pdfRole is the argument that makes the program a reader of one PDF file.
const pdfRole = "read-pdf"

// pdfReader reads PDF files in processes of their own.
func pdfReader() attachment.PDFReader {
	program, err := os.Executable()
	if err != nil {
		return nil // then such files are refused
	}
	return attachment.Process(attachment.PDFTime, program, pdfRole)
}

func runPDF() int { return ended(attachment.Serve(os.Stdin, os.Stdout)) }

// lastWork is how long a worker without a window may still write down what it
// has evaluated; the window waits for 2 s.
const lastWork = 1500 * time.Millisecond

// closeWithin closes eng, or leaves that to the end of the process.
func closeWithin(eng engine.Engine, limit time.Duration) {
	closed := make(chan struct{})
	go func() {
		eng.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(limit):
	}
}

// logLimit is the size in bytes at which the log is begun anew; one older log is
// kept.
const logLimit = 4 << 20

// openLog sends the program's log to its file. NOTSO_LOG says how much: debug,
// info (also ""), warn or error.
func openLog(paths home.Paths) (io.WriteCloser, error) {
	level := slog.LevelInfo
	if text := os.Getenv("NOTSO_LOG"); text != "" {
		if err := level.UnmarshalText([]byte(text)); err != nil {
			return nil, fmt.Errorf("NOTSO_LOG is %q, but it must be debug, info, warn or error", text)
		}
	}
	if info, err := os.Stat(paths.Log); err == nil && info.Size() > logLimit {
		os.Rename(paths.Log, paths.Log+".old")
	}
	f, err := os.OpenFile(paths.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: level})))
	slog.Info("start", "version", version, "process", os.Getpid())
	return f, nil
}
