package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// diskVariable names the disk that a process of the test below makes.
const diskVariable = "NOTSO_TEST_DISK"

// A disk that says that there is room and then has none, since others write to it
// too: the file is not there, what has come is kept, and once there is room the
// rest follows.
//
// The disk is a file system in memory of 1 MiB, in a process that may mount one
// without being root. Where the system forbids that, which is told, a process
// whose files may not grow beyond 1 MiB stands in for it; that one is always met.
func TestADiskThatFillsUp(t *testing.T) {
	if kind := os.Getenv(diskVariable); kind != "" {
		onDisk(t, kind)
		return
	}
	for _, kind := range []string{"memory", "limit"} {
		t.Run(kind, func(t *testing.T) {
			run := exec.Command(os.Args[0], "-test.run=^"+strings.Split(t.Name(), "/")[0]+"$", "-test.v")
			run.Env = append(os.Environ(), diskVariable+"="+kind)
			if kind == "memory" {
				self := func(id int) []syscall.SysProcIDMap {
					return []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
				}
				run.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS, UidMappings: self(os.Getuid()), GidMappings: self(os.Getgid())}
			}
			out, err := run.CombinedOutput()
			switch {
			case kind == "memory" && (len(out) == 0 && errors.Is(err, syscall.EPERM) || bytes.Contains(out, []byte(noMount))):
				t.Skipf("this system lets nobody mount a disk (%v); the limit below stands in for it", err)
			case err != nil || !bytes.Contains(out, []byte("--- PASS: TestADiskThatFillsUp")):
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

const (
	noMount  = "no disk can be mounted"
	diskSize = 1 << 20
)

// onDisk downloads onto such a disk, in a process of its own.
func onDisk(t *testing.T, kind string) {
	folder := filepath.Join(t.TempDir(), "models")
	want, grow := limitFiles, func() error { return limitTo(math.MaxInt64) }
	if kind == "memory" {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount("models", folder, "tmpfs", 0, fmt.Sprintf("size=%d", diskSize)); err != nil {
			t.Fatalf("%s: %v", noMount, err)
		}
		defer syscall.Unmount(folder, 0)
		want, grow = syscall.ENOSPC, func() error {
			return syscall.Mount("models", folder, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", 8*fileSize))
		}
	} else if err := limitTo(diskSize); err != nil {
		t.Fatal(err)
	}
	p := newPublisher(t, fileSize)
	m := open(t, p, folder, func(o *Options) { o.Free = func(string) (int64, error) { return 1 << 40, nil } })
	defer m.Close()
	if err := m.Start(p.request()); err != nil {
		t.Fatal(err)
	}
	at, err := m.Wait(t.Context(), "m.gguf")
	if !errors.Is(err, want) || at.State != Failed {
		t.Fatalf("it ended as %+v, %v; want %v", at, err, want)
	}
	checkFile(t, folder, nil, false)
	kept := partSize(m.root, "m.gguf")
	if kept < diskSize/2 || kept > diskSize {
		t.Errorf("%d bytes are kept of the %d that fit", kept, diskSize)
	}
	if err := grow(); err != nil {
		t.Fatal(err)
	}
	if err := m.Resume("m.gguf"); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Wait(t.Context(), "m.gguf"); err != nil {
		t.Fatal(err)
	}
	m.Close()
	checkFile(t, folder, p.data, true)
	if left, _ := os.ReadDir(folder); len(left) != 1 {
		t.Errorf("the folder holds %v", left)
	}
}

// limitFiles is what a write beyond limitTo says.
const limitFiles = syscall.EFBIG

// limitTo lets no file of this process grow beyond so many bytes.
func limitTo(size int64) error {
	signal.Ignore(syscall.SIGXFSZ) // so that the write fails, and not the process
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = min(uint64(size), limit.Max)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}
