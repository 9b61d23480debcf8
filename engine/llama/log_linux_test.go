package llama

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestLlamaPrintsNothing(t *testing.T) {
	l := openLibrary(t)
	printed, err := os.Create(filepath.Join(t.TempDir(), "printed"))
	if err != nil {
		t.Fatal(err)
	}
	defer printed.Close()
	restore := redirect(t, printed)
	l.LoadModel(t.Context(), filepath.Join(root(t), "go.mod"), ModelOptions{}, nil)
	m := openModel(t)
	openContext(t, m, ContextOptions{Length: 256})
	restore()
	if text, _ := os.ReadFile(printed.Name()); len(text) != 0 {
		t.Errorf("llama.cpp wrote to the app's output:\n%s", text)
	}
}

// redirect sends what C code prints to a file until restore is called.
func redirect(t *testing.T, to *os.File) (restore func()) {
	var saved [3]int
	for fd := 1; fd <= 2; fd++ {
		var err error
		if saved[fd], err = unix.Dup(fd); err != nil {
			t.Fatal(err)
		}
		if err := unix.Dup3(int(to.Fd()), fd, 0); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		for fd := 1; fd <= 2; fd++ {
			unix.Dup3(saved[fd], fd, 0)
			unix.Close(saved[fd])
		}
	}
}
