package worker

import (
	"os"

	"golang.org/x/sys/windows"
)

// Stdio takes standard input and output away from the rest of the program, for
// Serve alone: what is printed from here on goes to standard error. Call it
// before anything else can print.
func Stdio() (in, out *os.File, err error) {
	in, out = os.Stdin, os.Stdout
	os.Stdout = os.Stderr
	err = windows.SetStdHandle(windows.STD_OUTPUT_HANDLE, windows.Handle(os.Stderr.Fd()))
	return in, out, err
}

func exitOf(state *os.ProcessState) exit { return exit{code: state.ExitCode()} }
