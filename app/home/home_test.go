package home

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	t.Run("NOTSO_HOME moves all four folders under one", func(t *testing.T) {
		root := filepath.Join(t.TempDir(), "portable")
		t.Setenv("NOTSO_HOME", root)
		p := find(t)
		for name, got := range map[string]string{
			"config": p.Config, "data": p.Data, "cache": p.Cache, "state": p.State,
		} {
			if want := filepath.Join(root, name); got != want {
				t.Errorf("%s folder is %s, want %s", name, got, want)
			}
		}
	})
	t.Run("a relative NOTSO_HOME becomes absolute", func(t *testing.T) {
		t.Chdir(t.TempDir())
		t.Setenv("NOTSO_HOME", "here")
		if p := find(t); !filepath.IsAbs(p.Database) {
			t.Errorf("the database is at %s, want an absolute path", p.Database)
		}
	})
	t.Run("the XDG variables are read on each call", func(t *testing.T) {
		t.Setenv("NOTSO_HOME", "")
		for range 2 {
			root := t.TempDir()
			for _, name := range []string{"CONFIG", "DATA", "CACHE", "STATE"} {
				t.Setenv("XDG_"+name+"_HOME", filepath.Join(root, name))
			}
			p := find(t)
			if want := filepath.Join(root, "DATA", "notso", "chats.db"); p.Database != want {
				t.Errorf("the database is at %s, want %s", p.Database, want)
			}
			if want := filepath.Join(root, "CONFIG", "notso", "config.json"); p.ConfigFile != want {
				t.Errorf("the settings are at %s, want %s", p.ConfigFile, want)
			}
		}
	})
	t.Run("folders are made for their owner alone", func(t *testing.T) {
		t.Setenv("NOTSO_HOME", t.TempDir())
		p := find(t)
		for _, dir := range []string{p.Config, p.Data, p.Cache, p.State, p.Models, p.KV, p.Passages} {
			info, err := os.Stat(dir)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != 0o700 {
				t.Errorf("%s has mode %o, want 700", dir, got)
			}
		}
	})
	t.Run("a file in the way is named", func(t *testing.T) {
		root := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(root, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("NOTSO_HOME", root)
		if _, err := Find(); err == nil || !strings.Contains(err.Error(), root) {
			t.Errorf("Find gave %v, want an error that names %s", err, root)
		}
	})
}

func TestLock(t *testing.T) {
	t.Run("a second owner is told the first one's process", func(t *testing.T) {
		p := portable(t)
		held, err := Acquire(p)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Acquire(p)
		if locked := (*LockedError)(nil); !errors.As(err, &locked) || locked.PID != os.Getpid() {
			t.Errorf("Acquire gave %v, want a LockedError with process %d", err, os.Getpid())
		}
		if err := held.Release(); err != nil {
			t.Fatal(err)
		}
		again, err := Acquire(p)
		if err != nil {
			t.Fatalf("after Release, Acquire gave %v", err)
		}
		again.Release()
	})
	t.Run("a killed owner leaves the lock free", func(t *testing.T) {
		p := portable(t)
		owner := startOwner(t, p)
		_, err := Acquire(p)
		if locked := (*LockedError)(nil); !errors.As(err, &locked) || locked.PID != owner.Process.Pid {
			t.Errorf("Acquire gave %v, want a LockedError with process %d", err, owner.Process.Pid)
		}
		owner.Process.Kill()
		owner.Wait()
		l, err := Acquire(p)
		if err != nil {
			t.Fatalf("after the owner was killed, Acquire gave %v", err)
		}
		l.Release()
	})
}

// TestOwner is the process that startOwner starts: it holds the lock until it
// is killed. In the test run itself it has nothing to do.
func TestOwner(t *testing.T) {
	path, asked := os.LookupEnv("NOTSO_TEST_LOCK")
	if !asked {
		return
	}
	held, err := Acquire(Paths{Lock: path})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	held.Release()
}

func startOwner(t *testing.T, p Paths) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestOwner$")
	cmd.Env = append(os.Environ(), "NOTSO_TEST_LOCK="+p.Lock)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the owner said %q (%v), want \"held\"", line, err)
	}
	return cmd
}

func portable(t *testing.T) Paths {
	t.Helper()
	t.Setenv("NOTSO_HOME", t.TempDir())
	return find(t)
}

func find(t *testing.T) Paths {
	t.Helper()
	p, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	return p
}
